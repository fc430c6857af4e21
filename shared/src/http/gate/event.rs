//! What was judged, in `lambda_http`'s own types, without its headers.

use lambda_http::{
    aws_lambda_events::{
        alb::AlbTargetGroupRequest,
        apigw::{ApiGatewayProxyRequest, ApiGatewayRequestAuthorizer, ApiGatewayV2httpRequest},
        query_map::QueryMap,
    },
    http::Method,
    request::LambdaRequest,
};

use super::{Origin, wire::Wire};

impl Wire {
    pub(super) fn into_event(self, origin: Origin, method: Method) -> LambdaRequest {
        match origin {
            Origin::Payload1 => LambdaRequest::ApiGatewayV1(self.into_payload_1(method)),
            Origin::Payload2 => LambdaRequest::ApiGatewayV2(self.into_payload_2(method)),
            Origin::LoadBalancer => LambdaRequest::Alb(self.into_load_balancers(method)),
        }
    }

    fn into_payload_1(mut self, method: Method) -> ApiGatewayProxyRequest {
        let mut event = ApiGatewayProxyRequest::default();
        event.multi_value_query_string_parameters = self.take_query();
        let mut context = self.context.unwrap_or_default();
        event.request_context.authorizer.fields = context.authorizer().into_iter().collect();
        event.request_context.resource_path = self.resource.0.clone().or(context.resource_path.0);
        event.request_context.stage = context.stage.0;
        event.request_context.request_id = context.request_id.0;
        event.request_context.http_method = method.clone();
        event.resource = self.resource.0;
        event.path = self.path.0;
        event.http_method = method;
        event.path_parameters = self.path_parameters.single();
        event.body = self.body.0;
        event.is_base64_encoded = self.is_base64_encoded.unwrap_or(false);
        event
    }

    fn into_payload_2(self, method: Method) -> ApiGatewayV2httpRequest {
        let mut event = ApiGatewayV2httpRequest::default();
        let mut context = self.context.unwrap_or_default();
        let mut authorizer = ApiGatewayRequestAuthorizer::default();
        authorizer.fields = context.authorizer().into_iter().collect();
        event.request_context.authorizer = Some(authorizer);
        event.request_context.route_key = self.route_key.0;
        event.request_context.stage = context.stage.0;
        event.request_context.request_id = context.request_id.0;
        event.request_context.http.method = method;
        event.raw_path = self.raw_path.0;
        event.raw_query_string = self.raw_query_string.0;
        event.path_parameters = self.path_parameters.single();
        event.body = self.body.0;
        event.is_base64_encoded = self.is_base64_encoded.unwrap_or(false);
        event
    }

    fn into_load_balancers(mut self, method: Method) -> AlbTargetGroupRequest {
        let mut event = AlbTargetGroupRequest::default();
        event.multi_value_query_string_parameters = self.take_query();
        event.http_method = method;
        event.path = self.path.0;
        event.body = self.body.0;
        event.is_base64_encoded = self.is_base64_encoded.unwrap_or(false);
        event
    }

    fn take_query(&mut self) -> QueryMap {
        let several = std::mem::take(&mut self.multi_value_query_string_parameters);
        let query =
            if several.0.is_empty() { std::mem::take(&mut self.query_string_parameters) } else { several };
        QueryMap::from(query.0)
    }
}
