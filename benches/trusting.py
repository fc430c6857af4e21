"""A copy of the source whose functions trust one more root: the one the HTTPS stand-ins answer with.

The product trusts the Mozilla roots, compiled in, and nothing can be added from outside; that is meant so. The benchmark
therefore builds the functions from an unchanged copy of the source in which one *dependency* differs: the crate
webpki-roots, the locked version with one anchor more. Everything that is measured is the product's.
"""

import base64
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCE = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "functions", "shared", "local", "examples", ".cargo", "openapi.yaml", "template.yaml"]
PATCH = '\n[patch.crates-io]\nwebpki-roots = { path = "../webpki-roots" }\n'


def copy(work, root_pem):
    """Brings work/source up to date; files that did not change keep their time, so that cargo builds only what did."""
    roots = work / "webpki-roots"
    original = registry_source("webpki-roots")
    patched = (original / "src/lib.rs").read_text()
    opening = re.search(r"TLS_SERVER_ROOTS.*?= &\[\n", patched, re.S).end()
    write(roots / "src/lib.rs", patched[:opening] + anchor(root_pem) + patched[opening:])
    manifest = (original / "Cargo.toml").read_text()
    write(roots / "Cargo.toml", re.sub(r"\n\[\[test\]\].*?(?=\n\[dependencies)|\n\[dev-dependencies.*", "\n", manifest, flags=re.S))
    source = work / "source"
    wanted = set()
    for name in listed():
        wanted.add(source / name)
        if name == "Cargo.toml":
            write(source / name, (ROOT / name).read_text() + PATCH)
        elif name == "Cargo.lock":
            write(source / name, unlocked((ROOT / name).read_text()))
        else:
            write(source / name, (ROOT / name).read_bytes())
    for old in source.rglob("*"):
        if old.is_file() and old not in wanted:
            old.unlink()
    return source


def listed():
    """The files git knows or would add, of what the functions are built from."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *SOURCE]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [name for name in names if name and (ROOT / name).is_file()]


def write(path, content):
    content = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def unlocked(lock):
    """The lock with webpki-roots taken from the folder; `cargo --locked` then refuses any other difference."""
    entry = re.compile(r'(name = "webpki-roots"\nversion = "[^"]+"\n)source = "[^"]+"\nchecksum = "[^"]+"\n')
    lock, found = entry.subn(r"\1", lock)
    assert found == 1, "Cargo.lock has one webpki-roots"
    return lock


def registry_source(name):
    subprocess.run(["cargo", "fetch", "--locked", "--quiet"], cwd=ROOT, check=True)
    command = ["cargo", "metadata", "--format-version=1", "--locked", "--offline"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["packages"]
    return next(pathlib.Path(package["manifest_path"]).parent for package in packages if package["name"] == name)


def anchor(root_pem):
    """The root certificate as webpki-roots writes its own: subject and key, without their outermost tag."""
    body = re.search(r"-----BEGIN CERTIFICATE-----(.*?)-----END", root_pem.read_text(), re.S)[1]
    certificate = list(elements(base64.b64decode(body)))[0]
    fields = [value for tag, value in elements(next(elements(certificate[1]))[1]) if tag != 0xA0]
    # serial number, signature algorithm, issuer, validity, subject, subject public key
    subject, key = fields[4], fields[5]
    return (f"  TrustAnchor {{\n    subject: Der::from_slice({literal(subject)}),\n"
            f"    subject_public_key_info: Der::from_slice({literal(key)}),\n    name_constraints: None\n  }},\n")


def elements(der):
    """Tag and content of each DER element."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at:at + size], "big"), at + size
        yield tag, der[at:at + length]
        at += length


def literal(data):
    return 'b"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


