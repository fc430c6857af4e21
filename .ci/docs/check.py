#!/usr/bin/env python3
"""The documents say what the code does: `python3 .ci/docs/check.py`. Needs PyYAML and nothing else.

Each check prints one line; the exit code is 1 when one fails. `--root` checks another tree, for the test of this file.
"""

import argparse
import json
import os
import pathlib
import re
import sys

import yaml

from commands import commands

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
# Routes that another stack serves.
SAMPLE = {("GET", "/me"), ("GET", "/staff")}


class Tree:
    """The files that are checked."""

    def __init__(self, root):
        self.root = root

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def documents(self):
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if not name.startswith(".") and name not in ("target", "node_modules", "cdk.out")]
            yield from (str((pathlib.Path(folder) / file).relative_to(self.root)) for file in files if file.endswith(".md"))


def rows(table):
    """The cells of a Markdown table's body."""
    lines = [line.strip() for line in table.splitlines() if line.strip().startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def between(text, begin, end):
    return text.split(begin, 1)[1].split(end, 1)[0]


def anchors(markdown):
    """The anchors GitHub makes of the headings."""
    prose = re.sub(r"```.*?```", "", markdown, flags=re.S)
    found = re.findall(r"^#{1,6} +(.+?)\s*$", prose, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


# ---- the checks: each yields what is wrong


def links(tree):
    """every link to a file or heading has its target"""
    for name in tree.documents():
        prose = re.sub(r"<!--.*?-->|```.*?```|`[^`\n]*`", "", tree.text(name), flags=re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (tree.root / name).parent / path if path else tree.root / name
            if not file.exists():
                yield f"{name}: {target} does not exist"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
                yield f"{name}: {target} has no such heading"


def section(text, head):
    """The table that begins with a head."""
    return head + text.split(head, 1)[1].split("\n<!--", 1)[0]


def statuses(tree):
    """code -> status, as docs/api.md has them."""
    return {cells[0].strip("`"): int(cells[1]) for cells in rows(section(tree.text("docs/api.md"), "| Code | Status |"))}


def resolved(document, node):
    while "$ref" in node:
        place = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part.replace("~1", "/")]
        node = place
    return node


def answers(document):
    """(method, path, status) -> the codes of that answer; None for an answer that is no problem."""
    found = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                content = resolved(document, response).get("content", {})
                codes = None
                if "application/problem+json" in content:
                    (_, limits) = content["application/problem+json"]["schema"]["allOf"]
                    limits = limits["properties"]["code"]
                    codes = set(limits.get("enum", [limits.get("const")]))
                found[method.upper(), path, int(status)] = codes
    return found


def codes_of_openapi(tree):
    """each answer of openapi.yaml has the form and the codes of its status"""
    document, known = yaml.safe_load(tree.text("openapi.yaml")), statuses(tree)
    for (method, path, status), codes in answers(document).items():
        if (codes is None) != (status < 400):
            yield f"{method} {path} {status}: not of the right form"
        for name in codes or ():
            # API Gateway keeps its own status where a function failed.
            fits = {known[name]} | ({502, 504} if name == "internal" else set())
            if status not in fits:
                yield f"{method} {path} {status}: {name} has another status"
    for response in document["components"]["responses"].values():
        if "Cache-Control" not in response["headers"]:
            yield f"{response['description']}: no Cache-Control"


def codes_of_the_routes(tree):
    """docs/api.md and openapi.yaml have the same routes, each with the same codes"""
    by_route = {}
    for (method, path, _), codes in answers(yaml.safe_load(tree.text("openapi.yaml"))).items():
        if (method, path) not in SAMPLE:
            by_route.setdefault(f"{method} {path}", set()).update(codes or ())
    listed = {}
    for route, *_, codes in rows(section(tree.text("docs/api.md"), "| Route | Body |")):
        listed[route.strip("`")] = set(re.findall(r"`(\w+)`", codes)) | {"rate_limited", "internal"}
        if "those of the authorizer" in codes:
            listed[route.strip("`")] |= {"credentials_missing", "session_invalid", "store_unavailable"}
    for route in sorted(set(listed) | set(by_route)):
        if listed.get(route) != by_route.get(route):
            yield f"{route}: {sorted(listed.get(route, set()) ^ by_route.get(route, set()))}"


def outline(markdown):
    """What both languages must share: levels of headings, commands, links' targets, tables, figures."""
    prose = re.sub(r"```.*?```", "", markdown, flags=re.S)
    return {
        "headings": [len(marks) for marks in re.findall(r"^(#+) ", prose, flags=re.M)],
        "command blocks": re.findall(r"^ *```sh\n(.*?)^ *```", markdown, flags=re.S | re.M),
        "inline commands": sorted(re.findall(r"`((?:cargo|sam|pip|curl|npm|aws|wxsession) [^`]+)`", prose)),
        "numbered steps": re.findall(r"^(\d+)\. ", prose, flags=re.M),
        "rows of tables": len(re.findall(r"^\|", prose, flags=re.M)),
        "prices": sorted(re.findall(r"\b\d+\.\d{2,}\b", prose)),
    }


def both(tree):
    """Each page in Chinese, with the one in English."""
    for name in tree.documents():
        if name.startswith("docs/zh/"):
            yield f"docs/{name.removeprefix('docs/zh/')}", name
        elif name.endswith("README.zh-CN.md"):
            yield name.replace(".zh-CN", ""), name


def languages(tree):
    """each page in Chinese has the headings, commands, steps, tables and figures of the English one, and they name each other"""
    pairs = dict(both(tree))
    for wanted in (ENGLISH, "miniprogram/README.md", *(f"docs/{name}.md" for name in ("api", "operations", "doctor", "faq", "china", "tickets", "events"))):
        if wanted not in pairs:
            yield f"{wanted} is not there in Chinese"
    for name, other in pairs.items():
        english, chinese = outline(tree.text(name)), outline(tree.text(other))
        for what in english:
            if english[what] != chinese[what]:
                yield f"{other}: {what}: {json.dumps(english[what])} and {json.dumps(chinese[what], ensure_ascii=False)}"
        for page, link in ((name, other), (other, name)):
            if f"]({os.path.relpath(link, os.path.dirname(page))})" not in tree.text(page):
                yield f"{page} does not link to {link}"
    lines = len(tree.text(ENGLISH).splitlines())
    if lines > 200:
        yield f"{ENGLISH} has {lines} lines, 200 is the most"


def tests_of_the_threats(tree):
    """every test that SECURITY.md and docs/reliability.md name exists"""
    named = set()
    for page in ("SECURITY.md", "docs/reliability.md"):
        found = set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+){2,})`", tree.text(page)))
        if not found:
            yield f"{page} names no test"
        named |= found
    places = [file for folder in ("functions", "identity", "shared", "wechat", "aws", "emulators", "operator", "local", "acceptance", ".ci", "examples") for file in (tree.root / folder).rglob("*")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in places if file.suffix in (".rs", ".py") and file.is_file())
    for name in sorted(named):
        if not re.search(rf"(?:fn|def) {name}\b", code):
            yield f"{name} is no test"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: getattr(loader, f"construct_{node.id}")(node))


def alarms(tree):
    """docs/operations.md has a row for every alarm of template.yaml"""
    page = tree.text("docs/operations.md")
    template = yaml.load(tree.text("template.yaml"), Loader)
    deployed = {name for name, body in template["Resources"].items() if body["Type"] == "AWS::CloudWatch::Alarm"}
    described = set(re.findall(r"^\| `(\w+Alarm)` \|", page, flags=re.M))
    if deployed != described:
        yield f"alarms: {sorted(deployed ^ described)}"


CHECKS = [
    links, codes_of_openapi, codes_of_the_routes, languages, commands, tests_of_the_threats, alarms,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    tree = Tree(parser.parse_args().root)
    failed = 0
    for check in CHECKS:
        wrong = list(check(tree))
        failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok    '}  {check.__doc__}")
        for line in wrong:
            print(f"        {line}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
