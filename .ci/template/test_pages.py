"""What a page in a web-view may read, with PageOrigin and without: CORS of both kinds of API."""

import re
import unittest

from transformed import HTTP, REST, properties, source, transformed

SAMPLES = ("examples/template.yaml", "examples/separate-stack/rest-api.yaml")
HTTP_SAMPLE = "examples/separate-stack/http-api.yaml"
PAGE = "https://m.example.com"
PREFIX = "access-control-"


def resolved(value, page):
    """The value as CloudFormation hands it on, with a page or without ('')."""
    if isinstance(value, list):
        return [resolved(each, page) for each in value]
    if not isinstance(value, dict):
        return value
    match list(value.items()):
        case [("Fn::If", ["HasPages", yes, no])]:
            return resolved(yes if page else no, page)
        case [("Ref", "PageOrigin")]:
            return page
        case [("Fn::Sub", text)] if isinstance(text, str):
            return text.replace("${PageOrigin}", page)
    resolved_members = {key: resolved(each, page) for key, each in value.items()}
    return {key: each for key, each in resolved_members.items() if each != {"Ref": "AWS::NoValue"}}


def cors(parameters):
    """The CORS headers among an answer's parameters, `method.response.header.X` or `gatewayresponse.header.X`."""
    names = {name.rpartition(".")[2].lower(): value for name, value in parameters.items()}
    return {name: value for name, value in names.items() if name.startswith(PREFIX) or name == "vary"}


def preflights(template, page):
    """path -> CORS headers of its OPTIONS."""
    for path, methods in properties(template, "Api")["Body"]["paths"].items():
        integration = methods["options"]["x-amazon-apigateway-integration"]
        assert integration["type"] == "mock", path
        (answer,) = integration["responses"].values()
        yield path, methods["options"], cors(resolved(answer["responseParameters"], page))


def gateway_responses(template, page):
    found = properties(template, "Api")["Body"]["x-amazon-apigateway-gateway-responses"]
    return {kind: cors(resolved(body["responseParameters"], page)) for kind, body in found.items()}


class RestApi(unittest.TestCase):
    maxDiff = None

    def test_without_a_page_no_header_is_sent_anywhere(self):
        for template in (REST, *SAMPLES):
            self.assertEqual(source(template)["Parameters"]["PageOrigin"]["Default"], "")
            for path, _, headers in preflights(template, ""):
                self.assertEqual(headers, {}, path)
            for kind, headers in gateway_responses(template, "").items():
                self.assertEqual(headers, {}, kind)

    def test_a_browser_that_asks_first_hears_of_one_origin_and_of_every_method_there_is(self):
        for template in (REST, *SAMPLES):
            paths = properties(template, "Api")["Body"]["paths"]
            methods = {method.upper() for each in paths.values() for method in each} - {"OPTIONS"}
            asked = list(preflights(template, PAGE))
            self.assertEqual({path for path, _, _ in asked}, set(paths))
            for path, _, headers in asked:
                self.assertEqual(headers, {
                    "access-control-allow-origin": f"'{PAGE}'",
                    "access-control-allow-headers": "'Authorization,Content-Type'",
                    "access-control-allow-methods": f"'{','.join(sorted(methods))}'",
                    "access-control-max-age": "'600'",
                }, path)

    def test_asking_first_needs_no_token_and_runs_no_function(self):
        for template in (REST, *SAMPLES):
            for path, operation, _ in preflights(template, PAGE):
                self.assertNotIn("security", operation, path)
                self.assertNotIn("Lambda", str(operation), path)

    def test_every_answer_of_the_gateway_can_be_read_by_the_page(self):
        for template in (REST, *SAMPLES):
            bodies = properties(template, "Api")["Body"]["x-amazon-apigateway-gateway-responses"]
            for kind, headers in gateway_responses(template, PAGE).items():
                waits = any(name.endswith(".Retry-After") for name in bodies[kind]["responseParameters"])
                exposed = {"access-control-expose-headers": "'Retry-After'"} if waits else {}
                self.assertEqual(headers, {"access-control-allow-origin": f"'{PAGE}'", **exposed}, kind)

    def test_no_answer_lets_a_browser_send_cookies(self):
        for template in (REST, HTTP, *SAMPLES):
            self.assertNotIn("allow-credentials", str(transformed(template)).lower())
            self.assertNotIn("allowcredentials", str(source(template)).lower())

    def test_another_page_is_deployed_and_not_only_written_down(self):
        """A stage goes on serving the deployment that it has; SAM names a new one by a hash that no value of PageOrigin is in."""
        for template in (REST, *SAMPLES):
            self.assertIs(source(template)["Resources"]["Api"]["Properties"].get("AlwaysDeploy"), True, template)


class HttpApi(unittest.TestCase):
    def test_the_sample_allows_the_same(self):
        ours, theirs = (source(file)["Resources"]["Api"]["Properties"]["CorsConfiguration"] for file in (HTTP, HTTP_SAMPLE))
        self.assertEqual(theirs, ours | {"AllowMethods": ["GET"]})

    def cors(self, page):
        return resolved(properties(HTTP, "Api", (("PageOrigin", page),))["Body"]["x-amazon-apigateway-cors"], page)

    def test_allows_one_origin(self):
        self.assertEqual(self.cors(PAGE), {
            "allowOrigins": [PAGE], "allowHeaders": ["Authorization", "Content-Type"],
            "allowMethods": ["DELETE", "GET", "POST"], "exposeHeaders": ["Retry-After"], "maxAge": 600,
        })

    def test_without_a_page_it_allows_a_name_that_nobody_can_have(self):
        # https://www.rfc-editor.org/rfc/rfc2606#section-2
        self.assertEqual(self.cors("")["allowOrigins"], ["https://none.invalid"])

    def test_it_has_no_options_of_its_own(self):
        for path, methods in properties(HTTP, "Api")["Body"]["paths"].items():
            self.assertNotIn("options", methods, path)


class Parameter(unittest.TestCase):
    def test_is_one_exact_origin_or_nothing(self):
        for template in (REST, HTTP):
            pattern = source(template)["Parameters"]["PageOrigin"]["AllowedPattern"]
            for origin in ("", PAGE, "https://m.example.com:8443", "https://a-b.xn--fiqs8s", "http://localhost:5173", "http://127.0.0.1:65535",
                           "https://localhost"):
                self.assertTrue(re.fullmatch(pattern, origin), origin)
            for other in ("*", "null", "https://*.example.com", "https://m.example.com/", "https://m.example.com/h5", "https://M.example.com",
                          "http://m.example.com", "https://example", "https://m.example.com:0", "https://m.example.com:65536",
                          "https://a.example.com,https://b.example.com", "https://a.example.com https://b.example.com", "https://user@m.example.com",
                          "https://m.example.com'", "https://m.example.com\n", "//m.example.com", "https://-m.example.com", "https://m.example.com."):
                self.assertFalse(re.fullmatch(pattern, other), other)


if __name__ == "__main__":
    unittest.main()
