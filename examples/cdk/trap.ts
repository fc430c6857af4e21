// What not to do, for the test that says why: this stack deploys, and every call of its API is a 500.
import { App, Fn, Stack } from "aws-cdk-lib";
import { MockIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { Function } from "aws-cdk-lib/aws-lambda";
import { restAuthorizer } from "./session-authorizer";

const stack = new Stack(new App(), "trap");
const byArn = Function.fromFunctionArn(stack, "SessionAuthorizerFunction", Fn.importValue("wxsession-AuthorizerFunctionArn"));
const api = new RestApi(stack, "Rest", { cloudWatchRole: false, defaultMethodOptions: { authorizer: restAuthorizer(stack, byArn) } });
api.root.addMethod("GET", new MockIntegration());
(stack.node.root as App).synth();
