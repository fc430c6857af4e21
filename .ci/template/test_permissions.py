"""What each function may do, and who may call it."""

import json
import re
import unittest

from transformed import FUNCTIONS, HTTP, REST, ROOT, as_list, logical_id, properties, resources, source, text_of, transformed

LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
ONE_SECRET = {"secretsmanager:GetSecretValue"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}

# The whole of it: role -> resource -> actions. A change here is a change of who may do what, and is reviewed as such.
ALLOWED = {
    "LoginRole": {
        "UsersTable": {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"},
        "SessionsTable": {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "AppsSecret": ONE_SECRET,
        "SessionKeyRingSecret": ONE_SECRET,
        "LoginLogs": LOGS,
    },
    "CheckSessionRole": {
        "UsersTable": {"dynamodb:BatchGetItem"},
        "SessionsTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        "CheckSessionLogs": LOGS,
    },
    "AuthorizerRole": {
        "UsersTable": {"dynamodb:BatchGetItem"},
        "SessionsTable": {"dynamodb:BatchGetItem"},
        "AuthorizerLogs": LOGS,
    },
    "SessionsRole": {
        "UsersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "SessionsTable": {"dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "SessionsLogs": LOGS,
    },
    "OpenDataRole": {
        "UsersTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "AppsSecret": ONE_SECRET,
        "SessionKeyRingSecret": ONE_SECRET,
        "OpenDataLogs": LOGS,
    },
    "AccountsRole": {
        "UsersTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "UsersTable/index/by_unionid": {"dynamodb:Query"},
        "UsersTable/index/by_external_id": {"dynamodb:Query"},
        "SessionsTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        "AccountsLogs": LOGS,
    },
    "WechatRole": {
        "UsersTable": {"dynamodb:GetItem"},
        "AppsSecret": ONE_SECRET,
        "SessionKeyRingSecret": ONE_SECRET,
        "WechatLogs": LOGS,
    },
    "PushRole": {
        "SessionsTable": {"dynamodb:PutItem"},
        "AppsSecret": ONE_SECRET,
        "PushLogs": LOGS,
    },
    "ErasuresRole": {
        "UsersTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
        "SessionsTable": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "SessionsTable/stream": STREAM,
        "ErasuresDeadLetters": {"sqs:SendMessage"},
        "ErasuresLogs": LOGS,
    },
    "EventsRole": {
        "SessionsTable/stream": STREAM,
        "UsersTable/stream": STREAM,
        "EventBus": {"events:DescribeEventBus", "events:PutEvents"},
        "EventsDeadLetters": {"sqs:SendMessage"},
        "EventsLogs": LOGS,
    },
}


def statements(template, role):
    for policy in properties(template, role)["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def allowed(template, role):
    """resource -> actions, as the role really has them."""
    found = {}
    for statement in statements(template, role):
        assert statement["Effect"] == "Allow", statement
        for resource in as_list(statement["Resource"]):
            found.setdefault(logical_id(resource), set()).update(as_list(statement["Action"]))
    return found


class Roles(unittest.TestCase):
    maxDiff = None

    def test_each_role_allows_exactly_what_is_listed(self):
        for template in (REST, HTTP):
            for role, expected in ALLOWED.items():
                with self.subTest(template=template, role=role):
                    self.assertEqual(allowed(template, role), expected)

    def test_no_role_has_a_managed_policy_and_only_lambda_assumes_it(self):
        for template in (REST, HTTP):
            for role in ALLOWED:
                with self.subTest(template=template, role=role):
                    self.assertNotIn("ManagedPolicyArns", properties(template, role))
                    trust = properties(template, role)["AssumeRolePolicyDocument"]["Statement"]
                    self.assertEqual([entry["Principal"] for entry in trust], [{"Service": "lambda.amazonaws.com"}])

    def test_nothing_scans_and_no_action_or_resource_is_a_wildcard(self):
        for template in (REST, HTTP):
            for role in ALLOWED:
                text = json.dumps(list(statements(template, role)))
                self.assertNotIn("*", text)
                self.assertNotIn("Scan", text)

    def test_every_function_has_a_role_of_its_own(self):
        for template in (REST, HTTP):
            roles = [logical_id(properties(template, function)["Role"]) for function in FUNCTIONS]
            self.assertEqual(sorted(roles), sorted(ALLOWED))

    def test_there_are_no_other_roles_but_the_one_of_the_account(self):
        extra = set(resources(REST, "AWS::IAM::Role")) - set(ALLOWED)
        self.assertEqual(extra, {"ApiGatewayAccountRole"})
        self.assertEqual(transformed(REST)["Resources"]["ApiGatewayAccountRole"]["Condition"], "SetsAccountRole")
        self.assertEqual(set(resources(HTTP, "AWS::IAM::Role")), set(ALLOWED))

    def test_no_right_depends_on_a_condition_that_nobody_has_seen_to_work(self):
        # AWS documents dynamodb:Attributes for a request, not for each table of a BatchGetItem. Were it evaluated for the
        # whole of it, every check would be 503. The vault is sealed with a key that these roles cannot read.
        for template in (REST, HTTP):
            for role in ALLOWED:
                for statement in statements(template, role):
                    self.assertNotIn("Condition", statement, role)

    def test_every_role_is_bounded_when_the_company_asks_for_it(self):
        boundary = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}
        for template in (REST, HTTP):
            for role in resources(template, "AWS::IAM::Role"):
                self.assertEqual(properties(template, role).get("PermissionsBoundary"), boundary, role)
            self.assertEqual(source(template)["Parameters"]["PermissionsBoundaryArn"]["Default"], "")


class Invocation(unittest.TestCase):
    maxDiff = None

    def permissions(self, template):
        """(function, source) for each permission; the source without its partition, Region and account."""
        for permission in resources(template, "AWS::Lambda::Permission").values():
            body = permission["Properties"]
            self.assertEqual(body["Principal"], "apigateway.amazonaws.com")
            self.assertEqual(body["Action"], "lambda:InvokeFunction")
            yield logical_id(body["FunctionName"]), text_of(body["SourceArn"]).split("${AWS::AccountId}:")[1]

    def test_each_function_may_be_called_for_its_own_routes_and_nothing_else(self):
        expected = {
            ("LoginFunction", "Api/*/POST/login"),
            ("LoginFunction", "Api/*/POST/tickets/redeem"),
            ("CheckSessionFunction", "Api/*/GET/session"),
            ("CheckSessionFunction", "Api/*/DELETE/session"),
            ("AuthorizerFunction", "Api/authorizers/*"),
            ("SessionsFunction", "Api/*/GET/sessions"),
            ("SessionsFunction", "Api/*/DELETE/sessions"),
            ("SessionsFunction", "Api/*/DELETE/sessions/*"),
            ("SessionsFunction", "Api/*/DELETE/me"),
            ("SessionsFunction", "Api/*/POST/tickets"),
            ("OpenDataFunction", "Api/*/POST/open-data/decrypt"),
            ("OpenDataFunction", "Api/*/POST/open-data/verify"),
            ("OpenDataFunction", "Api/*/GET/session-key"),
            ("OpenDataFunction", "Api/*/POST/session-key/reset"),
            ("OpenDataFunction", "Api/*/POST/phone-number"),
            ("PushFunction", "Api/*/GET/wechat/push/*"),
            ("PushFunction", "Api/*/POST/wechat/push/*"),
        }
        for template in (REST, HTTP):
            with self.subTest(template=template):
                found = list(self.permissions(template))
                self.assertEqual(set(found), expected)
                self.assertEqual(len(found), len(expected))


    def test_nothing_but_iam_leads_to_the_functions_for_backends(self):
        for template in (REST, HTTP):
            self.assertFalse(resources(template, "AWS::Lambda::Url"))
            for function in ("AccountsFunction", "WechatFunction"):
                self.assertNotIn(function, [called for called, _ in self.permissions(template)])
                self.assertNotIn("Events", source(template)["Resources"][function]["Properties"])
                exported = source(template)["Outputs"][f"{function}Arn"]
                self.assertEqual(exported["Value"], {"Fn::GetAtt": [function, "Arn"]})
                self.assertEqual(exported["Export"]["Name"], {"Fn::Sub": f"${{AWS::StackName}}-{function}Arn"})

    def test_nothing_but_the_stream_and_iam_leads_to_erasures(self):
        for template in (REST, HTTP):
            self.assertNotIn("ErasuresFunction", [function for function, _ in self.permissions(template)])
            mappings = resources(template, "AWS::Lambda::EventSourceMapping")
            (mapping,) = [each["Properties"] for name, each in mappings.items() if name not in ("SessionsToEvents", "UsersToEvents")]
            self.assertEqual(mapping["FunctionName"], {"Ref": "ErasuresFunction"})
            self.assertEqual(mapping["EventSourceArn"], {"Fn::GetAtt": ["SessionsTable", "StreamArn"]})
            self.assertEqual(mapping["DestinationConfig"]["OnFailure"]["Destination"], {"Fn::GetAtt": ["ErasuresDeadLetters", "Arn"]})
            self.assertEqual(mapping["FunctionResponseTypes"], ["ReportBatchItemFailures"])
            self.assertIs(mapping["BisectBatchOnFunctionError"], True)
            (pattern,) = mapping["FilterCriteria"]["Filters"]
            code = (ROOT / "shared/src/store/pushes.rs").read_text()
            (prefix,) = re.findall(r'PREFIX: &str = "([^"]+)"', code)
            self.assertEqual(
                json.loads(pattern["Pattern"]),
                {"eventName": ["INSERT"], "dynamodb": {
                    "Keys": {"pk": {"S": [{"prefix": prefix}]}}, "NewImage": {"event": {"S": [{"prefix": "user_authorization_"}]}}}},
            )
            self.assertEqual(mappings["SessionsToEvents"]["Condition"], "HasEventBus")
            self.assertEqual(mappings["UsersToEvents"]["Condition"], "TellsOfUsers")


if __name__ == "__main__":
    unittest.main()
