"""docs/deploy: the role of the workflow and the one of CloudFormation may do what a deployment takes, and little else.

What CloudFormation calls for a type of resource is stated in the type's own schema (handlers, permissions), which cfn-lint
brings along. What the workflow calls is tried by scripts/rehearse, with IAM enforced.
"""

import fnmatch
import functools
import json
import re
import unittest

from transformed import HTTP, REST, ROOT, as_list, transformed

FOLDER = ROOT / "docs/deploy"

# Handlers name every right that any use of a type may take. These uses are not ours.
NOT_OURS = {
    "accounts' own settings, done once by an administrator (AccessLogs on-and-set-account-role)": ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
    "keys of KMS": ["kms:*", "logs:AssociateKmsKey", "logs:DisassociateKmsKey"],
    "VPC and file systems": ["ec2:*", "elasticfilesystem:*", "s3files:*"],
    "code signing, layers, tuning of functions": [
        "lambda:GetCodeSigningConfig", "lambda:PutFunctionCodeSigningConfig", "lambda:DeleteFunctionCodeSigningConfig",
        "lambda:GetLayerVersion", "lambda:PutRuntimeManagementConfig", "lambda:PutFunctionRecursionConfig",
        "lambda:PutFunctionScalingConfig", "lambda:PassCapacityProvider", "lambda:AssociateRuntimeAlias", "lambda:PublishVersion",
    ],
    "replicas, imports, streams and policies of tables": [
        "dynamodb:*Replica", "dynamodb:*Import", "dynamodb:ImportTable", "dynamodb:Scan", "dynamodb:Query", "dynamodb:*Item",
        "dynamodb:UpdateContributorInsights", "dynamodb:*KinesisStreamingDestination", "dynamodb:PutResourcePolicy",
        "dynamodb:DeleteResourcePolicy", "kinesis:*", "iam:CreateServiceLinkedRole", "logs:CreateLogStream",
        "logs:DescribeLogStreams", "logs:PutLogEvents", "s3:GetObjectMetadata", "s3:ListBucket",
    ],
    "copies of secrets in other Regions": ["secretsmanager:ReplicateSecretToRegions", "secretsmanager:RemoveRegionsFromReplication"],
    "policies, indexes, tokens and delivery of log groups": [
        "logs:*DataProtectionPolicy", "logs:*IndexPolicy", "logs:DeleteResourcePolicy", "logs:PutLogGroupDeletionProtection",
        "logs:PutBearerTokenAuthentication", "s3:REST.PUT.OBJECT", "firehose:*",
    ],
    "policies of an API": ["apigateway:UpdateRestApiPolicy"],
    "private APIs and mutual TLS": ["apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain", "acm:*"],
    "web ACLs of other services, and paid managed rules": [
        "elasticloadbalancing:*", "appsync:*", "cognito-idp:*", "apprunner:*", "amplify:*", "bedrock-agentcore:*",
        "wafv2:*PermissionPolicy", "payments:*",
    ],
}
# Made by an administrator: the workflow never sets the account's role.
BY_HAND = {"AWS::ApiGateway::Account"}


def policy(name):
    return json.loads((FOLDER / name).read_text())["Statement"]


def granted(name):
    return [action for statement in policy(name) if statement["Effect"] == "Allow" for action in as_list(statement["Action"])]


def matches(action, patterns):
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


@functools.cache
def needed():
    """type of resource -> what CloudFormation calls to create, read, update and delete one."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    found = {}
    for template in (REST, HTTP):
        for kind in {body["Type"] for body in transformed(template)["Resources"].values()} - BY_HAND:
            handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("handlers", {})
            found[kind] = {
                action for step in ("create", "read", "update", "delete") for action in handlers.get(step, {}).get("permissions", [])
            }
    return found


class CloudFormation(unittest.TestCase):
    maxDiff = None

    def test_its_role_may_do_what_every_resource_of_the_templates_takes(self):
        not_ours = [pattern for patterns in NOT_OURS.values() for pattern in patterns]
        granted_to_it = granted("cloudformation-role.json")
        for kind, actions in needed().items():
            missing = {action for action in actions if not matches(action, granted_to_it) and not matches(action, not_ours)}
            with self.subTest(kind):
                self.assertEqual(missing, set())

    def test_a_right_that_is_missing_would_be_noticed(self):
        for taken in ("lambda:AddPermission", "dynamodb:UpdateTimeToLive", "iam:PutRolePermissionsBoundary"):
            self.assertTrue(any(taken in actions for actions in needed().values()), taken)

    def test_no_exception_is_out_of_use(self):
        every = {action for actions in needed().values() for action in actions}
        for why, patterns in NOT_OURS.items():
            self.assertTrue(any(matches(action, patterns) for action in every), why)

    def test_it_cannot_change_the_roles_of_the_deployment_and_hands_roles_to_lambda_only(self):
        statements = {statement["Sid"]: statement for statement in policy("cloudformation-role.json")}
        self.assertEqual(statements["NeverItself"]["Effect"], "Deny")
        self.assertEqual(
            statements["HandThemToLambda"]["Condition"], {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
        )
        self.assertEqual(granted("cloudformation-role.json").count("iam:PassRole"), 1)


BOUNDARY, ANOTHER = "arn:aws:iam::123456789012:policy/boundary", "arn:aws:iam::123456789012:policy/another"
# The actions on roles that know the condition key:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
KNOW_THE_BOUNDARY = {
    "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
}


def allowed(statements, action, boundary):
    """Whether that may be done to a function's role which has that boundary, or is to have it; None for none."""
    effects = set()
    for statement in statements:
        if action in as_list(statement["Action"]) and any("role/STACK-*" in role for role in as_list(statement["Resource"])):
            condition = statement.get("Condition", {}).get("StringEquals", {})
            known = {"iam:PermissionsBoundary": boundary} if action in KNOW_THE_BOUNDARY else {}
            if all(known.get(key) == value for key, value in condition.items()):
                effects.add(statement["Effect"])
    return effects == {"Allow"}


