"""locked.py finds what is not locked, whatever it is written in."""

import pathlib
import subprocess
import tempfile
import unittest

import locked

LAMBDA = "[workspace.metadata.lambda.build]\nlocked = true\n"
# Each exception is needed by a line of this.
README = "`cargo run -p local` `cargo build` `cargo test --workspace` `cargo clippy --workspace`"
PLANTED = 'command = ["cargo", "deny", "--offline"]\n'


def found(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        subprocess.run(["git", "init", "-q", folder], check=True)
        right = {"Cargo.toml": LAMBDA, "README.md": README, ".ci/supply-chain/planted.py": PLANTED,
                 ".ci/stages/26-examples.sh": "cargo test --offline\n"}
        for name, text in (right | files).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return list(locked.unlocked(root))


class Locked(unittest.TestCase):
    def test_this_tree_is_locked(self):
        self.assertEqual(list(locked.unlocked(pathlib.Path(__file__).resolve().parents[2])), [])

    def test_what_is_locked_passes(self):
        self.assertEqual(found({
            ".ci/stages/1.sh": "check 'cargo test' cargo test --locked\n# cargo test\ncargo fmt --all\ncargo build \\\n  --locked\n",
            "scripts/a.py": 'run(["cargo", "build", "--locked"])\n"""`cargo test`"""\n',
            "docs/a.md": "`cargo install cargo-mutants --locked`",
        }), [])

    def test_a_command_without_it_is_found(self):
        for name, text, expected in [
            (".ci/stages/1.sh", "check 'cargo test --locked' cargo test\n", "cargo test"),
            (".ci/stages/1.sh", "check 'what' env A=1 cargo lambda build --release\n", "cargo lambda build --release"),
            (".ci/stages/1.sh", "cargo +nightly build && cargo build --locked\n", "cargo +nightly build"),
            (".github/workflows/a.yml", "        run: cargo install x\n", "cargo install x"),
            ("scripts/a", "cargo build \\\n  -p local\n", "cargo build  -p local"),
            ("scripts/a.py", 'run(["cargo", "build", "--quiet",\n', "cargo build --quiet"),
            ("docs/a.md", "Type `cargo install cargo-mutants`.", "cargo install cargo-mutants"),
            ("docs/a.md", "Type `cargo lambda build --release`.", "cargo lambda build --release"),
        ]:
            with self.subTest(file=name, text=text):
                self.assertEqual(found({name: text}), [f"{name}: {expected}"])

    def test_a_build_of_sam_that_is_not_locked_is_found(self):
        self.assertEqual(found({"Cargo.toml": ""}), ["Cargo.toml: sam build is not locked"])

    def test_an_exception_that_nothing_needs_is_found(self):
        self.assertEqual(found({"README.md": README.replace("cargo clippy", "cargo fmt")}),
                         [r"exception not needed: cargo clippy in .*\.md"])


if __name__ == "__main__":
    unittest.main()
