"""deny.toml refuses what it is there to refuse. Each ban is tried with a crate of that name and version."""

import pathlib
import subprocess
import tomllib
import unittest

from planted import ROOT, depending_on, folder, package, refused

DENY = tomllib.loads((ROOT / "deny.toml").read_text())

# What must never be linked, with a version that has been seen in a tree like ours.
UNWANTED = [
    ("aws-lc-fips-sys", "0.13.0"),
    ("aws-lc-rs", "1.14.1"),
    ("aws-lc-sys", "0.32.3"),
    ("hyper", "0.14.32"),
    ("icu_properties", "2.4.0"),
    ("native-tls", "0.2.14"),
    ("openssl", "0.10.74"),
    ("openssl-sys", "0.9.110"),
    ("rustls", "0.21.12"),
]


class Bans(unittest.TestCase):
    def test_every_unwanted_crate_is_refused_by_name(self):
        for name, version in UNWANTED:
            with self.subTest(crate=name), folder() as made:
                depending_on(pathlib.Path(made), name, version)
                why = refused("bans", pathlib.Path(made))
                self.assertIsNotNone(why, "accepted")
                self.assertIn("error[banned]", why)
                self.assertIn(f"{name} = {version}", why)

    def test_every_ban_is_tried(self):
        banned = {ban["crate"].split("@")[0] for ban in DENY["bans"]["deny"]}
        self.assertEqual(banned, {name for name, _ in UNWANTED})

    def test_what_is_not_banned_is_accepted(self):
        for name, version in [("harmless", "1.0.0"), ("hyper", "1.12.0"), ("rustls", "0.23.0")]:
            with self.subTest(crate=name), folder() as made:
                depending_on(pathlib.Path(made), name, version)
                self.assertIsNone(refused("bans", pathlib.Path(made)))


class Licences(unittest.TestCase):
    def test_a_licence_that_is_not_listed_is_refused(self):
        for licence, accepted in [("MIT", True), ("GPL-3.0-only", False), ("SSPL-1.0", False)]:
            with self.subTest(licence=licence), folder() as made:
                made = pathlib.Path(made)
                depending_on(made, "foreign", license=licence)
                # A private package is ours; a dependency is published.
                manifest = made / "foreign/Cargo.toml"
                manifest.write_text(manifest.read_text().replace("publish = false\n", ""))
                self.assertEqual(refused("licenses", made) is None, accepted)


class Sources(unittest.TestCase):
    def test_a_git_dependency_is_refused(self):
        with folder() as made:
            made = pathlib.Path(made)
            package(made / "elsewhere", "elsewhere")
            git = ["git", "-C", made / "elsewhere", "-c", "user.name=t", "-c", "user.email=t@example.com"]
            for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "A crate"]):
                subprocess.run([*git, *words], check=True)
            url = (made / "elsewhere").as_uri()
            package(made / "ours", "planted", rest=f'[dependencies]\nelsewhere = {{ git = "{url}" }}\n\n[workspace]')
            subprocess.run(["cargo", "fetch", "--quiet", "--manifest-path", made / "ours/Cargo.toml"], check=True)
            self.assertIn("error[source-not-allowed]", refused("sources", made / "ours") or "accepted")


if __name__ == "__main__":
    unittest.main()
