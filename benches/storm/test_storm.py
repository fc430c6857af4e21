"""docs/scale.md is what storm.py gives, and its inputs are what they say."""

import json
import re
import unittest
from unittest import mock

import storm

ROOT = storm.HERE.parent.parent


class Page(unittest.TestCase):
    maxDiff = None

    def test_the_page_is_what_its_inputs_give(self):
        page = storm.PAGE.read_text()
        self.assertIn(storm.text(), page, "run python3 benches/storm/storm.py --write")

    def test_every_limit_has_its_source_on_the_page(self):
        page = storm.PAGE.read_text()
        for name, (value, source) in json.loads((storm.HERE / "limits.json").read_text()).items():
            self.assertIn(source, page, name)
            self.assertIn(f"{value:,}", page, name)

    def test_the_templates_defaults_are_played(self):
        template = (ROOT / "template.yaml").read_text()
        for name, value in storm.TEMPLATE.items():
            self.assertRegex(template, rf"\n  {name}:\n    Type: Number\n    Default: {value}\n")


class Play(unittest.TestCase):
    REALM = storm.STORMS[1]

    def test_nobody_waits_where_the_limits_are_far(self):
        for users in (1_000, 100_000):
            for each in storm.STORMS[:2]:
                self.assertEqual(storm.play(users, each)["worst"], "nothing")

    def test_nobody_is_lost_and_nobody_comes_twice(self):
        came = storm.play(100_000, self.REALM)
        self.assertAlmostEqual(came["attempts"], 1)
        self.assertEqual(came["settled"], 0)

    def test_a_lower_limit_makes_the_storm_last_longer_and_is_named(self):
        with mock.patch.dict(storm.TEMPLATE, {"LoginRateLimit": 1, "LoginBurstLimit": 1}):
            came = storm.play(100_000, self.REALM)
        self.assertEqual(came["worst"], "`LoginRateLimit`")
        self.assertGreater(came["waiting"], 100)
        with mock.patch.dict(storm.ASSUMED, {"wechat_code2session_calls_a_minute": 60}):
            self.assertEqual(storm.play(100_000, self.REALM, raised=True)["worst"], "WeChat")
        with mock.patch.dict(storm.LIMITS, {"lambda_account_concurrency": 1}):
            self.assertEqual(storm.play(100_000, self.REALM)["worst"], "Lambda")
        with mock.patch.dict(storm.LIMITS, {"dynamodb_new_table_writes_a_second": 1}):
            self.assertEqual(storm.play(100_000, self.REALM)["worst"], "DynamoDB")

    def test_while_wechat_is_silent_nobody_logs_in_and_afterwards_everybody_does(self):
        came = storm.play(100_000, storm.STORMS[2])
        self.assertEqual(came["worst"], "WeChat")
        self.assertGreaterEqual(came["settled"], 600)
        self.assertLess(came["settled"], 700)


if __name__ == "__main__":
    unittest.main()
