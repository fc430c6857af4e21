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

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
CODES = ("<!-- codes -->", "<!-- end of codes -->")
GATEWAY = "x-amazon-apigateway-gateway-responses"
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
            folders[:] = [name for name in folders if not name.startswith(".") and name not in ("target", "node_modules")]
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


def problems(tree):
    """code -> status and the headers it always has, from the one table of the code."""
    source = tree.text("shared/src/http/problem.rs")
    table = {code: int(status) for _, code, status in re.findall(r"Self::(\w+) => \{?\s*\(\"(\w+)\", (\d{3}),", source)}
    names = dict(re.findall(r"Self::(\w+) => \{?\s*\(\"(\w+)\", \d{3},", source))
    declared = int(re.search(r"ALL: \[Self; (\d+)\]", source)[1])
    assert len(table) == declared, f"read {len(table)} of {declared} codes out of problem.rs"
    headers = {code: set() for code in table}
    for function, header in (("challenge", "WWW-Authenticate"), ("default_retry_after", "Retry-After")):
        body = between(source, f"fn {function}(self)", "_ => None")
        for variant in re.findall(r"Self::(\w+)", body):
            headers[names[variant]].add(header)
    headers["method_not_allowed"].add("Allow")
    return {code: (status, headers[code]) for code, status in table.items()}


def codes_of_the_page(tree):
    """docs/api.md lists the codes of problem.rs, with status and headers"""
    page = {}
    for cells in rows(between(tree.text("docs/api.md"), *CODES)):
        code = cells[0].strip("`")
        if code in page:
            yield f"{code} is listed twice"
        page[code] = (int(cells[1]), set(re.findall(r"`([\w-]+)`", cells[2])))
        if not all(cells[3:]):
            yield f"{code}: an empty cell"
    code = problems(tree)
    for name in sorted(set(page) | set(code)):
        if page.get(name) != code.get(name):
            yield f"{name}: the page says {page.get(name)}, the code {code.get(name)}"


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
    """openapi.yaml knows the codes of problem.rs, each under its status"""
    document, code = yaml.safe_load(tree.text("openapi.yaml")), problems(tree)
    listed = document["components"]["schemas"]["Code"]["enum"]
    if sorted(listed) != sorted(code):
        yield f"schema Code: {sorted(set(listed) ^ set(code))}"
    for (method, path, status), codes in answers(document).items():
        if (codes is None) != (status < 400):
            yield f"{method} {path} {status}: not of the right form"
        for name in codes or ():
            # API Gateway keeps its own status where a function failed.
            fits = {status} if name != "internal" else {500, 502, 504}
            if name not in code or status not in fits or (name != "internal" and code[name][0] != status):
                yield f"{method} {path} {status}: {name} has another status"
    for response in document["components"]["responses"].values():
        if "Cache-Control" not in response["headers"]:
            yield f"{response['description']}: no Cache-Control"


def codes_of_the_routes(tree):
    """docs/api.md and openapi.yaml give each route the same codes"""
    by_route = {}
    for (method, path, _), codes in answers(yaml.safe_load(tree.text("openapi.yaml"))).items():
        by_route.setdefault(f"{method} {path}", set()).update(codes or ())
    table = tree.text("docs/api.md").split("| Route | Body |", 1)[1].split("\n\n", 1)[0]
    for route, *_, codes in rows("| Route | Body |" + table):
        listed = set(re.findall(r"`(\w+)`", codes)) | {"rate_limited", "internal"}
        if "those of the authorizer" in codes:
            listed |= {"credentials_missing", "session_invalid", "store_unavailable"}
        if listed != by_route.get(route.strip("`")):
            yield f"{route}: {sorted(listed ^ by_route.get(route.strip('`'), set()))}"


