"""The bills are held against the schema, against cargo and against a build; each of the three finds a planted difference."""

import json
import pathlib
import tempfile
import unittest
from datetime import UTC, datetime

import sbom
from linked import TARGETS, tree

PACKAGES = sbom.described()
RIGHT = sbom.bill("authorizer", PACKAGES, datetime(2026, 1, 1, tzinfo=UTC))


def changed(change):
    bill = json.loads(RIGHT)
    change(bill)
    return json.dumps(bill)


def without_a_crate(bill):
    bill["components"] = [one for one in bill["components"] if one["name"] != "ring"]
    for one in bill["dependencies"]:
        one["dependsOn"] = [used for used in one.get("dependsOn", []) if not used.startswith("ring@")]
    bill["dependencies"] = [one for one in bill["dependencies"] if not one["ref"].startswith("ring@")]


def with_a_crate_for_tests(bill):
    bill["components"].append({"name": "proptest", "version": "1.12.0", "type": "library", "bom-ref": "proptest@1.12.0"})


def with_a_kind_that_does_not_exist(bill):
    bill["components"][0]["type"] = "crate"


def built(folder, crates, showing):
    """What a build leaves behind, as far as it is read."""
    folder = pathlib.Path(folder)
    deps, binary = folder / "target" / TARGETS[0] / "release/deps", folder / "lambda/authorizer/bootstrap"
    deps.mkdir(parents=True)
    binary.parent.mkdir(parents=True)
    registry = "/h/registry/src/index.crates.io-1949cf8c6b5b557f"
    for name, version in crates:
        source = f"{registry}/{name}-{version}/src/lib.rs"
        if not PACKAGES[name, version]["checksum"]:
            source = {"wxsession": "shared/src/lib.rs", "wxsession-aws": "aws/src/lib.rs", "wxsession-telemetry": "telemetry/src/lib.rs"}.get(name, f"functions/{name}/src/lib.rs")
        (deps / f"{name}-{version}-0123.d").write_text(f"/t/lib{name}.rlib: {source}\n\n{source}:\n")
    binary.write_bytes(b"\0".join(f"{registry}/{name}-{version}/src/a.rs".encode() for name, version in showing))
    return folder


def named(*names):
    return {crate for crate in PACKAGES if crate[0] in names}


# Of this repository, so without a checksum of the registry.
OURS = {"facts", "wxsession", "wxsession-aws", "wxsession-identity", "wxsession-telemetry"}


class Bills(unittest.TestCase):
    def test_a_right_one_is_accepted_and_made_twice_alike(self):
        self.assertEqual(list(sbom.wrong("authorizer", RIGHT)), [])
        self.assertEqual(sbom.bill("authorizer", PACKAGES, datetime(2026, 1, 1, tzinfo=UTC)), RIGHT)

    def test_what_only_builds_or_tests_is_not_in_it(self):
        names = {name for name, _ in sbom.listed(RIGHT)}
        self.assertLessEqual({"authorizer", "wxsession", "ring", "rustls", "tokio"}, names)
        self.assertEqual(names & {"proptest", "cc", "syn", "serde_derive", "reqwest", "dynoxide-rs", "local"}, set())

    def test_every_crate_of_the_registry_has_its_checksum_and_licence(self):
        for one in json.loads(RIGHT)["components"]:
            self.assertTrue(one.get("licenses"), one["name"])
            self.assertEqual(len(one.get("hashes", [])), one["name"] not in OURS, one["name"])

    def test_a_planted_difference_is_found(self):
        for change in (without_a_crate, with_a_crate_for_tests, with_a_kind_that_does_not_exist):
            with self.subTest(change=change.__name__):
                self.assertNotEqual(list(sbom.wrong("authorizer", changed(change))), [])

    def test_another_function_has_another_bill(self):
        self.assertNotEqual(list(sbom.wrong("login", RIGHT)), [])


class Builds(unittest.TestCase):
    def wrong(self, crates, showing):
        with tempfile.TemporaryDirectory() as folder:
            return list(sbom.wrong_after_build("authorizer", RIGHT, built(folder, crates, showing)))

    def test_a_build_of_the_same_crates_agrees(self):
        self.assertEqual(self.wrong(tree("authorizer"), named("ring", "tokio")), [])

    def test_what_another_function_asks_for_may_be_compiled_and_not_linked(self):
        crates, reqwest = set(tree("authorizer")), named("reqwest")
        self.assertEqual(self.wrong(crates | reqwest, named("ring")), [])
        (wrong,) = self.wrong(crates | reqwest, named("ring") | reqwest)
        self.assertIn("in the binary and not in the bill: [('reqwest',", wrong)

    def test_a_crate_that_nobody_asks_for_is_found(self):
        (wrong,) = self.wrong(set(tree("authorizer")) | named("proptest"), named("ring"))
        self.assertIn("no function asks for it: [('proptest',", wrong)

    def test_a_crate_that_was_not_compiled_is_found(self):
        for name in ("ring", "wxsession"):
            (wrong,) = self.wrong(set(tree("authorizer")) - named(name), named("tokio"))
            self.assertIn(f"not compiled: [('{name}',", wrong)

    def test_an_empty_folder_is_no_agreement(self):
        self.assertEqual(len(self.wrong([], [])), 2)


if __name__ == "__main__":
    unittest.main()
