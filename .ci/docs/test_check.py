#!/usr/bin/env python3
"""Each check of check.py finds a mistake that is planted for it, and finds none in the tree as it is."""

import pathlib
import shutil
import tempfile
import unittest

import check

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEEDED = [
    "README.md", "README.zh-CN.md", "SECURITY.md", "openapi.yaml", "template.yaml", "docs", "functions", "shared/src", "wechat/src", "aws/src", "telemetry/src", "backend/src",
    "local/src", "acceptance", "emulators", "operator", ".ci", "miniprogram/README.md", "miniprogram/README.zh-CN.md", "examples",
    "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "events", "scripts", "identity", "fuzz", "miniprogram/recipes",
    "miniprogram/demo", "miniprogram/test", "benches",
]

IGNORED = shutil.ignore_patterns("node_modules", "cdk.out", "target", "*.png", "*.cdx.json")

# check, file, what stands there, what is put in its place
MISTAKES = [
    (check.links, "docs/architecture.md", "(api.md)", "(apis.md)"),
    (check.links, "docs/operations.md", "(#rotating-the-appsecret)", "(#rotating-the-secret)"),
    (check.codes_of_openapi, "openapi.yaml", "{code: {const: rate_limited}}", "{code: {const: wrong_app}}"),
    (check.codes_of_openapi, "docs/api.md", "| `session_key_stale` | 409 |", "| `session_key_stale` | 410 |"),
    (check.codes_of_the_routes, "docs/api.md", "| `DELETE /me` |", "| `DELETE /you` |"),
    (check.codes_of_the_routes, "docs/api.md", "`login_code_used` `wrong_app`", "`wrong_app`"),
    (check.codes_of_the_routes, "openapi.yaml", "        '409': {$ref: '#/components/responses/SessionKeyStale'}\n", ""),
    (check.languages, "README.zh-CN.md", "cargo test --workspace", "cargo test"),
    (check.languages, "README.zh-CN.md", "## 费用", "### 费用"),
    (check.languages, "README.zh-CN.md", "$6.90", "$6.80"),
    (check.languages, "docs/zh/operations.md", "| `TableThrottleAlarm` |", "`TableThrottleAlarm` |"),
    (check.languages, "docs/zh/faq.md", "[../faq.md](../faq.md)", "../faq.md"),
    (check.languages, "docs/zh/doctor.md", "doctor --local\n", "doctor\n"),
    (check.commands, "docs/devtools.md", "`cargo run -p local` in the", "`cargo run -p locals` in the"),
    (check.commands, "docs/upgrading.md", "Every command on this page needs AWS.", ""),
    (check.commands, ".ci/stages/10-test.sh", "cargo test --workspace", "cargo test --all"),
    (check.tests_of_the_threats, "docs/reliability.md", "`nothing_is_accepted_once_a_logout_has_returned`", "`nothing_is_accepted`, `no_such_test`"),
    (check.tests_of_the_threats, "SECURITY.md", "`no_line_holds_the_token`", "`no_line_holds_a_token`"),
    (check.alarms, "docs/operations.md", "| `TableThrottleAlarm` |", "| `TableAlarm` |"),
]


class Checks(unittest.TestCase):
    def test_the_tree_as_it_is_has_no_mistake(self):
        for one in check.CHECKS:
            with self.subTest(check=one.__name__):
                self.assertEqual(list(one(check.Tree(ROOT))), [])

    def test_every_planted_mistake_is_found(self):
        self.assertEqual({one for one, *_ in MISTAKES}, set(check.CHECKS), "each check has a mistake of its own")
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for needed in NEEDED:
                source, copy = ROOT / needed, root / needed
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(source, copy, ignore=IGNORED) if source.is_dir() else shutil.copy(source, copy)
            for one, name, right, wrong in MISTAKES:
                with self.subTest(check=one.__name__, file=name, wrong=wrong):
                    text = (root / name).read_text(encoding="utf-8")
                    self.assertIn(right, text, "the mistake can be planted")
                    self.assertEqual(list(one(check.Tree(root))), [], "the copy has no mistake")
                    (root / name).write_text(text.replace(right, wrong), encoding="utf-8")
                    try:
                        self.assertNotEqual(list(one(check.Tree(root))), [])
                    finally:
                        (root / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
