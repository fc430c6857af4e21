"""docs/deploy: the role of the workflow and the one of CloudFormation may do what a deployment takes, and little else.

What CloudFormation calls for a type of resource is stated in the type's own schema (handlers, permissions), which cfn-lint
brings along. What the workflow calls is tried by scripts/rehearse, with IAM enforced.
"""

import fnmatch
import functools
import json
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
