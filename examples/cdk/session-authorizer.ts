// Attaches the authorizer of the login stack to APIs of your own. Copy this file.
import { Fn } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
import { HttpLambdaAuthorizer, HttpLambdaResponseType, WebSocketLambdaAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { Duration } from "aws-cdk-lib";
import { Function, IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

/** What looks like one of our tokens; API Gateway turns the rest away without asking anybody. */
const TOKEN = "^[Bb][Ee][Aa][Rr][Ee][Rr] wxs_[A-Za-z0-9_-]{64}[0-9A-Za-z]{6}$";

/**
 * The authorizer, by the login stack's export. Its SSM parameter `/<stack>/authorizer-function-arn` holds the same and ties no
 * stack to another: `StringParameter.valueForStringParameter(scope, "/wxsession/authorizer-function-arn")`.
 *
 * `sameEnvironment` is what makes CDK write the permission by which API Gateway may call it. `Function.fromFunctionArn` does not, in
 * a stack that is bound to no account: it deploys, and every call is a 500.
 */
export function authorizerFunction(scope: Construct, loginStack = "wxsession"): IFunction {
  const functionArn = Fn.importValue(`${loginStack}-AuthorizerFunctionArn`);
  return Function.fromFunctionAttributes(scope, "SessionAuthorizerFunction", { functionArn, sameEnvironment: true });
}

/** For `defaultMethodOptions` of a REST API. A cache would delay what a logout does; 0 is the default of the login stack, too. */
export function restAuthorizer(scope: Construct, handler: IFunction): apigateway.TokenAuthorizer {
  return new apigateway.TokenAuthorizer(scope, "SessionAuthorizer", {
    handler,
    validationRegex: TOKEN,
    resultsCacheTtl: Duration.seconds(0),
  });
}

/** For `defaultAuthorizer` of an HTTP API. */
export function httpAuthorizer(handler: IFunction): HttpLambdaAuthorizer {
  return new HttpLambdaAuthorizer("SessionAuthorizer", handler, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: ["$request.header.Authorization"],
    resultsCacheTtl: Duration.seconds(0),
  });
}

/** For `connectRouteOptions` of a WebSocket API. */
export function webSocketAuthorizer(handler: IFunction): WebSocketLambdaAuthorizer {
  return new WebSocketLambdaAuthorizer("SessionAuthorizer", handler, { identitySource: ["route.request.header.Authorization"] });
}

/**
 * The four answers of a REST API that decide whether a client logs in again (401) or waits (503), in the words of the login stack.
 * Without them a refused token is a 403, and an authorizer that cannot tell a 500. HTTP APIs have no such thing.
 */
export function gatewayResponses(api: apigateway.RestApi): void {
  const problem = (type: apigateway.ResponseType, status: number, title: string, code: string, header: [string, string]) =>
    api.addGatewayResponse(`On${type.responseType}`, {
      type,
      statusCode: String(status),
      responseHeaders: {
        "Content-Type": "'application/problem+json'",
        "Cache-Control": "'no-store'",
        "X-Content-Type-Options": "'nosniff'",
        [header[0]]: `'${header[1]}'`,
      },
      templates: {
        "application/json": `{"type":"about:blank","title":"${title}","status":${status},"code":"${code}","instance":"$context.requestId"}`,
      },
    });
  const { UNAUTHORIZED, ACCESS_DENIED, AUTHORIZER_FAILURE, AUTHORIZER_CONFIGURATION_ERROR } = apigateway.ResponseType;
  problem(UNAUTHORIZED, 401, "Unauthorized", "credentials_missing", ["WWW-Authenticate", 'Bearer realm="wxs"']);
  problem(ACCESS_DENIED, 401, "Unauthorized", "session_invalid", ["WWW-Authenticate", 'Bearer realm="wxs", error="invalid_token"']);
  for (const type of [AUTHORIZER_FAILURE, AUTHORIZER_CONFIGURATION_ERROR]) {
    problem(type, 503, "Service Unavailable", "store_unavailable", ["Retry-After", "2"]);
  }
}
