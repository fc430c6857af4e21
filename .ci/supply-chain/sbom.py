#!/usr/bin/env python3
"""The bills of materials of the functions: .ci/supply-chain/sbom.py [--built FUNCTION=FOLDER]

Writes target/sbom/<function>.cdx.json, CycloneDX 1.6: what is linked into each binary, and nothing that only builds or tests
it. cargo-cyclonedx would list more: it reads `cargo metadata`, where the features of all members are one. Validates each
against the schema. --built compares one with a build of that function alone: FOLDER/target and FOLDER/lambda, as
.ci/reproducible leaves them. The same commit gives the same bytes. Needs what .ci/supply-chain/sbom.txt lists.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import tomllib
import uuid

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from linked import FUNCTIONS, ROOT, TARGETS, compiled, shown, tree

NAMESPACE = uuid.UUID("6f1c8a52-7a0c-4b3f-9a53-6f7f2f3a2d11")


def described():
    """(name, version) -> what the package says of itself, and the checksum that Cargo.lock holds it to."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)["packages"]
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    checksums = {(package["name"], package["version"]): package.get("checksum") for package in lock}
    return {(one["name"], one["version"]): one | {"checksum": checksums[one["name"], one["version"]]} for one in packages}


def component(package, kind):
    """One crate. A crate of the registry has a checksum; one of this repository has none."""
    name, version, checksum = package["name"], package["version"], package["checksum"]
    vcs = ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(package["repository"])) if package["repository"] else None
    # Old crates separate alternatives with a slash, which SPDX does not know.
    licence = package["license"].replace("/", " OR ") if package["license"] else None
    return Component(
        type=kind, name=name, version=version, bom_ref=f"{name}@{version}",
        description=package["description"] and " ".join(package["description"].split()),
        licenses=[LicenseFactory().make_from_string(licence)] if licence else (),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else (),
        purl=PackageURL("cargo", name=name, version=version) if checksum else None,
        external_references=[vcs] if vcs else (),
    )


def bill(function, packages, made_at):
    """The function's bill."""
    uses = tree(function)
    (top,) = [crate for crate in uses if crate[0] == function]
    components = {
        crate: component(packages[crate], ComponentType.APPLICATION if crate == top else ComponentType.LIBRARY) for crate in uses
    }
    bom = Bom(
        components=[one for crate, one in components.items() if crate != top],
        metadata=BomMetaData(component=components[top], timestamp=made_at),
        serial_number=uuid.uuid5(NAMESPACE, f"{made_at.isoformat()} {sorted(uses)}"),
    )
    for crate, used in uses.items():
        bom.register_dependency(components[crate], [components[one] for one in sorted(used)])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def listed(text):
    """The (name, version) of a bill, the function itself among them."""
    bom = json.loads(text)
    return {(one["name"], one["version"]) for one in [*bom["components"], bom["metadata"]["component"]]}


def wrong(function, text):
    """What the schema, or cargo for either processor, has against a bill."""
    if invalid := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        yield f"{function}: not CycloneDX 1.6: {invalid}"
        return
    for target in TARGETS:
        if different := sorted(listed(text) ^ set(tree(function, target=target))):
            yield f"{function}: the bill and {target} differ in {different}"


def wrong_after_build(function, text, folder):
    """What a build says against a bill.

    `sam build` names a binary and no package, so cargo compiles the shared crate with the features that any function wants.
    What only another function asked for is compiled too, and dropped by the linker: it may not show in the binary.
    """
    built, names = compiled(folder / "target"), listed(text)
    ours = {name for name, version in built if version is None}
    if missing := sorted(crate for crate in names if crate not in built and crate[0] not in ours):
        yield f"{function}: in the bill and not compiled: {missing}"
    more = {crate for crate in built if crate not in names and crate[1]}
    if foreign := sorted(more - set(tree(*FUNCTIONS))):
        yield f"{function}: compiled, and no function asks for it: {foreign}"
    showing = shown(folder / "lambda" / function / "bootstrap")
    if linked := sorted(showing - names):
        yield f"{function}: in the binary and not in the bill: {linked}"
    if not showing:
        yield f"{function}: the binary names no crate at all"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--built", metavar="FUNCTION=FOLDER")
    options = parser.parse_args()
    commit = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    made_at = datetime.datetime.fromtimestamp(int(commit), datetime.timezone.utc)
    packages, failures = described(), []
    folder = ROOT / "target" / "sbom"
    folder.mkdir(parents=True, exist_ok=True)
    for function in FUNCTIONS:
        text = bill(function, packages, made_at)
        (folder / f"{function}.cdx.json").write_text(text, encoding="utf-8")
        failures += wrong(function, text)
        print(f"{function:14} {len(listed(text)) - 1} components")
        if options.built and options.built.split("=", 1)[0] == function:
            failures += wrong_after_build(function, text, pathlib.Path(options.built.split("=", 1)[1]))
    print("\n".join(failures) or f"written to {folder.relative_to(ROOT)}, valid, and nothing but what is linked")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
