"""examples/terraform: HCL that holds together, and says what template.yaml says. Terraform itself is not run."""

import functools
import importlib.machinery
import importlib.util
import json
import pathlib
import re
import unittest

import hcl2
import yaml

from pages import without_pages

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples/terraform"
FILES = ("authorizer.tf", "login-backend.tf")


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: getattr(loader, f"construct_{node.id}")(node))


def plain(value):
    """The parser keeps the quotation marks of texts, and marks blocks."""
    if isinstance(value, dict):
        return {plain(name): plain(inner) for name, inner in value.items() if name != "__is_block__"}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, str) and value.startswith('"'):
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


@functools.cache
def module():
    """Both files together, as Terraform takes the files of a folder."""
    whole = {}
    for name in FILES:
        for kind, blocks in plain(hcl2.loads((FOLDER / name).read_text())).items():
            whole.setdefault(kind, []).extend(blocks)
    return whole


def named(module, kind):
    """type.name -> body, of resources or of data."""
    return {f"{type_}.{name}": body for block in module[kind] for type_, inner in block.items() for name, body in inner.items()}


def problems(module):
    return next(block["problems"] for block in module["locals"] if "problems" in block)


class Terraform(unittest.TestCase):
    def setUp(self):
        self.module = module()
        self.resources = named(self.module, "resource")
        self.api = yaml.load((ROOT / "template.yaml").read_text(), Loader)["Resources"]["Api"]["Properties"]

    def test_every_reference_has_its_target(self):
        text = "\n".join(re.sub(r"(?m)^\s*#.*", "", (FOLDER / name).read_text()) for name in FILES)
        known = {"var": {name for block in self.module["variable"] for name in block},
                 "local": {name for block in self.module["locals"] for name in block}}
        for kind, names in known.items():
            used = set(re.findall(rf"\b{kind}\.(\w+)", text))
            self.assertEqual(used - names, set())
        data, used = named(self.module, "data"), set(re.findall(r"\bdata\.(\w+\.\w+)", text))
        self.assertEqual(used, set(data), "each is there, and each is used")
        used = set(re.findall(r"(?<![\w.\"/])(aws_\w+\.\w+)", re.sub(r"\bdata\.\w+\.\w+", "", text)))
        self.assertEqual(used - set(self.resources), set())

    def test_a_rest_api_asks_as_the_template_does(self):
        ours = self.api["Auth"]["Authorizers"]["SessionAuthorizer"]["Identity"]
        theirs = self.resources["aws_api_gateway_authorizer.session"]
        self.assertEqual(theirs["identity_validation_expression"], ours["ValidationExpression"])
        self.assertEqual((theirs["type"], theirs["identity_source"]), ("TOKEN", f"method.request.header.{ours['Header']}"))
        self.assertEqual(theirs["authorizer_result_ttl_in_seconds"], 0)

    def test_a_rest_api_answers_as_the_template_does(self):
        response = self.resources["aws_api_gateway_gateway_response.session"]
        for kind, problem in problems(self.module).items():
            def filled(text):
                return re.sub(r"\$\{each\.value\.(\w+)\}", lambda found: str(problem[found[1]]), text)

            ours = self.api["GatewayResponses"][kind]
            headers = {filled(name).rsplit(".", 1)[1]: filled(value) for name, value in response["response_parameters"].items()}
            self.assertEqual(headers, without_pages(ours["ResponseParameters"]["Headers"]), kind)
            self.assertEqual(problem["status"], ours["StatusCode"], kind)
            body = json.loads(filled(response["response_templates"]["application/json"]))
            self.assertEqual(body, json.loads(ours["ResponseTemplates"]["application/json"]), kind)

    def test_an_http_api_takes_the_simple_answer_and_no_cache(self):
        theirs = self.resources["aws_apigatewayv2_authorizer.http"]
        self.assertEqual((theirs["authorizer_payload_format_version"], theirs["enable_simple_responses"]), ("2.0", True))
        self.assertEqual((theirs["identity_sources"], theirs["authorizer_result_ttl_in_seconds"]), (["$request.header.Authorization"], 0))

    def test_each_api_may_call_the_authorizer_and_no_more(self):
        permission = self.resources["aws_lambda_permission.authorizer"]
        self.assertEqual((permission["action"], permission["principal"]), ("lambda:InvokeFunction", "apigateway.amazonaws.com"))
        self.assertTrue(permission["source_arn"].endswith(":${each.value}/authorizers/*"))

    def test_the_parameter_that_is_read_is_one_that_the_template_writes(self):
        name = named(self.module, "data")["aws_ssm_parameter.authorizer"]["name"]
        written = re.findall(r"Name: !Sub (/\$\{AWS::StackName\}/\S+)", (ROOT / "template.yaml").read_text())
        self.assertIn(name.replace("${var.login_stack}", "${AWS::StackName}"), written)

    def test_a_bundle_is_deployed_as_its_template_is_written(self):
        loader = importlib.machinery.SourceFileLoader("dist", str(ROOT / "scripts/dist"))
        dist = importlib.util.module_from_spec(importlib.util.spec_from_loader("dist", loader))
        loader.exec_module(dist)
        text, functions = dist.template((ROOT / "template.yaml").read_text(), "arm64")
        locals_ = next(block for block in self.module["locals"] if "template" in block)
        old, new = re.search(r'"(CodeUri: [^"]*)", "(CodeUri: [^"]*)"', locals_["template"]).groups()
        self.assertEqual(text.count(old), len(functions))
        self.assertRegex(text.replace(old, new), r"CodeUri: s3://\$\{var\.bucket\}/\$\{local\.release\}/login\.zip")


if __name__ == "__main__":
    unittest.main()
