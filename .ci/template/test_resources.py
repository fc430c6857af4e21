"""Tables, secrets, logs and what must hold of a template as a whole."""

import json
import re
import unittest

from transformed import FUNCTIONS, HTTP, KEPT, REST, ROOT, properties, resources, source, transformed


def rust_constant(name):
    """The value of a `&str` constant, which must be defined once."""
    pattern = re.compile(rf'\bconst {name}: &str = "([^"]*)"')
    found = [value for file in (ROOT / "shared/src").rglob("*.rs") for value in pattern.findall(file.read_text())]
    assert len(found) == 1, f"{name} is defined {len(found)} times below shared/src"
    return found[0]


class Tables(unittest.TestCase):
    def test_time_to_live_watches_the_attribute_that_the_code_writes(self):
        for template in (REST, HTTP):
            for table in ("SessionsTable", "UsersTable"):
                self.assertEqual(
                    properties(template, table)["TimeToLiveSpecification"],
                    {"AttributeName": rust_constant("TTL_ATTRIBUTE"), "Enabled": True},
                )

    def test_keys(self):
        keys = {
            table: [(key["AttributeName"], key["KeyType"]) for key in properties(REST, table)["KeySchema"]]
            for table in ("UsersTable", "SessionsTable")
        }
        self.assertEqual(
            keys, {"UsersTable": [("user_id", "HASH")], "SessionsTable": [("pk", "HASH"), ("sk", "RANGE")]}
        )
        code = "".join(file.read_text() for file in (ROOT / "shared/src/store").rglob("*.rs"))
        for attribute in ("user_id", "pk", "sk"):
            self.assertTrue(f'"{attribute}"' in code, attribute)

    def test_users_are_found_by_two_sparse_indexes_that_hold_keys_only(self):
        indexes = [("by_unionid", "unionid"), ("by_external_id", "external_id")]
        for template in (REST, HTTP):
            table = properties(template, "UsersTable")
            found = [
                (index["IndexName"], [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]], index["Projection"])
                for index in table["GlobalSecondaryIndexes"]
            ]
            self.assertEqual(
                found, [(name, [(attribute, "HASH")], {"ProjectionType": "KEYS_ONLY"}) for name, attribute in indexes]
            )
        code = (ROOT / "shared/src/store/users/find.rs").read_text()
        for name, _ in indexes:
            self.assertIn(f'"{name}"', code)

    def test_tables_are_on_demand_and_named_by_cloudformation(self):
        for template in (REST, HTTP):
            for name in ("UsersTable", "SessionsTable"):
                self.assertEqual(properties(template, name)["BillingMode"], "PAY_PER_REQUEST")
                self.assertNotIn("TableName", properties(template, name), "a retained table would block the next one")

    def test_users_can_be_restored_and_outlive_the_stack(self):
        for template in (REST, HTTP):
            table = transformed(template)["Resources"]["UsersTable"]
            self.assertEqual(
                table["Properties"]["PointInTimeRecoverySpecification"], {"PointInTimeRecoveryEnabled": True}
            )
            self.assertEqual(table["Properties"]["DeletionProtectionEnabled"], {"Ref": "TableDeletionProtection"})
            self.assertEqual((table["DeletionPolicy"], table["UpdateReplacePolicy"]), ("Retain", "Retain"))
            self.assertEqual(source(template)["Parameters"]["TableDeletionProtection"]["Default"], "true")

    def test_sessions_are_neither_backed_up_nor_kept(self):
        for template in (REST, HTTP):
            table = transformed(template)["Resources"]["SessionsTable"]
            for setting in ("PointInTimeRecoverySpecification", "DeletionProtectionEnabled"):
                self.assertNotIn(setting, table["Properties"])
            self.assertEqual((table["DeletionPolicy"], table["UpdateReplacePolicy"]), ("Delete", "Delete"))


class Kept(unittest.TestCase):
    """What an earlier stack left can be used by a new one."""

    def test_what_is_kept_is_made_only_where_none_is_given(self):
        for template in (REST, HTTP):
            kept = {name for name, body in transformed(template)["Resources"].items()
                    if body.get("DeletionPolicy") == "Retain" and body.get("Condition") != "SetsAccountRole"}
            self.assertEqual(kept, set(KEPT))
            for name, (condition, parameter) in KEPT.items():
                self.assertEqual(transformed(template)["Resources"][name]["Condition"], condition)
                self.assertEqual(source(template)["Conditions"][condition], {"Fn::Equals": [{"Ref": parameter}, ""]})
                self.assertEqual(source(template)["Parameters"][parameter]["Default"], "")

    def test_nothing_else_depends_on_their_being_made(self):
        # Outside of Fn::If, CloudFormation refuses a reference to a resource that is not made.
        for template in (REST, HTTP):
            whole = {name: transformed(template)[name] for name in ("Resources", "Outputs")}
            for name, (condition, _) in KEPT.items():
                self.assertEqual(unguarded(whole, name, condition), [], name)


