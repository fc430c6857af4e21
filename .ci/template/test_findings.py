"""The list of accepted findings accepts what it names and nothing else."""

import json
import unittest

import findings
from transformed import ROOT

ACCEPTED = {"CKV_1": {"finding": "f", "resources": ["*Logs", "Api"], "reason": "r"}}


class Accepted(unittest.TestCase):
    def test_what_is_listed_is_accepted(self):
        found = [("CKV_1", "LoginLogs", "says", "t"), ("CKV_1", "Api", "says", "t")]
        self.assertEqual(list(findings.unaccepted(found, ACCEPTED)), [])

    def test_another_check_and_another_resource_are_not(self):
        usual = [("CKV_1", "LoginLogs", "says", "t"), ("CKV_1", "Api", "says", "t")]
        for more in (("CKV_2", "Api", "says", "t"), ("CKV_1", "Table", "says", "t")):
            self.assertEqual(list(findings.unaccepted([*usual, more], ACCEPTED)), [f"t: {more[1]}: {more[0]} says"])

    def test_what_is_accepted_in_vain_is_named(self):
        found = [("CKV_1", "Api", "says", "t")]
        self.assertEqual(list(findings.unaccepted(found, ACCEPTED)), ["accepted.json: CKV_1 *Logs is not found any more"])

    def test_every_accepted_finding_has_a_reason(self):
        for check, entry in json.loads((ROOT / ".ci/template/accepted.json").read_text()).items():
            self.assertEqual(set(entry), {"finding", "resources", "reason"}, check)
            self.assertGreater(len(entry["reason"]), 40, check)

    def test_every_finding_of_cfn_lint_that_is_ignored_has_its_reason_beside(self):
        ignored = [
            line for path in [*ROOT.glob("template*.yaml"), *(ROOT / "examples").rglob("*.yaml")]
            for line in path.read_text().splitlines() if "ignore_checks" in line
        ]
        self.assertGreater(len(ignored), 3)
        for line in ignored:
            self.assertRegex(line, r"ignore_checks: \[\w+\]\}\} # \w{3,}")


if __name__ == "__main__":
    unittest.main()
