"""Who answers which route, and what stands before it."""

import json
import re
import unittest

from transformed import HTTP, REST, ROOT, properties, source, transformed

OPEN, GUARDED = "NONE", "SessionAuthorizer"

# Whoever adds one here opens it to the world. What else there is stands in facts/src/route.rs, and is compared with the template there.
OPEN_ROUTES = {
    ("POST", "/login"), ("POST", "/tickets/redeem"), ("GET", "/session"), ("DELETE", "/session"),
    ("GET", "/wechat/push/{app_id}"), ("POST", "/wechat/push/{app_id}"),
}

# What can be logged of both kinds of API, and of one only. A key of the authorizer's context can be logged of REST APIs and, when
# the authorizer answers with policies, of HTTP APIs; ours answers simply there.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
BOTH_VARIABLES = {
    "requestId", "requestTime", "status", "responseLatency", "httpMethod", "error.responseType", "error.message",
    "authorizer.error", "integration.status", "integration.error", "integration.latency", "responseLength", "path",
}
HTTP_VARIABLES = BOTH_VARIABLES | {"routeKey", "integrationErrorMessage", "dataProcessed"}
REST_VARIABLES = BOTH_VARIABLES | {"resourcePath", "authorizer.status", "authorizer.latency", "authorizer.reason"}

TOKEN = "wxs_" + "A" * 64 + "0Zz9aB"


def routes(template):
    found = {}
    for path, methods in properties(template, "Api")["Body"]["paths"].items():
        for method, body in methods.items():
            if method == "options":
                continue  # of Cors, and no function's: test_pages.py
            uri = json.dumps(body["x-amazon-apigateway-integration"]["uri"])
            (function,) = re.findall(r"\$\{(\w+)\.Arn\}", uri)
            (scheme,) = [name for requirement in body["security"] for name in requirement]
            found[method.upper(), path] = (function, scheme)
    return found


def scheme(template):
    return properties(template, "Api")["Body"]["components"]["securitySchemes"][GUARDED]["x-amazon-apigateway-authorizer"]


class Routes(unittest.TestCase):
    maxDiff = None

    def test_only_login_session_the_redeeming_of_tickets_and_push_are_open(self):
        for template in (REST, HTTP):
            with self.subTest(template=template):
                found = routes(template)
                self.assertEqual({route for route, (_, before) in found.items() if before == OPEN}, OPEN_ROUTES)
                self.assertEqual({before for _, before in found.values()}, {OPEN, GUARDED})
        self.assertEqual(routes(REST), routes(HTTP))

    def test_the_only_security_scheme_is_the_session_authorizer(self):
        for template in (REST, HTTP):
            schemes = properties(template, "Api")["Body"]["components"]["securitySchemes"]
            self.assertEqual(set(schemes), {GUARDED})
            self.assertIn("AuthorizerFunction", json.dumps(schemes))

    def test_authorizer_answers_are_cached_for_the_parameter_only(self):
        parameter = source(REST)["Parameters"]["AuthorizerCacheSeconds"]
        self.assertEqual((parameter["Default"], parameter["MinValue"], parameter["MaxValue"]), (0, 0, 60))
        for template in (REST, HTTP):
            auth = source(template)["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"][GUARDED]
            self.assertEqual(auth["Identity"]["ReauthorizeEvery"], {"Ref": "AuthorizerCacheSeconds"})
            self.assertIn(scheme(template)["authorizerResultTtlInSeconds"], (0, {"Ref": "AuthorizerCacheSeconds"}))


class Expression(unittest.TestCase):
    """The REST API's authorizer is not even called for what is not a token."""

    def matches(self, value):
        return re.search(scheme(REST)["identityValidationExpression"], value) is not None

    def test_a_token_passes_in_any_spelling_of_bearer(self):
        for word in ("Bearer", "bearer", "BEARER", "bEaReR"):
            self.assertTrue(self.matches(f"{word} {TOKEN}"), word)

    def test_junk_is_turned_away(self):
        for junk in (
            "", TOKEN, f"Basic {TOKEN}", f"Bearer  {TOKEN}", f"Bearer {TOKEN} ", f" Bearer {TOKEN}",
            f"Bearer {TOKEN},Bearer {TOKEN}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}A",
            f"Bearer {TOKEN.replace('wxs_', 'wxt_')}", f"Bearer {TOKEN[:-1]}_", f"Bearer {TOKEN.replace('A', '+', 1)}",
        ):
            self.assertFalse(self.matches(junk), junk)

    def test_the_sample_stack_uses_the_same_expression(self):
        sample = (ROOT / "examples/template.yaml").read_text()
        self.assertIn(f"ValidationExpression: {scheme(REST)['identityValidationExpression']}\n", sample)


class GatewayResponses(unittest.TestCase):
    """401 means "log in again" and nothing else does."""

    CHALLENGES = {
        "UNAUTHORIZED": "'Bearer realm=\"wxs\"'",
        "ACCESS_DENIED": "'Bearer realm=\"wxs\", error=\"invalid_token\"'",
    }

    def deployed(self):
        return properties(REST, "Api")["Body"]["x-amazon-apigateway-gateway-responses"]

    def test_only_a_bad_token_is_a_401_and_only_an_authorizer_that_cannot_tell_a_503(self):
        statuses = {kind: response.get("statusCode") for kind, response in self.deployed().items()}
        self.assertEqual({kind for kind, status in statuses.items() if status == "401"}, set(self.CHALLENGES))
        self.assertEqual({kind for kind, status in statuses.items() if status == "503"},
                         {"AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"})
        self.assertEqual({kind for kind, status in statuses.items() if status is None}, {"DEFAULT_5XX"})
        self.assertIn("DEFAULT_4XX", statuses)

    def test_each_answer_of_the_gateway_has_the_headers_of_ours(self):
        for kind, response in self.deployed().items():
            with self.subTest(kind=kind):
                headers = {name.removeprefix("gatewayresponse.header."): value
                           for name, value in response["responseParameters"].items()}
                self.assertEqual(headers["Content-Type"], "'application/problem+json'")
                self.assertEqual(headers["Cache-Control"], "'no-store'")
                self.assertEqual(headers["X-Content-Type-Options"], "'nosniff'")
                self.assertEqual(headers.get("WWW-Authenticate"), self.CHALLENGES.get(kind))
                self.assertEqual("Retry-After" in headers, response.get("statusCode") in ("429", "503", None))

    def test_access_logs_use_only_variables_that_the_kind_of_api_has(self):
        for template, known in ((REST, REST_VARIABLES), (HTTP, HTTP_VARIABLES)):
            setting = source(template)["Resources"]["Api"]["Properties"]
            setting = setting.get("AccessLogSetting") or setting["AccessLogSettings"]
            form = setting["Fn::If"][1]["Format"]
            self.assertNotIn("\n", form.strip(), "one line")
            used = set(re.findall(r"\$context\.([\w.]+)", form))
            self.assertGreater(len(used), 8)
            self.assertEqual(used - known, set(), template)

    def test_nothing_the_gateway_logs_can_log_anyone_in(self):
        for template in (REST, HTTP):
            text = json.dumps(transformed(template)["Resources"]["Api" if template == HTTP else "ApiStage"])
            text += json.dumps(source(template)["Resources"]["Api"]["Properties"])
            for field in ("$context.authorizer.principalId", "$context.identity", "authorizationToken", "$input"):
                self.assertNotIn(field, text)
        for setting in source(REST)["Resources"]["Api"]["Properties"]["MethodSettings"]:
            self.assertIs(setting["DataTraceEnabled"], False)


if __name__ == "__main__":
    unittest.main()
