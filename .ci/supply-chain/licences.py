#!/usr/bin/env python3
"""The licences of everything that is linked into what a release holds: .ci/supply-chain/licences.py

Writes target/licences.txt: each crate of a function or of the command line with its SPDX expression, and each text once, with
the crates that carry it. The crates are those of the bills of materials (linked.py); the texts are the files that lie in them,
those of the C sources that they bring included. cargo-about does the same for what `cargo metadata` lists, which is more than
what is linked, and takes minutes to compile. A crate without a text fails, unless its licence is one whose words are the same
for everybody.
"""

import json
import pathlib
import re
import subprocess
import sys

from linked import FUNCTIONS, ROOT, tree

NAMES = re.compile(r"(?i)(un)?licen[cs]e|copying|notice|copyright")
# Where crates keep C sources of others.
DEPTH = 4
MIT = (ROOT / "LICENSE-MIT").read_text().split("\n\n", 2)[2]
STANDARD = """The standard library of Rust, its parts that are linked: MIT OR Apache-2.0, copyright The Rust Project Developers."""


def texts(folder):
    """The licence texts below a crate, without what differs by line ends only."""
    found = set()
    for path in sorted(folder.rglob("*")):
        if len(path.relative_to(folder).parts) <= DEPTH and NAMES.match(path.name) and path.is_file() and path.suffix not in (".rs", ".py"):
            found.add("\n".join(line.rstrip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()).strip())
    return found


def common(package):
    """The text of a crate that brings none: Apache-2.0 has no name in it, and MIT the authors'."""
    licence = package["license"] or ""
    if "Apache-2.0" in licence:
        return (ROOT / "LICENSE-APACHE").read_text().strip()
    if licence == "MIT":
        return f"MIT License\n\nCopyright (c) {', '.join(package['authors']) or 'the authors of ' + package['name']}\n\n{MIT.strip()}"
    return None


def collected(crates, packages):
    """What is said of each crate, and text -> the crates that carry it; and the crates without one."""
    lines, carried, without = [], {}, []
    for name, version in sorted(crates):
        package = packages[name, version]
        if package["source"] is None:  # ours
            continue
        lines.append(f"{name} {version}: {package['license'] or 'see its text'}")
        own = texts(pathlib.Path(package["manifest_path"]).parent) or {common(package)}
        if None in own:
            without.append(f"{name} {version}: {package['license']}")
        for text in own - {None}:
            carried.setdefault(text, []).append(f"{name} {version}")
    return lines, carried, without


def main():
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)["packages"]
    packages = {(one["name"], one["version"]): one for one in packages}
    # The bills of the functions, and the command line.
    lines, carried, without = collected(set(tree(*FUNCTIONS, "operator")), packages)
    if without:
        sys.exit("no licence text: " + ", ".join(without))
    parts = ["What is linked into the functions and the command line of wxsession, and under which licences.", STANDARD, "\n".join(lines)]
    for text, crates in sorted(carried.items(), key=lambda one: one[1]):
        parts.append(f"{'=' * 100}\n{', '.join(crates)}\n{'-' * 100}\n\n{text}")
    target = ROOT / "target" / "licences.txt"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"{len(lines)} crates of others, {len(carried)} texts, written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
