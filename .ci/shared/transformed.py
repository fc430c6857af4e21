"""template.yaml and template-http-api.yaml as CloudFormation gets to see them.

SAM's own translator expands them, so the tests look at the roles, permissions and routes that a deployment creates,
not at what the templates seem to say. Nothing here needs AWS.
"""

import functools
import logging
import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
REST = "template.yaml"
HTTP = "template-http-api.yaml"


class _NoManagedPolicies:
    """No function of ours uses a managed policy by name, so the translator has nothing to look up."""

    def load(self):
        return {}


@functools.cache
def source(name):
    """The template as written, with its short tags in the long form."""
    from samtranslator.yaml_helper import yaml_parse

    return yaml_parse((ROOT / name).read_text())


FUNCTIONS = [name for name, body in source(REST)["Resources"].items() if body["Type"] == "AWS::Serverless::Function"]


@functools.cache
def transformed(name, region="us-east-1", parameters=()):
    """The template after the SAM transform, with values for some of its parameters, which it looks into here and there."""
    from samtranslator.translator.arn_generator import ArnGenerator
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    # The translator takes the Region from two places: one it keeps, one it asks the environment for.
    ArnGenerator.BOTO_SESSION_REGION_NAME = os.environ["AWS_DEFAULT_REGION"] = region
    template = yaml_parse((ROOT / name).read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return transform(template, dict(parameters), _NoManagedPolicies())


def resources(name, kind):
    """The resources of one type, by logical id."""
    found = transformed(name)["Resources"]
    return {logical: body for logical, body in found.items() if body["Type"] == kind}


def properties(name, logical, parameters=()):
    """The properties of one resource."""
    return transformed(name, parameters=parameters)["Resources"][logical].get("Properties", {})


def environment(name, function):
    """The variables of a function, with those that every function gets."""
    return properties(name, function)["Environment"]["Variables"]


def text_of(value):
    """The text of a literal or of an Fn::Sub, with every substitution filled in as far as it is known here."""
    if isinstance(value, str):
        return value
    template, names = value["Fn::Sub"], {}
    if isinstance(template, list):
        template, names = template
    filled = {key: value if isinstance(value, str) else logical_id(value) for key, value in names.items()}
    return re.sub(r"\$\{(\w+)\}", lambda found: filled.get(found[1], found[0]), template)


# What an earlier stack may have left, so that this one makes none: resource -> condition, parameter.
KEPT = {
    "UsersTable": ("CreatesUsersTable", "ExistingUsersTable"),
    "SessionKeyRingSecret": ("CreatesKeyRing", "ExistingKeyRingArn"),
}


def logical_id(value):
    """The resource that a Ref, or an Fn::GetAtt of its ARN, points to, also when it is one that an earlier stack left;
    nothing else is allowed where this is used."""
    # The bus, and the stream of a table that has one only then.
    if set(value) == {"Fn::If"} and value["Fn::If"][0] in ("HasEventBus", "TellsOfUsers"):
        made = value["Fn::If"][1]
        return "EventBus" if "Fn::Sub" in made and made["Fn::Sub"].endswith(":event-bus/${EventBusName}") else logical_id(made)
    if set(value) == {"Fn::If"}:
        condition, made, existing = value["Fn::If"]
        resource = logical_id(made)
        kept, _, index = resource.partition("/")
        if index == "stream":
            named = {"Fn::If": ["NamesUsersStream", {"Ref": f"{KEPT[kept][1]}StreamArn"}, {"Ref": "AWS::NoValue"}]}
            assert (condition, existing) == (KEPT[kept][0], named), value
            return resource
        assert str(existing["Fn::Sub"] if "Fn::Sub" in existing else existing).endswith(f"/{index}" if index else ""), value
        assert KEPT[kept][0] == condition and KEPT[kept][1] in str(existing), value
        return resource
    if set(value) == {"Ref"}:
        return value["Ref"]
    # The ARN of a secret is called Id.
    if set(value) == {"Fn::GetAtt"} and value["Fn::GetAtt"][1] in ("Arn", "Id"):
        return value["Fn::GetAtt"][0]
    if set(value) == {"Fn::GetAtt"} and value["Fn::GetAtt"][1] == "StreamArn":
        return f"{value['Fn::GetAtt'][0]}/stream"
    # An index of a table: UsersTable/index/by_unionid.
    if set(value) == {"Fn::Sub"} and (index := re.fullmatch(r"\$\{(\w+)\.Arn\}(/index/\w+)", value["Fn::Sub"])):
        return index[1] + index[2]
    raise AssertionError(f"not a plain reference to a resource: {value}")


def as_list(value):
    """IAM allows a single value wherever it allows a list."""
    return value if isinstance(value, list) else [value]
