"""The crates of a function: what `cargo tree` says, what a build compiled for the target, and what shows in the binary."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir())
TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]


def tree(*functions, edges="normal,no-proc-macro", target=TARGETS[0], root=ROOT):
    """(name, version) -> the (name, version) of what it uses. Nothing that only builds or tests the functions."""
    packages = [word for function in functions for word in ("--package", function)]
    command = ["cargo", "tree", "--locked", *packages, "--edges", edges, "--target", target]
    lines = subprocess.run([*command, "--prefix", "depth", "--format", " {p}"],
                           cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    uses, above = {}, []
    for line in filter(None, lines):
        depth, name, version = re.match(r"(\d+) (\S+) v(\S+)", line).groups()
        crate = (name, version)
        del above[int(depth):]
        if above:
            uses[above[-1]].add(crate)
        above.append(crate)
        uses.setdefault(crate, set())
    return uses


def compiled(target_directory):
    """The (name, version) of every crate that was compiled for a processor of Lambda in a directory made for one build.

    cargo puts what runs on the building machine, procedural macros and build scripts, into another folder; so this needs no
    word of cargo's about kinds of dependencies. Crates of the workspace have no version in their path: None.
    """
    found = set()
    for listing in pathlib.Path(target_directory).glob("*-unknown-linux-gnu/*/deps/*.d"):
        # The rules of make: outputs, a colon, sources; and generated sources stand beside those of the crate.
        for source in listing.read_text().split(":", 1)[1].split("\n", 1)[0].split():
            registry = re.search(r"/registry/src/[^/]+/([^/]+)-(\d+\.\d+\.\d+[^/]*)/", source)
            ours = re.search(r"(?:^|/)(?:functions/([^/]+)|(shared|facts|identity|wechat|aws|telemetry|backend))/src/", source)
            if registry:
                found.add(registry.groups())
            elif ours:
                found.add((ours[1] or {"shared": "wxsession", "identity": "wxsession-identity", "wechat": "wxsession-wechat", "aws": "wxsession-aws", "telemetry": "wxsession-telemetry", "backend": "wxsession-backend"}.get(ours[2], ours[2]), None))
    return found


def shown(binary):
    """The (name, version) of crates whose sources are named in a binary's panic messages. Not all of its crates are."""
    found = re.findall(rb"/registry/src/[^/]+/([\w-]+?)-(\d+\.\d+\.\d+[^/]*)/", pathlib.Path(binary).read_bytes())
    return {(name.decode(), version.decode()) for name, version in found}
