#!/usr/bin/env python3
"""Every cargo command that we run or show keeps to the committed Cargo.lock: `python3 .ci/supply-chain/locked.py [ROOT]`.

Without --locked, cargo answers a lock file that does not fit by choosing versions nobody has looked at. Each command stands
on a line with --locked, or under EXCEPTIONS with the reason, or it is found. An exception that no line needs is found too.
"""

import pathlib
import re
import subprocess
import sys

# These resolve dependencies. `cargo fmt`, `cargo search` and the like do not. `cargo shear` is a checker, and has the flag.
RESOLVING = r"bench|build|check|clippy|deny|doc|fetch|install|lambda build|metadata|mutants|run|rustc|shear|test|tree"
COMMAND = re.compile(rf"\bcargo(?: \+\w+)? (?:{RESOLVING})\b(?! (?:lambda|itself))")
# How a Python list of arguments spells the same.
LISTED = re.compile(r'"cargo",\s*((?:"[^"]+",?\s*)+)')
SHELL_ENDS = re.compile(r"[;&|)]|$")
# The first words of these are titles of a check.
TITLES = re.compile(r"\b(?:check|show|cannot|without|stage)((?: '[^']*')+)")

# file, what the command begins with, why it may do without
EXCEPTIONS = [
    (r".*\.md", "cargo run", "what a newcomer types: Cargo.lock is committed, and .ci/run tests the same tree locked"),
    (r".*\.md", "cargo build", "as above; what is deployed is built by sam or cargo-lambda"),
    (r".*\.md", "cargo test", "as above; .ci/run runs it with --locked"),
    (r".ci/supply-chain/planted.py", "cargo deny", "judges a package that was made a moment before"),
    (r".ci/stages/26-examples.sh", "cargo test", "a copied sample takes its part out of the project's lock file, offline, so no version changes"),
    (r".*\.md", "cargo clippy", "as above; .ci/run runs it with --locked"),
]


def files(root):
    """What is committed, or about to be, and is text that runs or is read by people."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=True).stdout.split("\n")
    for name in listed:
        ours = name.startswith((".ci/", ".github/", "scripts/")) or name.endswith(".md")
        if name and ours and "supply-chain/test_" not in name and not name.endswith("supply-chain/locked.py"):
            yield name


def commands(name, text):
    """Each cargo command of a file, up to where it ends."""
    if name.endswith(".py"):
        for found in LISTED.finditer(text):
            words = "cargo " + " ".join(re.findall(r'"([^"]+)"', found[1]))
            if COMMAND.match(words):
                yield words
        return
    prose = name.endswith(".md")
    # A command may go on after a backslash; a comment of a script runs nothing.
    for line in re.sub(r"\\\n\s*", " ", text).split("\n"):
        if not prose and line.lstrip().startswith("#"):
            continue
        line = line if prose else TITLES.sub("", line)
        for found in COMMAND.finditer(line):
            rest = line[found.start():]
            yield rest.split("`")[0] if prose else rest[: SHELL_ENDS.search(rest).start()].strip()


def unlocked(root):
    """What is wrong, line by line."""
    unused = set(EXCEPTIONS)
    for name in files(root):
        path = root / name
        if not path.is_file():
            continue
        for command in commands(name, path.read_text(encoding="utf-8", errors="replace")):
            excepted = [entry for entry in EXCEPTIONS if re.fullmatch(entry[0], name) and command.startswith(entry[1])]
            unused -= set(excepted)
            if "--locked" not in command and not excepted:
                yield f"{name}: {command}"
    for pattern, command, _ in sorted(unused):
        yield f"exception not needed: {command} in {pattern}"
    # `sam build` passes no flags; cargo-lambda reads them from here.
    if not re.search(r"^\[workspace\.metadata\.lambda\.build\]\nlocked = true$", (root / "Cargo.toml").read_text(), re.M):
        yield "Cargo.toml: sam build is not locked"


if __name__ == "__main__":
    wrong = list(unlocked(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
    print("\n".join(wrong) or "every cargo command is locked")
    sys.exit(bool(wrong))