class Streams(unittest.TestCase):
    """What feeds functions from tables: nothing is given up before the stream forgets it."""

    def test_a_record_is_tried_again_for_a_day_however_often(self):
        for template in (REST, HTTP):
            mappings = resources(template, "AWS::Lambda::EventSourceMapping")
            self.assertEqual(len(mappings), 3)
            for name, mapping in mappings.items():
                body = mapping["Properties"]
                # -1 is Lambda's own word for no limit.
                self.assertEqual((body["MaximumRetryAttempts"], body["MaximumRecordAgeInSeconds"]), (-1, 86400), name)
                self.assertEqual(body["FunctionResponseTypes"], ["ReportBatchItemFailures"], name)
                self.assertIs(body["BisectBatchOnFunctionError"], True, name)

    def test_users_of_an_existing_table_are_told_of_where_its_stream_is_known(self):
        for template in (REST, HTTP):
            body = transformed(template)["Resources"]["UsersToEvents"]
            self.assertEqual(body["Condition"], "TellsOfUsers")
            named = {"Fn::If": ["NamesUsersStream", {"Ref": "ExistingUsersTableStreamArn"}, {"Ref": "AWS::NoValue"}]}
            stream = {"Fn::If": ["CreatesUsersTable", {"Fn::GetAtt": ["UsersTable", "StreamArn"]}, named]}
            self.assertEqual(body["Properties"]["EventSourceArn"], stream)
            conditions = source(template)["Conditions"]
            self.assertEqual(conditions["TellsOfUsers"], {"Fn::And": [{"Condition": "HasEventBus"}, {"Condition": "KnowsUsersStream"}]})
            self.assertEqual(conditions["KnowsUsersStream"], {"Fn::Or": [{"Condition": "CreatesUsersTable"}, {"Condition": "NamesUsersStream"}]})
            self.assertEqual(conditions["NamesUsersStream"], {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExistingUsersTableStreamArn"}, ""]}]})

    def test_the_queues_of_what_was_given_up_are_outputs(self):
        for template in (REST, HTTP):
            for queue in resources(template, "AWS::SQS::Queue"):
                self.assertEqual(source(template)["Outputs"][f"{queue}Url"]["Value"], {"Ref": queue})


class Secrets(unittest.TestCase):
    def test_apps_secret_is_the_json_that_the_functions_parse(self):
        text = properties(REST, "AppsSecret")["SecretString"]["Fn::Sub"]
        filled = text.replace("${WechatAppId}", "wx0").replace("${WechatAppSecret}", "s")
        self.assertEqual(json.loads(filled), {"wx0": "s"})

    def test_key_ring_is_generated_and_kept(self):
        ring = transformed(REST)["Resources"]["SessionKeyRingSecret"]
        made = ring["Properties"]["GenerateSecretString"]
        self.assertEqual(json.loads(made["SecretStringTemplate"])["current"], made["GenerateStringKey"])
        self.assertGreaterEqual(made["PasswordLength"], 32)
        self.assertEqual((ring["DeletionPolicy"], ring["UpdateReplacePolicy"]), ("Retain", "Retain"))


class Functions(unittest.TestCase):
    def test_logs_are_json_and_let_the_function_choose_the_level(self):
        for template in (REST, HTTP):
            for function in FUNCTIONS:
                logging = properties(template, function)["LoggingConfig"]
                self.assertEqual((logging["LogFormat"], logging["ApplicationLogLevel"]), ("JSON", "DEBUG"))

    def test_time_limits_stay_below_those_of_the_gateway(self):
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
        for template in (REST, HTTP):
            for function in FUNCTIONS:
                limit = 10 if function == "AuthorizerFunction" else 29
                self.assertLess(properties(template, function)["Timeout"], limit)

    def test_each_function_is_a_binary_of_the_workspace(self):
        for function in FUNCTIONS:
            binary = source(REST)["Resources"][function]["Metadata"]["BuildProperties"]["Binary"]
            manifest = (ROOT / "functions" / binary / "Cargo.toml").read_text()
            self.assertIn(f'name = "{binary}"', manifest)


class Limits(unittest.TestCase):
    """One caller must not lock everybody out, and one function not starve the others: by parameters, off by default."""

    def test_logins_can_be_limited_by_address_and_are_not_by_default(self):
        self.assertEqual(source(REST)["Parameters"]["LoginsPerAddress"]["Default"], "0")
        for name in ("LoginWebAcl", "LoginWebAclAssociation"):
            self.assertEqual(transformed(REST)["Resources"][name]["Condition"], "LimitsAddresses")
        body = properties(REST, "LoginWebAcl")
        self.assertEqual((body["DefaultAction"], body["Scope"]), ({"Allow": {}}, "REGIONAL"))
        (rule,) = body["Rules"]
        self.assertEqual(rule["Action"], {"Block": {}})
        rate = rule["Statement"]["RateBasedStatement"]
        self.assertEqual((rate["AggregateKeyType"], rate["Limit"]), ("IP", {"Ref": "LoginsPerAddress"}))
        match = rate["ScopeDownStatement"]["ByteMatchStatement"]
        self.assertEqual((match["PositionalConstraint"], match["SearchString"]), ("CONTAINS", "/login"))
        changed = [change["Type"] for change in sorted(match["TextTransformations"], key=lambda change: change["Priority"])]
        self.assertEqual(changed, ["URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"], "however it is spelled")

    def test_login_and_authorizer_can_have_concurrency_of_their_own(self):
        for template in (REST, HTTP):
            for function in FUNCTIONS:
                reserved = {
                    "LoginFunction": {"Fn::If": ["ReservesLogin", {"Ref": "LoginConcurrency"}, {"Ref": "AWS::NoValue"}]},
                    "AuthorizerFunction": {"Fn::If": ["ReservesAuthorizer", {"Ref": "AuthorizerConcurrency"}, {"Ref": "AWS::NoValue"}]},
                }.get(function)
                self.assertEqual(properties(template, function).get("ReservedConcurrentExecutions"), reserved, function)
            for name in ("LoginConcurrency", "AuthorizerConcurrency"):
                self.assertEqual(source(template)["Parameters"][name]["Default"], "0")

    def test_what_is_compared_with_0_has_one_form(self):
        # A condition compares texts: 00 is not 0 to it, and is 0 to Lambda, which would then turn every call away.
        for template in (REST, HTTP):
            parameters = source(template)["Parameters"]
            compared = re.findall(r"\{'Ref': '(\w+)'\}, '0'\]", str(source(template)["Conditions"]))
            self.assertLessEqual({"LoginConcurrency", "AuthorizerConcurrency"}, set(compared))
            for name in compared:
                self.assertEqual(parameters[name]["Type"], "String", "a pattern is for texts only")
                for value in ("00", "0.0", "-0", "+0", "1.5", "1e3", "", " 0", "0\n", "01"):
                    self.assertIsNone(re.search(parameters[name]["AllowedPattern"].replace("$", r"\Z"), value), (name, value))
                for value in ("0", "10", "999"):
                    self.assertRegex(value, parameters[name]["AllowedPattern"], name)

    def test_an_address_gets_what_waf_can_count(self):
        pattern = source(REST)["Parameters"]["LoginsPerAddress"]["AllowedPattern"]
        for value, fits in (("0", True), ("1", False), ("9", False), ("10", True), ("2000000000", True), ("2000000001", False), ("3000000000", False)):
            self.assertEqual(re.search(pattern, value) is not None, fits, value)


class Whole(unittest.TestCase):
    maxDiff = None

    def test_no_partition_is_written_down(self):
        for file in (REST, HTTP, "examples/template.yaml"):
            self.assertEqual(re.findall(r"arn:aws:.*|.*amazonaws\.com/.*", (ROOT / file).read_text()), [])

    def test_it_deploys_in_china(self):
        for template in (REST, HTTP):
            for region in ("cn-north-1", "cn-northwest-1"):
                self.assertEqual(re.findall(r"arn:aws:[^\"]*", json.dumps(transformed(template, region))), [], region)

    def test_every_parameter_is_described_and_grouped_and_used(self):
        for template in (REST, HTTP):
            parameters = source(template)["Parameters"]
            groups = source(template)["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
            grouped = [name for group in groups for name in group["Parameters"]]
            self.assertEqual(sorted(grouped), sorted(parameters))
            body = (ROOT / template).read_text()
            for name, parameter in parameters.items():
                self.assertTrue(parameter.get("Description"), name)
                self.assertRegex(body, rf"(!Ref {name}\b|\$\{{{name}\}})")

    def test_other_stacks_can_attach_the_authorizer_and_find_the_tables(self):
        exports = {body["Export"]["Name"]["Fn::Sub"] for body in source(REST)["Outputs"].values() if "Export" in body}
        names = {"ApiId", "ApiRootResourceId", "AuthorizerFunctionArn", "AccountsFunctionArn", "WechatFunctionArn", "UsersTableName",
                 "UsersTableArn", "SessionsTableName", "SessionsTableArn"}
        self.assertEqual(exports, {f"${{AWS::StackName}}-{name}" for name in names})
        sample = json.dumps(source("examples/template.yaml"))
        self.assertIn("${LoginStack}-AuthorizerFunctionArn", sample)

    def test_the_release_profile_unwinds(self):
        # cargo-lambda's own default is abort, and then one panic costs the whole environment.
        manifest = (ROOT / "Cargo.toml").read_text()
        self.assertRegex(manifest, r'(?s)\[profile\.release\][^\[]*panic = "unwind"')


def unguarded(value, name, condition):
    """The places that refer to the resource and are not inside an Fn::If of the condition."""
    if isinstance(value, list):
        return [place for each in value for place in unguarded(each, name, condition)]
    if not isinstance(value, dict):
        return [value] if isinstance(value, str) and re.search(rf"\$\{{{name}\b", value) else []
    if value.get("Ref") == name or value.get("Fn::GetAtt", [None])[0] == name:
        return [value]
    if value.get("Condition") == condition and "Properties" in value:
        return []
    branches = value.get("Fn::If")
    rest = branches[2] if branches and branches[0] == condition else list(value.values())
    return unguarded(rest, name, condition)


if __name__ == "__main__":
    unittest.main()