def routes_of_the_page(tree):
    """docs/api.md and the READMEs name the routes of openapi.yaml"""
    document = yaml.safe_load(tree.text("openapi.yaml"))
    ours = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations} - SAMPLE
    heads = {"docs/api.md": "| Route | Body |", ENGLISH: "| Route | Auth |", CHINESE: "| 路由 | 验证 |"}
    for name, head in heads.items():
        table = tree.text(name).split(head, 1)[1].split("\n\n", 1)[0]
        listed = re.findall(r"^\| `([A-Z]+) ([^`]+)` \|", table, flags=re.M)
        if set(listed) != ours or len(listed) != len(ours):
            yield f"{name}: {sorted(set(listed) ^ ours)}"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values."""


Loader.add_multi_constructor("!", lambda loader, suffix, node: getattr(loader, f"construct_{node.id}")(node))


def routes_of_the_template(tree):
    """openapi.yaml names the routes of template.yaml"""
    template = yaml.load(tree.text("template.yaml"), Loader)
    deployed = {
        (event["Properties"]["Method"].upper(), event["Properties"]["Path"])
        for resource in template["Resources"].values()
        for event in resource.get("Properties", {}).get("Events", {}).values()
    }
    document = yaml.safe_load(tree.text("openapi.yaml"))
    described = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    if described - SAMPLE != deployed:
        yield f"{sorted((described - SAMPLE) ^ deployed)}"


WITHOUT_DEFAULT = "no default"


def settings(tree):
    """variable -> default and range, as shared/src/config.rs checks them."""
    source = tree.text("shared/src/config.rs").split("#[cfg(test)]")[0]
    found = {}
    for name, default, least, most in re.findall(r'number_or\(\s*"(\w+)",\s*([\d_]+),\s*([\d_]+)\.\.=([\d_]+)', source):
        plain = [number.replace("_", "") for number in (default, least, most)]
        found[name] = (plain[0], (plain[1], plain[2]))
    # 0 for none, or a range.
    switch = r'text\("(\w+)"\) else \{ return Ok\(Some\(([\d_]+)\)\) \};.*?\(([\d_]+)\.\.=([\d_]+)\)'
    for name, default, least, most in re.findall(switch, source, flags=re.S):
        plain = [number.replace("_", "") for number in (default, least, most)]
        found[name] = (plain[0], ("0", plain[1], plain[2]))
    for name in re.findall(r'required\("(\w+)"\)', source):
        found[name] = (None, ())
    for name, default in re.findall(r'flag_or\("(\w+)", (\w+)\)', source):
        found[name] = (default, ("true", "false"))
    for name, default in re.findall(r'text\("(\w+)"\)(?:\s*//[^\n]*\n)?\s*\.unwrap_or_else\(\|\| "([^"]+)"', source):
        words = re.search(rf'Malformed\("{name}", "([^"]+)"', source)
        found[name] = (default, tuple(re.findall(r"\b(?:debug|info|warn|error|few|full|truncated|off)\b", words[1])) if words else ())
    # Read where it is set: the template demands it, so the code has no default of its own.
    for name in set(re.findall(r'env\.text\("(\w+)"\)', source)) - set(found):
        found[name] = (WITHOUT_DEFAULT, ())
    return found


def shown_settings(text, head):
    found = {}
    for variable, parameter, default, allowed, *_ in rows(text.split(head, 1)[1].split("\n\n", 1)[0].split("<!--")[0].join([head, ""])):
        words = tuple(re.findall(r"`(\w+)`", allowed)) or tuple(re.findall(r"\d{2,}|^\d+", allowed))
        by_the_stack = not parameter.startswith("`") and "(the stack's)"
        found[variable.strip("`")] = (by_the_stack or default.strip("`") or None, words)
    return found


def configuration(tree):
    """both READMEs show the names, defaults and ranges of config.rs"""
    code = settings(tree)
    heads = {ENGLISH: "| Variable | Parameter |", CHINESE: "| 变量 | 参数 |"}
    for name, head in heads.items():
        shown = shown_settings(tree.text(name), head)
        if set(shown) != set(code):
            yield f"{name}: {sorted(set(shown) ^ set(code))}"
        for variable in sorted(set(shown) & set(code)):
            default, allowed = code[variable]
            # Ranges of texts are in words; what the stack sets has no default in the table.
            is_demanded = default == WITHOUT_DEFAULT
            wrong = not is_demanded and shown[variable][0] not in (default, "(the stack's)") or (allowed and shown[variable][1] != allowed)
            if wrong:
                yield f"{name}: {variable} is shown as {shown[variable]}, the code has {code[variable]}"


def outline(markdown):
    """What both languages must share: levels of headings, commands, codes of links, tables, figures."""
    prose = re.sub(r"```.*?```", "", markdown, flags=re.S)
    return {
        "headings": [len(marks) for marks in re.findall(r"^(#+) ", prose, flags=re.M)],
        "command blocks": re.findall(r"^```sh\n(.*?)^```", markdown, flags=re.S | re.M),
        "inline commands": sorted(re.findall(r"`((?:cargo|sam|pip|curl|npm|aws) [^`]+)`", prose)),
        "numbered steps": re.findall(r"^(\d+)\. ", prose, flags=re.M),
        "rows of tables": len(re.findall(r"^\|", prose, flags=re.M)),
        "prices": sorted(re.findall(r"\b\d+\.\d{2,}\b", prose)),
    }


def languages(tree):
    """the English and the Chinese README have the same outline, commands, steps and prices"""
    english, chinese = outline(tree.text(ENGLISH)), outline(tree.text(CHINESE))
    for what in english:
        if english[what] != chinese[what]:
            yield f"{what}: {json.dumps(english[what])} and {json.dumps(chinese[what], ensure_ascii=False)}"
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
    places = [file for folder in ("functions", "shared", "emulators", "operator", "local", "acceptance", ".ci", "examples") for file in (tree.root / folder).rglob("*")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in places if file.suffix in (".rs", ".py") and file.is_file())
    for name in sorted(named):
        if not re.search(rf"(?:fn|def) {name}\b", code):
            yield f"{name} is no test"


def alarms(tree):
    """docs/operations.md has a row for every alarm of template.yaml, and every field and reason that is logged"""
    page = tree.text("docs/operations.md")
    template = yaml.load(tree.text("template.yaml"), Loader)
    deployed = {name for name, body in template["Resources"].items() if body["Type"] == "AWS::CloudWatch::Alarm"}
    described = set(re.findall(r"^\| `(\w+Alarm)` \|", page, flags=re.M))
    if deployed != described:
        yield f"alarms: {sorted(deployed ^ described)}"
    sources = [file for folder in ("functions", "shared/src") for file in (tree.root / folder).rglob("src/**/*.rs" if folder == "functions" else "*.rs")]
    code = "\n".join(file.read_text(encoding="utf-8").split("#[cfg(test)]\nmod tests {")[0] for file in sources if file.name != "tests.rs")
    logged = {
        "field": set(re.findall(r'(?:line|self|record)\.put\(\s*"(\w+)"', code)) | set(re.findall(r'timed\(\s*"(\w+)"', code)),
        "audit event": set(re.findall(r'\.audit\(\s*"(\w+)"', code)),
        "reason": set(re.findall(r'(?:\.because|Problem::malformed)\(\s*"(\w+)"', code)),
        # The words of the enums that are logged; the levels are upper case in a line.
        "word": set(re.findall(r'Self::\w+(?:\([\w:]+\))? => "(\w+)"', code)) - {"debug", "info", "warn", "error"},
    }
    words = set(re.findall(r"`(\w+)`", page))
    for kind, names in logged.items():
        for name in sorted(names - words):
            yield f"{kind} `{name}` is logged and not described"


CHECKS = [
    links, codes_of_the_page, codes_of_openapi, codes_of_the_routes, routes_of_the_page, routes_of_the_template,
    configuration, languages, tests_of_the_threats, alarms,
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
