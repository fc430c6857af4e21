"""What scripts/dist packs: python3 -m unittest discover -s scripts -p test_dist.py. Those of dist/ need a packed release."""

import hashlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import re
import sys
import tarfile
import tomllib
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("dist", str(ROOT / "scripts/dist"))
dist = importlib.util.module_from_spec(importlib.util.spec_from_loader("dist", loader))
loader.exec_module(dist)


def dead_links(files):
    """The relative links of the pages in `files`, path -> bytes, whose target is not among them."""
    for page in sorted(name for name in files if name.endswith(".md")):
        prose = re.sub(r"<!--.*?-->|```.*?```|`[^`\n]*`", "", files[page].decode(), flags=re.S)
        for link in re.findall(r"\]\(([^)\s]+)\)", prose):
            path = link.partition("#")[0]
            there = os.path.normpath(pathlib.PurePosixPath(page).parent / path)
            if path and not re.match(r"[a-z]+:", link) and not any(name == there or name.startswith(f"{there}/") for name in files):
                yield f"{page}: {link}"


BUNDLES = sorted((ROOT / "dist").glob("wxsession-[0-9]*-*.tar.gz"))


class Templates(unittest.TestCase):
    def test_a_template_needs_no_build_and_takes_one_processor(self):
        for name in dist.TEMPLATES:
            given = (ROOT / name).read_text()
            for architecture in dist.MACHINES:
                text, functions = dist.template(given, architecture)
                self.assertEqual(sorted(functions), sorted(re.findall(r"Binary: (\S+)", given)))
                self.assertEqual(sorted(re.findall(r"CodeUri: functions/(\S+)\.zip", text)), sorted(functions))
                for left in ("CodeUri: .\n", "BuildMethod", "BuildProperties", "Binary:"):
                    self.assertNotIn(left, text)
                self.assertIn(f"    Default: {architecture}\n    AllowedValues: [{architecture}]\n", text)

    def test_a_template_of_another_form_is_refused(self):
        given = (ROOT / "template.yaml").read_text()
        for right, wrong in (("      CodeUri: .\n", "      CodeUri: ./\n"), ("AllowedValues: [arm64, x86_64]", "AllowedValues: [x86_64, arm64]")):
            with self.assertRaises(SystemExit):
                dist.template(given.replace(right, wrong), "arm64")

    def test_there_is_one_version_and_the_changelog_knows_it(self):
        number = dist.version()
        crate = tomllib.loads((ROOT / "identity/Cargo.toml").read_text())["package"]["version"]
        client = json.loads((ROOT / "miniprogram/package.json").read_text())["version"]
        self.assertEqual((crate, client), (number, number))
        self.assertRegex((ROOT / "CHANGELOG.md").read_text(), rf"(?m)^## {re.escape(number)}, \d{{4}}-\d\d-\d\d$")
        for page in ("README.md", "README.zh-CN.md", "docs/bundle.md"):
            self.assertEqual(set(re.findall(r"wxsession-(\d+\.\d+\.\d+)-arm64", (ROOT / page).read_text())), {number}, page)

    def test_a_program_for_another_processor_is_refused(self):
        for data in (b"", b"\x7fELF" + bytes(14) + (62).to_bytes(2, "little"), b"#!/bin/sh\n" + bytes(20)):
            path = ROOT / "target/not-a-program"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            with self.assertRaises(SystemExit):
                dist.checked(path, "linux-arm64")

    def test_every_link_of_a_page_in_the_bundle_leads_to_something_in_it(self):
        made = {name: b"" for name in (*dist.TEMPLATES, "samconfig.toml", "LICENCES.txt", "functions/SHA256SUMS")}
        files = made | {name: data for name, (data, _) in dist.committed(*dist.COPIED).items()}
        self.assertEqual(list(dead_links(files)), [])
        self.assertEqual(list(dead_links({"docs/a.md": b"[a](b.md#c) [d](../e) `[f](g)` [h](https://i) [j](#k)", "e/l": b""})), ["docs/a.md: b.md#c"])

    def test_the_scripts_that_the_pages_tell_operators_to_run_are_in_the_bundle_and_no_other(self):
        files = dist.committed(*dist.COPIED)
        # What builds, and what tries a build, is of use in a checkout only.
        of_a_checkout = {"check-architecture", "dist", "rehearse"}
        named = {
            script for name, (data, _) in files.items() if name.endswith(".md")
            for script in re.findall(r"\bscripts/([a-z][a-z-]*)", data.decode())
        }
        self.assertEqual({name: mode for name, (_, mode) in files.items() if name.startswith("scripts/")},
                         {f"scripts/{script}": 0o755 for script in named - of_a_checkout})
        self.assertLessEqual(of_a_checkout, named)

    def test_the_command_line_is_fetched_by_its_name_in_the_release(self):
        (fetched,) = re.findall(r"^tar -xzf \.\./(\S+)\.tar\.gz --strip-components 1 (\S+)$", (ROOT / "docs/bundle.md").read_text(), re.M)
        for platform in dist.PLATFORMS:
            for page in ("README.md", "README.zh-CN.md", "docs/bundle.md"):
                self.assertIn(f"-{platform}", (ROOT / page).read_text(), page)
        self.assertEqual(fetched, (f"wxsession-cli-{dist.version()}-linux-x86_64", f"wxsession-cli-{dist.version()}-linux-x86_64/wxsession"))

    def test_what_the_pages_tell_to_copy_is_in_the_bundle(self):
        files = set(dist.committed(*dist.COPIED))
        for name in ("demo/lib/wxsession.js", "index.d.ts", "browser/wxsession-ticket.js", "browser/wxsession-page.js"):
            self.assertIn(f"miniprogram/{name}", files)