def not_bounded(statements):
    """(action, boundary) of what is too wide or too narrow where every role must have the boundary."""
    actions = {action for action in granted("cloudformation-role.json") if action.startswith("iam:")} - {"iam:PassRole"}
    wrong = set()
    for action in actions:
        for boundary in (None, ANOTHER, BOUNDARY):
            right = action not in KNOW_THE_BOUNDARY or (boundary == BOUNDARY and action != "iam:DeleteRolePermissionsBoundary")
            if allowed(statements, action, boundary) != right:
                wrong.add((action, boundary))
    return wrong


def with_a_boundary(conditional, denied):
    """The policy with a condition in one statement, and another one a refusal."""
    statements = policy("cloudformation-role.json")
    for statement in statements:
        if statement["Sid"] == conditional:
            statement["Condition"] = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
        if statement["Sid"] == denied:
            statement["Effect"] = "Deny"
    return statements


class Boundary(unittest.TestCase):
    def test_what_the_pages_say_bounds_every_role_and_refuses_no_deployment_with_the_boundary(self):
        edit = re.compile(
            r'`(\w+)`[^`]*`"Condition": \{"StringEquals": \{"iam:PermissionsBoundary": "<[^>]*>"\}\}`[^`]*(?:`Effect`[^`]*)?`(\w+)`[^`]*'
            r'(?:`Effect`[^`]*)?`"Deny"`'
        )
        for page in ("docs/operations.md", "docs/zh/operations.md"):
            ((conditional, denied),) = edit.findall((ROOT / page).read_text())
            self.assertEqual(not_bounded(with_a_boundary(conditional, denied)), set(), page)

    def test_an_edit_that_is_too_wide_or_too_narrow_would_be_noticed(self):
        taken_away = {("iam:DeleteRolePermissionsBoundary", boundary) for boundary in (None, ANOTHER, BOUNDARY)}
        self.assertEqual(not_bounded(with_a_boundary("RightsOfTheFunctions", None)), taken_away)
        self.assertIn(("iam:GetRolePolicy", BOUNDARY), not_bounded(with_a_boundary("RolesOfTheFunctions", "TakeTheBoundaryAway")))
        self.assertIn(("iam:PutRolePolicy", None), not_bounded(with_a_boundary(None, "TakeTheBoundaryAway")))
        self.assertIn(("iam:CreateRole", BOUNDARY), not_bounded(with_a_boundary(None, "RightsOfTheFunctions")))


class Both(unittest.TestCase):
    def test_no_action_is_a_wildcard_and_no_resource_but_for_actions_that_know_none(self):
        for name in ("github-role.json", "cloudformation-role.json"):
            self.assertEqual([action for action in granted(name) if "*" in action], [])
            everywhere = [statement["Sid"] for statement in policy(name) if as_list(statement["Resource"]) == ["*"]]
            self.assertLessEqual(set(everywhere), {"LookAtATemplateOfNoStack", "ActionsThatKnowNoResource"}, name)

    def test_they_can_be_filled_in_for_china(self):
        for path in FOLDER.glob("*.json"):
            text = path.read_text()
            self.assertNotIn("arn:aws", text)
            for word in ("PARTITION", "REGION", "ACCOUNT", "STACK", "AUDIENCE", "OWNER", "REPOSITORY"):
                text = text.replace(word, "x")
            self.assertNotRegex(text.replace("repo:x", "").replace("PUT", "").replace("GET", ""), r'"[^"]*\b[A-Z]{7,}\b[^"]*"')

    def test_the_workflows_role_reads_no_secret_and_no_table(self):
        self.assertEqual({action.split(":")[0] for action in granted("github-role.json")}, {"cloudformation", "s3", "iam"})


if __name__ == "__main__":
    unittest.main()
