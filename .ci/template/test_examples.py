"""The stacks in examples/: another team's API behind our authorizer."""

import json
import logging
import os
import re
import unittest

from transformed import REST, ROOT, source

SAMPLES = {
    "examples/template.yaml": "rust-me",
    "examples/separate-stack/rest-api.yaml": "node-me",
    "examples/separate-stack/http-api.yaml": "python-me",
}
# The translator fills in parameters where it writes resources of its own; here it knows their defaults.
IMPORTED = "wxsession-AuthorizerFunctionArn"


def is_http_api(template):
    return template["Resources"]["Api"]["Type"] == "AWS::Serverless::HttpApi"


def readme_function(folder):
    """The one resource in the README's YAML block."""
    from samtranslator.yaml_helper import yaml_parse

    (block,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "examples" / folder / "README.md").read_text(), re.S)
    ((name, function),) = yaml_parse(block).items()
    assert name == "MeFunction", name
    return function


def behind(template, function):
    """The function with the event that the template's kind of API wants, as the README says to change it."""
    if is_http_api(template):
        kind, properties = "HttpApi", {"ApiId": {"Ref": "Api"}, "PayloadFormatVersion": "2.0"}
    else:
        kind, properties = "Api", {"RestApiId": {"Ref": "Api"}}
    events = {
        name: {"Type": kind, "Properties": {"Path": path, "Method": "GET"} | properties}
        for name, path in (("Me", "/me"), ("Staff", "/staff"))
    }
    return function | {"Properties": function["Properties"] | {"Events": events}}


def expanded(template, region="us-east-1"):
    """What CloudFormation gets to see."""
    from samtranslator.translator.arn_generator import ArnGenerator
    from samtranslator.translator.transform import transform

    class ManagedPolicies:
        def load(self):
            return {}

    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    ArnGenerator.BOTO_SESSION_REGION_NAME = os.environ["AWS_DEFAULT_REGION"] = region
    template = json.loads(json.dumps(template))
    template["Resources"]["MeFunction"]["Properties"]["CodeUri"] = "s3://bucket/key"
    resources = transform(template, {}, ManagedPolicies())["Resources"]
    return json.loads(json.dumps(resources).replace("${LoginStack}", "wxsession"))


def every_pair():
    """Each function in each stack."""
    for sample in SAMPLES:
        template = source(sample)
        for folder in SAMPLES.values():
            function = behind(template, readme_function(folder))
            yield f"{folder} in {sample}", template | {"Resources": template["Resources"] | {"MeFunction": function}}


def permissions(resources):
    return [body["Properties"] for body in resources.values() if body["Type"] == "AWS::Lambda::Permission"]