@unittest.skipUnless(BUNDLES, "nothing is packed")
class Bundles(unittest.TestCase):
    def test_every_file_has_its_sum_and_no_other(self):
        sums = dict(reversed(line.split("  ")) for line in (ROOT / "dist/SHA256SUMS").read_text().splitlines())
        packed = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "dist").iterdir() if path.name != "SHA256SUMS"}
        self.assertEqual(sums, packed)

    def test_a_bundle_holds_one_program_for_each_function_and_nothing_private(self):
        for path in BUNDLES:
            architecture = re.search(r"-(x86_64|arm64)\.tar\.gz", path.name)[1]
            with tarfile.open(path) as archive:
                files = {name.split("/", 1)[1]: archive.extractfile(name).read() for name in archive.getnames()}
                self.assertEqual({entry.uid for entry in archive}, {0})
            zips = {name for name in files if name.endswith(".zip")}
            functions = set(re.findall(r"Binary: (\S+)", (ROOT / "template.yaml").read_text()))
            self.assertEqual(zips, {f"functions/{name}.zip" for name in functions})
            for name in zips:
                with zipfile.ZipFile(io.BytesIO(files[name])) as archive:
                    (entry,) = archive.infolist()
                    self.assertEqual((entry.filename, entry.external_attr >> 16), ("bootstrap", 0o755))
                    program = archive.read(entry)
                self.assertEqual(int.from_bytes(program[18:20], "little"), dist.MACHINES[architecture])
                self.assertIn(f"{hashlib.sha256(program).hexdigest()}  {name[10:-4]}/bootstrap", files["functions/SHA256SUMS"].decode())
                self.assertNotIn(str(pathlib.Path.home() / ".cargo").encode(), program, f"{name} tells where it was built")
            self.assertEqual({name for name in files if name.startswith("sbom/")}, {f"sbom/{name}.cdx.json" for name in functions})
            for name in ("LICENCES.txt", "LICENSE-MIT", "LICENSE-APACHE", "samconfig.toml", "docs/bundle.md", "examples/node-me/identity.mjs"):
                self.assertIn(name, files)
            self.assertEqual(list(dead_links(files)), [])
            private = [name for name in files if re.search(r"(^|/)(\.(?!gitignore)|target/|node_modules/|cdk\.out/)", name)]
            self.assertEqual(private, [])


if __name__ == "__main__":
    unittest.main()
