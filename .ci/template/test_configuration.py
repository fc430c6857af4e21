"""The template, the binaries and the README name the same settings, with the same defaults and ranges."""

import re
import unittest

from configuration_table import BEGIN, END, table, variables
from transformed import FUNCTIONS, HTTP, REST, ROOT, environment, source

# Read by the AWS SDK's own rules, not settings of ours.
ENDPOINTS = {"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER"}

EVERY = {"LOG_LEVEL", "SOURCE_ADDRESS", "STACK_NAME", "METRICS", "AWS_ENDPOINT_URL_DYNAMODB"}
USERS_AND_SESSIONS = EVERY | {"USERS_TABLE", "SESSIONS_TABLE"}
RULES = {"IDLE_SECONDS", "ABSOLUTE_SECONDS", "RENEW_AFTER_SECONDS"}
WECHAT = {
    "STORE_SESSION_KEY", "WECHAT_APPS_SECRET_ID", "SESSION_KEY_RING_SECRET_ID", "WECHAT_API_BASE_URL",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
}

READS = {
    "LoginFunction": USERS_AND_SESSIONS | RULES | WECHAT | {"REALM", "MAX_SESSIONS_PER_USER", "WECHAT_APP_ID"},
    "CheckSessionFunction": USERS_AND_SESSIONS | RULES | {"REALM"},
    "AuthorizerFunction": USERS_AND_SESSIONS | RULES | {"REALM"},
    "SessionsFunction": USERS_AND_SESSIONS | RULES,
    "AccountsFunction": USERS_AND_SESSIONS | RULES,
    "OpenDataFunction": (USERS_AND_SESSIONS | WECHAT | {"OPEN_DATA_MAX_AGE_SECONDS"}) - {"SESSIONS_TABLE"},
}


def rust_sources(*places):
    """The Rust text of some folders, without the tests at the end of a file."""
    files = sorted(file for place in places for file in (ROOT / place).rglob("*.rs"))
    text = "\n".join(file.read_text().split("#[cfg(test)]\nmod tests {")[0] for file in files if file.name != "tests.rs")
    assert text, f"no Rust sources below {places}"
    return text


def number(text):
    return int(text.replace("_", ""))


class Functions(unittest.TestCase):
    maxDiff = None

    def test_each_function_gets_the_variables_it_reads_and_no_other(self):
        for template in (REST, HTTP):
            self.assertEqual({function: set(environment(template, function)) for function in FUNCTIONS}, READS)

    def test_no_variable_holds_a_secret(self):
        secrets = {name for name, body in source(REST)["Parameters"].items() if body.get("NoEcho")}
        self.assertEqual(secrets, {"WechatAppSecret"})
        for template in (REST, HTTP):
            for variable, users in variables(template).items():
                for value in users.values():
                    self.assertNotIn(value.get("Ref"), secrets, variable)

    def test_one_variable_means_the_same_in_every_function(self):
        for template in (REST, HTTP):
            for variable, users in variables(template).items():
                self.assertEqual(len({str(value) for value in users.values()}), 1, variable)

    def test_only_an_emulator_is_reached_by_an_endpoint_of_its_own(self):
        switch = {"Fn::If": ["HasEndpointOverride", {"Ref": "EndpointOverride"}, {"Ref": "AWS::NoValue"}]}
        for name in ENDPOINTS:
            self.assertEqual(list(variables()[name].values())[0], switch)
        self.assertEqual(source(REST)["Parameters"]["EndpointOverride"]["Default"], "")


class Binaries(unittest.TestCase):
    maxDiff = None

    def config(self):
        return rust_sources("shared/src")

    def test_the_binaries_read_exactly_the_variables_of_the_template(self):
        reads = set(re.findall(r'\.(?:required|text|number_or|flag_or)\(\s*"([A-Z][A-Z0-9_]+)"', self.config()))
        runtime = {name for name in reads if name.startswith("AWS_")} - ENDPOINTS
        self.assertLessEqual(
            runtime, {"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"}
        )
        self.assertEqual(reads - runtime, set(variables()))

    def test_numbers_have_the_default_and_the_range_that_the_code_checks(self):
        found = re.findall(r'number_or\(\s*"(\w+)",\s*([\d_]+),\s*([\d_]+)\.\.=([\d_]+)', self.config())
        code = {name: (number(default), number(least), number(most)) for name, default, least, most in found}
        stack = {}
        for variable, users in variables().items():
            parameter = source(REST)["Parameters"].get(list(users.values())[0].get("Ref"), {})
            if parameter.get("Type") == "Number":
                stack[variable] = (parameter["Default"], parameter["MinValue"], parameter["MaxValue"])
        self.assertEqual(code, stack)

    def test_texts_have_the_default_that_the_code_has(self):
        for parameter in ("Realm", "LogLevel", "WechatApiBaseUrl"):
            default = source(REST)["Parameters"][parameter]["Default"]
            self.assertTrue(f'"{default}"' in self.config(), parameter)

    def test_the_age_of_open_data_has_the_default_and_the_range_that_the_code_checks(self):
        parameter = source(REST)["Parameters"]["OpenDataMaxAgeSeconds"]
        self.assertEqual(parameter["Default"], "86400")
        admitted = [age for age in range(300_000) if re.search(parameter["AllowedPattern"], str(age))]
        self.assertEqual(admitted, [0, *range(60, 259_201)])
        for text in ("Some(86_400)", "60..=259_200"):
            self.assertTrue(text in self.config(), text)

    def test_log_levels_are_the_words_the_code_knows(self):
        for word in source(REST)["Parameters"]["LogLevel"]["AllowedValues"]:
            self.assertTrue(f'=> "{word}"' in self.config(), word)



class Readme(unittest.TestCase):
    maxDiff = None

    def test_the_readme_shows_the_table_of_the_template(self):
        readme = (ROOT / "README.md").read_text()
        self.assertEqual(readme.count(BEGIN), 1)
        shown = readme.split(BEGIN)[1].split(END)[0].strip()
        self.assertEqual(shown, table())


if __name__ == "__main__":
    unittest.main()