class Stacks(unittest.TestCase):
    maxDiff = None

    def test_each_stack_has_the_function_that_its_readme_shows(self):
        for sample, folder in SAMPLES.items():
            with self.subTest(sample):
                self.assertEqual(source(sample)["Resources"]["MeFunction"], readme_function(folder))

    def test_each_function_is_there_with_its_handler(self):
        for sample, folder in SAMPLES.items():
            properties = source(sample)["Resources"]["MeFunction"]["Properties"]
            code = (ROOT / sample).parent / properties["CodeUri"]
            self.assertEqual(code.resolve(), ROOT / "examples" / folder)
            module, _, handler = properties["Handler"].partition(".")
            if handler:
                (file,) = [path for path in code.iterdir() if path.stem == module]
                self.assertRegex(file.read_text(), rf"(?m)^(export async function|def) {handler}\(event, context\)")
            else:
                self.assertIn('name = "me"', (code / "Cargo.toml").read_text())

    def test_what_the_functions_are_tested_with_is_what_lies_in_the_project(self):
        for folder in ("rust-me", "node-me", "python-me"):
            copies = {file.name: file.read_bytes() for file in (ROOT / "examples" / folder / "events").iterdir()}
            events = {file.name: file.read_bytes() for file in (ROOT / "events").glob("me-*.json")}
            if folder != "rust-me":
                events["cases.json"] = (ROOT / "identity/cases.json").read_bytes()
            self.assertEqual(copies, events, folder)
        for folder in ("go", "java"):
            self.assertEqual((ROOT / "examples" / folder / "cases.json").read_bytes(), (ROOT / "identity/cases.json").read_bytes())

    def test_every_reserved_name_is_a_case_and_documented(self):
        (code,) = re.findall(r"const RESERVED: [^=]*= \[(.*?)\];", (ROOT / "identity/src/claims.rs").read_text(), re.S)
        reserved = re.findall(r'"([a-z_]+)"', code)
        (row,) = re.findall(r"\| `claim_name_reserved` \| not one of (.*) \|", (ROOT / "docs/accounts.md").read_text())
        self.assertEqual(re.findall("`([a-z_]+)`", row), reserved)
        refused = json.loads((ROOT / "identity/cases.json").read_text(encoding="utf-8"))["refused"]
        self.assertEqual([name for name in reserved if f"claim_{name}" not in refused], [])

    def test_in_every_stack_every_function_stands_behind_the_imported_authorizer(self):
        for name, template in every_pair():
            with self.subTest(name):
                body = expanded(template)["Api"]["Properties"]["Body"]
                self.assertEqual({path: [method for method in methods if method != "options"] for path, methods in body["paths"].items()}, {"/me": ["get"], "/staff": ["get"]})
                for methods in body["paths"].values():
                    self.assertEqual(methods["get"]["security"], [{"SessionAuthorizer": []}])
                scheme = body["components"]["securitySchemes"]["SessionAuthorizer"]["x-amazon-apigateway-authorizer"]
                self.assertIn(IMPORTED, json.dumps(scheme["authorizerUri"]))
                self.assertIn(scheme["authorizerResultTtlInSeconds"], (0, {"Ref": "AuthorizerCacheSeconds"}))
                if is_http_api(template):
                    self.assertEqual(scheme["authorizerPayloadFormatVersion"], "2.0")
                    self.assertIs(scheme["enableSimpleResponses"], True)
                    self.assertEqual(scheme["identitySource"], ["$request.header.Authorization"])

    def test_in_every_stack_the_api_may_call_the_authorizer_and_the_function_and_no_more(self):
        for name, template in every_pair():
            with self.subTest(name):
                found = permissions(expanded(template))
                for permission in found:
                    self.assertEqual(permission["Principal"], "apigateway.amazonaws.com")
                    self.assertEqual(permission["Action"], "lambda:InvokeFunction")
                authorizer = json.dumps({"Fn::ImportValue": {"Fn::Sub": IMPORTED}})
                function = json.dumps({"Ref": "MeFunction"})
                sources = sorted((json.dumps(each["FunctionName"]), json.dumps(each["SourceArn"])) for each in found)
                self.assertEqual([name for name, _ in sources], sorted([authorizer, function, function]))
                for name, source_arn in sources:
                    route = r"/GET/(me|staff)\"" if name == function else r"\$\{(Api|__ApiId__)\}/authorizers/\*"
                    self.assertRegex(source_arn, route)

    def test_the_login_stack_exports_what_they_import(self):
        exports = [output["Export"]["Name"]["Fn::Sub"] for output in source(REST)["Outputs"].values() if "Export" in output]
        self.assertIn("${AWS::StackName}-AuthorizerFunctionArn", exports)
        for sample in SAMPLES:
            imported = re.findall(r"Fn::ImportValue: !Sub (\S+)", (ROOT / sample).read_text())
            self.assertEqual(set(imported), {"${LoginStack}-AuthorizerFunctionArn"}, sample)

    def test_a_websocket_is_connected_by_the_imported_authorizer_only(self):
        resources = source("examples/separate-stack/websocket-api.yaml")["Resources"]
        routes = {body["Properties"]["RouteKey"]: body["Properties"] for body in resources.values() if body["Type"].endswith("::Route")}
        self.assertEqual(set(routes), {"$connect", "$default"})
        self.assertEqual((routes["$connect"]["AuthorizationType"], routes["$connect"]["AuthorizerId"]), ("CUSTOM", {"Ref": "SessionAuthorizer"}))
        authorizer = resources["SessionAuthorizer"]["Properties"]
        # A page's token is in another header than a Mini Program's, and API Gateway wants all that are named.
        self.assertNotIn("IdentitySource", authorizer)
        imported = re.findall(r"Fn::ImportValue: !Sub (\S+)", (ROOT / "examples/separate-stack/websocket-api.yaml").read_text())
        self.assertEqual(set(imported), {"${LoginStack}-AuthorizerFunctionArn"})

    def test_both_rest_stacks_treat_a_request_alike(self):
        ours, theirs = (source(sample)["Resources"]["Api"]["Properties"] for sample in list(SAMPLES)[:2])
        written_out = theirs["Auth"]["Authorizers"]["SessionAuthorizer"] | {}
        self.assertIs(written_out.pop("DisableFunctionDefaultPermissions"), True)
        self.assertEqual(written_out, ours["Auth"]["Authorizers"]["SessionAuthorizer"])
        self.assertEqual(theirs["GatewayResponses"], ours["GatewayResponses"])

    def test_every_role_is_bounded_when_the_company_asks_for_it(self):
        boundary = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
        for name, template in every_pair():
            roles = [body for body in expanded(template).values() if body["Type"] == "AWS::IAM::Role"]
            self.assertEqual([role["Properties"].get("PermissionsBoundary") for role in roles], [boundary], name)

    def test_they_deploy_in_china(self):
        for name, template in every_pair():
            text = json.dumps(expanded(template, "cn-north-1"))
            self.assertEqual(re.findall(r"arn:aws:[^\"]*", text), [], name)
        for sample in SAMPLES:
            self.assertEqual(re.findall(r"arn:aws:.*|.*amazonaws\.com/.*", (ROOT / sample).read_text()), [])

    def test_no_sample_can_be_deployed_over_the_login_stack(self):
        import tomllib

        def stack_name(folder):
            settings = tomllib.loads((ROOT / folder / "samconfig.toml").read_text())
            return settings["default"]["global"]["parameters"]["stack_name"]

        for sample in SAMPLES:
            self.assertNotEqual(stack_name((ROOT / sample).parent), stack_name("."))
            self.assertEqual(source(sample)["Parameters"]["LoginStack"]["Default"], stack_name("."))


if __name__ == "__main__":
    unittest.main()
