"""examples/cdk, synthesized into examples/cdk/cdk.out: the permissions and answers that a client depends on are there."""

import json
import pathlib
import unittest

import yaml

from pages import without_pages

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "examples/cdk/cdk.out"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as the long ones."""


def long(loader, suffix, node):
    value = getattr(loader, f"construct_{node.id}")(node, **({} if node.id == "scalar" else {"deep": True}))
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    return {f"Fn::{suffix}": value.split(".", 1) if suffix == "GetAtt" else value}


Loader.add_multi_constructor("!", long)
SOURCE = yaml.load((ROOT / "template.yaml").read_text(), Loader)
OURS = SOURCE["Resources"]
IMPORTED = {"Fn::ImportValue": "wxsession-AuthorizerFunctionArn"}


def of_type(template, kind):
    return {name: body["Properties"] for name, body in template["Resources"].items() if body["Type"] == kind}


class Sample(unittest.TestCase):
    def setUp(self):
        self.template = json.loads((OUT / "wxsession-sample-cdk.template.json").read_text())

    def test_each_of_the_three_apis_may_call_the_authorizer(self):
        permissions = [one for one in of_type(self.template, "AWS::Lambda::Permission").values() if one["FunctionName"] == IMPORTED]
        self.assertEqual(len(permissions), 3)
        for permission in permissions:
            self.assertEqual((permission["Action"], permission["Principal"]), ("lambda:InvokeFunction", "apigateway.amazonaws.com"))
            self.assertRegex(json.dumps(permission["SourceArn"]), r"/authorizers/")

    def test_the_trap_is_still_one(self):
        """`fromFunctionArn`, in a stack that is bound to no account, writes no permission: README.md says so."""
        template = json.loads((OUT / "trap.template.json").read_text())
        self.assertEqual(of_type(template, "AWS::Lambda::Permission"), {})
        self.assertEqual(len(of_type(template, "AWS::ApiGateway::Authorizer")), 1)

    def test_a_rest_api_asks_and_answers_as_the_template_does(self):
        (authorizer,) = of_type(self.template, "AWS::ApiGateway::Authorizer").values()
        ours = OURS["Api"]["Properties"]["Auth"]["Authorizers"]["SessionAuthorizer"]["Identity"]
        self.assertEqual(authorizer["IdentityValidationExpression"], ours["ValidationExpression"])
        self.assertEqual((authorizer["Type"], authorizer["AuthorizerResultTtlInSeconds"]), ("TOKEN", 0))
        answers = {one["ResponseType"]: one for one in of_type(self.template, "AWS::ApiGateway::GatewayResponse").values()}
        self.assertEqual(set(answers), {"UNAUTHORIZED", "ACCESS_DENIED", "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"})
        for kind, answer in answers.items():
            ours = OURS["Api"]["Properties"]["GatewayResponses"][kind]
            headers = {name.rsplit(".", 1)[1]: value for name, value in answer["ResponseParameters"].items()}
            self.assertEqual(headers, without_pages(ours["ResponseParameters"]["Headers"]), kind)
            self.assertEqual(answer["StatusCode"], str(ours["StatusCode"]), kind)
            body, expected = (json.loads(one["ResponseTemplates"]["application/json"]) for one in (answer, ours))
            self.assertEqual(body, expected, kind)

    def test_no_route_is_open(self):
        methods = of_type(self.template, "AWS::ApiGateway::Method").values()
        self.assertEqual({method["AuthorizationType"] for method in methods}, {"CUSTOM"})
        routes = {route["RouteKey"]: route for route in of_type(self.template, "AWS::ApiGatewayV2::Route").values()}
        self.assertEqual(set(routes), {"GET /me", "$connect"})
        self.assertEqual({route["AuthorizationType"] for route in routes.values()}, {"CUSTOM"})

    def test_an_http_api_takes_the_simple_answer_and_no_cache(self):
        http, socket = sorted(of_type(self.template, "AWS::ApiGatewayV2::Authorizer").values(), key=lambda one: len(one), reverse=True)
        self.assertEqual((http["AuthorizerPayloadFormatVersion"], http["EnableSimpleResponses"]), ("2.0", True))
        self.assertEqual(http["AuthorizerResultTtlInSeconds"], 0)
        self.assertEqual(socket["IdentitySource"], ["route.request.header.Authorization"])


class Login(unittest.TestCase):
    def test_a_release_is_deployed_as_it_is_with_its_zips_as_assets(self):
        template = json.loads((OUT / "wxsession.template.json").read_text())
        for part in ("Transform", "Conditions", "Outputs", "Metadata", "Globals"):
            self.assertEqual(template.get(part), SOURCE.get(part), part)
        self.assertLessEqual(SOURCE.get("Rules", {}).items(), template["Rules"].items())
        parameters = {name: body for name, body in SOURCE["Parameters"].items() if name != "Architecture"}
        self.assertLessEqual(parameters.items(), template["Parameters"].items())
        for name, ours in OURS.items():
            theirs = template["Resources"][name]
            if ours["Type"] == "AWS::Serverless::Function":
                self.assertRegex(theirs["Properties"].pop("CodeUri")["Key"], r"^[0-9a-f]{64}\.zip$")
                ours = {key: value for key, value in ours.items() if key != "Metadata"}
                ours["Properties"] = {key: value for key, value in ours["Properties"].items() if key != "CodeUri"}
            self.assertEqual(theirs, ours, name)


if __name__ == "__main__":
    unittest.main()
