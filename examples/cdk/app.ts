// The login backend, and three APIs of your own behind its authorizer. `npx cdk deploy` needs AWS; `npm run synth` does not.
import { App, Stack } from "aws-cdk-lib";
import { LambdaIntegration, RestApi, EndpointType } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { LoginStack } from "./login-stack";
import { authorizerFunction, gatewayResponses, httpAuthorizer, restAuthorizer, webSocketAuthorizer } from "./session-authorizer";

const app = new App();

const bundle: string | undefined = app.node.tryGetContext("bundle");
if (bundle) new LoginStack(app, "wxsession", { bundle });

const stack = new Stack(app, "wxsession-sample-cdk");
const me = new Function(stack, "Me", { runtime: Runtime.NODEJS_22_X, handler: "index.handler", code: Code.fromAsset("../node-me") });
const authorizer = authorizerFunction(stack);

const rest = new RestApi(stack, "Rest", {
  endpointTypes: [EndpointType.REGIONAL],
  defaultMethodOptions: { authorizer: restAuthorizer(stack, authorizer) },
});
rest.root.addResource("me").addMethod("GET", new LambdaIntegration(me));
gatewayResponses(rest);

const http = new HttpApi(stack, "Http", { defaultAuthorizer: httpAuthorizer(authorizer) });
http.addRoutes({ path: "/me", methods: [HttpMethod.GET], integration: new HttpLambdaIntegration("Me", me) });

const webSocket = new WebSocketApi(stack, "WebSocket", {
  connectRouteOptions: { integration: new WebSocketLambdaIntegration("Connect", me), authorizer: webSocketAuthorizer(authorizer) },
});
new WebSocketStage(stack, "Stage", { webSocketApi: webSocket, stageName: "v1", autoDeploy: true });

app.synth();
