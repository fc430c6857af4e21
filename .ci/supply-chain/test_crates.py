"""Few crates, all of them used, and no unsafe code in ours."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import tomllib
import unittest

from linked import FUNCTIONS, ROOT, TARGETS, tree

LIMITS = {name: int(most) for name, most in re.findall(r"^([\w-]+) +(\d+)$", (ROOT / ".ci/supply-chain/crates.txt").read_text(), re.M)}


def copy_of_the_tree(folder):
    """The workspace without what no manifest needs."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in listed:
        if re.fullmatch(r".*\.(rs|toml|lock)", name) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def plant(folder, manifest, line, under="[dependencies]"):
    path = folder / manifest
    path.write_text(path.read_text().replace(under, f"{under}\n{line}", 1))


def unused(folder):
    """What `cargo shear` has against a workspace, or None."""
    done = subprocess.run(["cargo", "shear", "--offline"], cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else None


def too_many(limits, root=ROOT):
    for function, most in limits.items():
        count = max(len(tree(function, edges="normal", target=target, root=root)) for target in TARGETS)
        if count > most:
            yield f"{function}: {count} crates, {most} are allowed"


def without_the_lints(root):
    """Members that do not forbid unsafe code: by the lints of the workspace, or, where a copy must build alone, by their own."""
    workspace = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]
    if workspace["lints"]["rust"]["unsafe_code"] != "forbid":
        yield "Cargo.toml"
    for pattern in workspace["members"]:
        for manifest in root.glob(f"{pattern}/Cargo.toml"):
            lints = tomllib.loads(manifest.read_text()).get("lints", {})
            if lints != {"workspace": True} and lints.get("rust", {}).get("unsafe_code") != "forbid":
                yield str(manifest.relative_to(root))


class Crates(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.copy = pathlib.Path(folder.name)
        copy_of_the_tree(self.copy)

    def test_no_function_has_more_than_its_number(self):
        self.assertEqual(sorted(LIMITS), sorted(FUNCTIONS))
        self.assertLessEqual(LIMITS["authorizer"], 150)
        self.assertEqual(list(too_many(LIMITS)), [])

    def test_one_crate_more_is_found(self):
        plant(self.copy, "functions/authorizer/Cargo.toml", "httpdate.workspace = true")
        subprocess.run(["cargo", "metadata", "--offline", "--format-version", "1"], cwd=self.copy, capture_output=True, check=True)
        (found,) = too_many({"authorizer": LIMITS["authorizer"]}, self.copy)
        self.assertIn(f"authorizer: {LIMITS['authorizer'] + 1} crates", found)

    def test_an_unused_dependency_is_found(self):
        self.assertIsNone(unused(self.copy))
        plant(self.copy, "functions/authorizer/Cargo.toml", "httpdate.workspace = true")
        self.assertIn("unused dependency `httpdate`", unused(self.copy))

    def test_every_member_forbids_unsafe_code(self):
        self.assertEqual(list(without_the_lints(ROOT)), [])
        manifest = self.copy / "shared/Cargo.toml"
        manifest.write_text(manifest.read_text().replace("[lints]\nworkspace = true\n", ""))
        root = self.copy / "Cargo.toml"
        root.write_text(root.read_text().replace('unsafe_code = "forbid"', 'unsafe_code = "warn"'))
        self.assertEqual(list(without_the_lints(self.copy)), ["Cargo.toml", "shared/Cargo.toml"])


if __name__ == "__main__":
    unittest.main()
