"""What is built is for the processor that the stack runs on."""

import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

from transformed import HTTP, REST, ROOT, source

PROGRAM = ROOT / "scripts/check-architecture"
# The start of an ELF file: 64 bits, little-endian, an executable for a machine.
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00"


def checked(machines, architecture):
    """The exit code and the words of the check, for a build with binaries for these machines."""
    with tempfile.TemporaryDirectory() as folder:
        for name, head in machines.items():
            path = pathlib.Path(folder, name)
            path.mkdir()
            (path / "bootstrap").write_bytes(head)
        command = [sys.executable, PROGRAM, "--build", folder, "--architecture", architecture]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


class Check(unittest.TestCase):
    ARM64, X86_64 = ELF + (183).to_bytes(2, "little"), ELF + (62).to_bytes(2, "little")

    def test_binaries_for_the_stacks_processor_pass(self):
        for architecture, head in (("arm64", self.ARM64), ("x86_64", self.X86_64)):
            self.assertEqual(checked({"LoginFunction": head}, architecture), (0, f"1 binaries for {architecture}\n"))

    def test_one_binary_for_another_processor_stops_the_deployment_and_is_named(self):
        code, said = checked({"LoginFunction": self.ARM64, "AuthorizerFunction": self.X86_64}, "arm64")
        self.assertEqual(code, 1)
        self.assertIn("AuthorizerFunction is x86_64: sam build --parameter-overrides Architecture=arm64", said)
        self.assertNotIn("LoginFunction", said)

    def test_what_is_no_binary_and_an_empty_build_do_not_pass(self):
        self.assertEqual(checked({"LoginFunction": b"#!/bin/sh\n"}, "arm64")[0], 1)
        self.assertEqual(checked({}, "arm64")[0], 1)


class Settings(unittest.TestCase):
    def test_samconfig_builds_and_deploys_for_the_same_processor_the_templates_default(self):
        settings = tomllib.loads((ROOT / "samconfig.toml").read_text())["default"]
        given = {settings[command]["parameters"]["parameter_overrides"] for command in ("build", "deploy")}
        defaults = {f"Architecture={source(template)['Parameters']['Architecture']['Default']}" for template in (REST, HTTP)}
        self.assertEqual(given, defaults)

    def test_nothing_but_a_plain_build_goes_to_the_folder_that_is_deployed_next(self):
        for path in [ROOT / ".ci/stages/40-build.sh", ROOT / "scripts/rehearse", ROOT / "scripts/rehearse.py"]:
            text = path.read_text().replace("(never into .aws-sam/build", "")
            self.assertNotIn(".aws-sam/build", text.replace(".aws-sam/build-", ""), path)


if __name__ == "__main__":
    unittest.main()
