# Attaches the authorizer of the login stack to APIs that exist. Each part works alone.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "login_stack" {
  type    = string
  default = "wxsession"
}

variable "rest_api_id" {
  type    = string
  default = ""
}

variable "http_api_id" {
  type    = string
  default = ""
}

variable "websocket_api_id" {
  type    = string
  default = ""
}

data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

# The login stack writes it beside its export, for whoever cannot read exports.
data "aws_ssm_parameter" "authorizer" {
  name = "/${var.login_stack}/authorizer-function-arn"
}

locals {
  authorizer_arn = data.aws_ssm_parameter.authorizer.insecure_value
  authorizer_uri = "arn:${data.aws_partition.current.partition}:apigateway:${data.aws_region.current.region}:lambda:path/2015-03-31/functions/${local.authorizer_arn}/invocations"
  api_ids        = toset([for id in [var.rest_api_id, var.http_api_id, var.websocket_api_id] : id if id != ""])
}

# By which each API may call the authorizer. Without it every call is a 500.
resource "aws_lambda_permission" "authorizer" {
  for_each      = local.api_ids
  action        = "lambda:InvokeFunction"
  function_name = local.authorizer_arn
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:${data.aws_partition.current.partition}:execute-api:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:${each.value}/authorizers/*"
}

# ---- REST API: on each aws_api_gateway_method
#   authorization = "CUSTOM"
#   authorizer_id = aws_api_gateway_authorizer.session[0].id

resource "aws_api_gateway_authorizer" "session" {
  count                            = var.rest_api_id == "" ? 0 : 1
  name                             = "session"
  rest_api_id                      = var.rest_api_id
  type                             = "TOKEN"
  authorizer_uri                   = local.authorizer_uri
  identity_source                  = "method.request.header.Authorization"
  identity_validation_expression   = "^[Bb][Ee][Aa][Rr][Ee][Rr] wxs_[A-Za-z0-9_-]{64}[0-9A-Za-z]{6}$"
  authorizer_result_ttl_in_seconds = 0
}

# The four answers that decide whether a client logs in again (401) or waits (503).
locals {
  problems = {
    UNAUTHORIZED                   = { status = 401, title = "Unauthorized", code = "credentials_missing", header = "WWW-Authenticate", value = "Bearer realm=\"wxs\"" }
    ACCESS_DENIED                  = { status = 401, title = "Unauthorized", code = "session_invalid", header = "WWW-Authenticate", value = "Bearer realm=\"wxs\", error=\"invalid_token\"" }
    AUTHORIZER_FAILURE             = { status = 503, title = "Service Unavailable", code = "store_unavailable", header = "Retry-After", value = "2" }
    AUTHORIZER_CONFIGURATION_ERROR = { status = 503, title = "Service Unavailable", code = "store_unavailable", header = "Retry-After", value = "2" }
  }
}

resource "aws_api_gateway_gateway_response" "session" {
  for_each      = var.rest_api_id == "" ? {} : local.problems
  rest_api_id   = var.rest_api_id
  response_type = each.key
  status_code   = each.value.status
  response_parameters = {
    "gatewayresponse.header.Content-Type"           = "'application/problem+json'"
    "gatewayresponse.header.Cache-Control"          = "'no-store'"
    "gatewayresponse.header.X-Content-Type-Options" = "'nosniff'"
    "gatewayresponse.header.${each.value.header}"   = "'${each.value.value}'"
  }
  response_templates = {
    "application/json" = "{\"type\":\"about:blank\",\"title\":\"${each.value.title}\",\"status\":${each.value.status},\"code\":\"${each.value.code}\",\"instance\":\"$context.requestId\"}"
  }
}

# ---- HTTP API: on each aws_apigatewayv2_route
#   authorization_type = "CUSTOM"
#   authorizer_id      = aws_apigatewayv2_authorizer.http[0].id
# It answers a refused token with its own 403, which nobody can change: the client library then asks GET /session.

resource "aws_apigatewayv2_authorizer" "http" {
  count                             = var.http_api_id == "" ? 0 : 1
  api_id                            = var.http_api_id
  name                              = "session"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = local.authorizer_uri
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = true
  identity_sources                  = ["$request.header.Authorization"]
  authorizer_result_ttl_in_seconds  = 0
}

# ---- WebSocket API: on the aws_apigatewayv2_route of $connect
#   authorization_type = "CUSTOM"
#   authorizer_id      = aws_apigatewayv2_authorizer.websocket[0].id
# The authorizer is asked once, at $connect: docs/websocket.md.

resource "aws_apigatewayv2_authorizer" "websocket" {
  count            = var.websocket_api_id == "" ? 0 : 1
  api_id           = var.websocket_api_id
  name             = "session"
  authorizer_type  = "REQUEST"
  authorizer_uri   = local.authorizer_uri
  identity_sources = ["route.request.header.Authorization"]
}
