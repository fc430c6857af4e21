"""What the variables of the functions may not be. Which function gets which, and what that means, `cargo xtask generate` writes."""

import re
import unittest

from transformed import FUNCTIONS, HTTP, REST, ROOT, environment, source


def variables(template):
    """(variable, its value) of every function."""
    return [pair for function in FUNCTIONS for pair in environment(template, function).items()]


class Variables(unittest.TestCase):
    def test_no_variable_holds_a_secret(self):
        secrets = {name for name, body in source(REST)["Parameters"].items() if body.get("NoEcho")}
        self.assertEqual(secrets, {"WechatAppSecret"})
        for template in (REST, HTTP):
            for variable, value in variables(template):
                self.assertNotIn(value.get("Ref"), secrets, variable)

    def test_only_an_emulator_is_reached_by_an_endpoint_of_its_own(self):
        switch = {"Fn::If": ["HasEndpointOverride", {"Ref": "EndpointOverride"}, {"Ref": "AWS::NoValue"}]}
        endpoints = [value for variable, value in variables(REST) if variable.startswith("AWS_")]
        self.assertGreaterEqual(len(endpoints), len(FUNCTIONS))
        for value in endpoints:
            self.assertEqual(value, switch)
        self.assertEqual(source(REST)["Parameters"]["EndpointOverride"]["Default"], "")


class Pages(unittest.TestCase):
    def test_the_pages_that_say_how_long_a_token_works_know_the_default_and_the_longest(self):
        parameter = source(REST)["Parameters"]["AbsoluteSeconds"]
        hours = [str(parameter[name] // 3600) for name in ("Default", "MaxValue")]
        for page, said in (("README.md", "A bearer token works"), ("README.zh-CN.md", "任何人持有 token"), ("SECURITY.md", "A stolen token is used"),
                           ("docs/adr/0005-lifetimes.md", "A stolen token works")):
            (line,) = re.findall(rf"^.*{said}(?:.*\n  )?.*$", (ROOT / page).read_text(), re.M)
            self.assertEqual(re.findall(r"\b\d\d\b", line), hours, page)


if __name__ == "__main__":
    unittest.main()
