"""The snippets of docs/attach.md: well formed, and with the expressions, permissions and answers of template.yaml."""

import json
import pathlib
import re
import unittest

import yaml

from pages import without_pages

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: getattr(loader, f"construct_{node.id}")(node))
API = yaml.load((ROOT / "template.yaml").read_text(), Loader)["Resources"]["Api"]["Properties"]
IDENTITY = API["Auth"]["Authorizers"]["SessionAuthorizer"]["Identity"]


def snippets(page, language):
    """heading -> the first block of that language below it."""
    found = {}
    for section in re.split(r"(?m)^## ", page)[1:]:
        for block in re.findall(rf"(?ms)^```{language}\n(.*?)^```", section)[:1]:
            found[section.split("\n", 1)[0]] = block
    return found


class Snippets(unittest.TestCase):
    def setUp(self):
        self.page = (ROOT / "docs/attach.md").read_text()
        self.yaml = {name: yaml.load(text, Loader) for name, text in snippets(self.page, "yaml").items()}

    def test_there_is_one_for_each_tool(self):
        self.assertEqual(set(self.yaml), {"Serverless Framework", "OpenAPI import", "AppSync"})
        self.assertEqual(set(snippets(self.page, "ts")), {"CDK's trap", "Pulumi"})

    def test_serverless_takes_the_simple_answer_and_may_call(self):
        authorizer = self.yaml["Serverless Framework"]["provider"]["httpApi"]["authorizers"]["session"]
        self.assertEqual((authorizer["payloadVersion"], authorizer["enableSimpleResponses"], authorizer["resultTtlInSeconds"]), ("2.0", True, 0))
        permission = self.yaml["Serverless Framework"]["resources"]["Resources"]["SessionAuthorizerPermission"]["Properties"]
        self.assertEqual(permission["FunctionName"], authorizer["functionArn"])
        self.assertTrue(permission["SourceArn"].endswith("${HttpApi}/authorizers/*"))

    def test_openapi_asks_and_answers_as_the_template_does(self):
        document = self.yaml["OpenAPI import"]
        authorizer = document["components"]["securitySchemes"]["session"]["x-amazon-apigateway-authorizer"]
        self.assertEqual(authorizer["identityValidationExpression"], IDENTITY["ValidationExpression"])
        self.assertEqual((authorizer["type"], authorizer["authorizerResultTtlInSeconds"]), ("token", 0))
        for kind, answer in document["x-amazon-apigateway-gateway-responses"].items():
            ours = API["GatewayResponses"][kind]
            headers = {name.rsplit(".", 1)[1]: value for name, value in answer["responseParameters"].items()}
            self.assertEqual(headers, without_pages(ours["ResponseParameters"]["Headers"]), kind)
            body, expected = answer["responseTemplates"]["application/json"], ours["ResponseTemplates"]["application/json"]
            self.assertEqual((answer["statusCode"], json.loads(body)), (ours["StatusCode"], json.loads(expected)), kind)

    def test_appsync_may_call_and_checks_the_form(self):
        resources = self.yaml["AppSync"]["Resources"]
        config = resources["Api"]["Properties"]["LambdaAuthorizerConfig"]
        self.assertEqual(config["IdentityValidationExpression"], IDENTITY["ValidationExpression"])
        permission = resources["AuthorizerPermission"]["Properties"]
        self.assertEqual((permission["Principal"], permission["FunctionName"]), ("appsync.amazonaws.com", config["AuthorizerUri"]))

    def test_pulumi_may_call_and_caches_nothing(self):
        text = snippets(self.page, "ts")["Pulumi"]
        for part in ("/authorizers/*`", "authorizerResultTtlInSeconds: 0", "enableSimpleResponses: true", '"lambda:InvokeFunction"'):
            self.assertIn(part, text)
        for opening, closing in ("()", "{}", "[]"):
            self.assertEqual(text.count(opening), text.count(closing))

    def test_the_table_shows_the_expression_of_the_template(self):
        self.assertIn(f"`{IDENTITY['ValidationExpression']}`", self.page)

    def test_the_parameter_is_one_that_the_template_writes(self):
        written = re.findall(r"Name: !Sub /\$\{AWS::StackName\}/(\S+)", (ROOT / "template.yaml").read_text())
        for name in re.findall(r"/wxsession/([\w-]+)", self.page):
            self.assertIn(name, written)


if __name__ == "__main__":
    unittest.main()
