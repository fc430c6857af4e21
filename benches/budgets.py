#!/usr/bin/env python3
"""Size and instructions of each function, against benches/budgets.json.

  budgets.py                              the functions of .aws-sam/rehearsal, as `sam build` leaves them; fails when one is over
  budgets.py --record                     writes what they need now as the new budgets
  budgets.py --program authorizer=FILE    shows the figures of one binary, whatever it was built with; may be given often

Instructions are counted by callgrind, over HTTP, with two-item reads and the log line: user space only, without the
processor's SHA and AES instructions, steady to half a percent. That is a gate against slow changes, not a claim.
"""

import argparse
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import suite

HERE = pathlib.Path(__file__).resolve().parent
BUDGETS = HERE / "budgets.json"
# Percent that a figure may be above its budget; one that far below it wants a lower budget.
ROOM = {"zip_bytes": 2.0, "cold_instructions": 3.0, "warm_instructions": 3.0}
LOGICAL_IDS = {"login": "LoginFunction", "check-session": "CheckSessionFunction", "authorizer": "AuthorizerFunction",
               "sessions": "SessionsFunction", "open-data": "OpenDataFunction", "accounts": "AccountsFunction",
               "wechat": "WechatFunction", "push": "PushFunction", "erasures": "ErasuresFunction", "events": "EventsFunction"}


def work_folder():
    folder = pathlib.Path(os.environ.get("WXSESSION_BENCH") or HERE.parent / "target/bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def build_driver(work):
    """The driver, built for speed of building; it measures, it is not measured."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(work / "driver")}
    command = ["cargo", "build", "--quiet", "--locked", "--profile", "driver", "-p", "driver"]
    subprocess.run(command, cwd=HERE, env=environment, check=True)
    return work / "driver/driver/driver"


def build_preloads(work):
    made = {}
    for source in sorted((HERE / "preload").glob("*.c")):
        made[source.stem] = work / f"{source.stem}.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-o", made[source.stem], source], check=True)
    return made


def counted(work, variants, preload, events=100):
    """Instructions of each variant, by name."""
    driver = build_driver(work)
    for variant in variants:
        variant["environment"]["LD_PRELOAD"] = ":".join(map(str, preload))
    with tempfile.TemporaryDirectory(dir=work) as folder:
        results = pathlib.Path(folder, "count.jsonl")
        plan = suite.plan(pathlib.Path(folder, "count.json"), "count", variants, results, rounds=1, warm_up=20, events=events)
        subprocess.run([driver, plan], check=True)
        rows = [json.loads(line) for line in results.read_text().splitlines()]
    return {row["variant"]: row for row in rows}


def zip_bytes(program):
    """As .ci/measure packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bootstrap", pathlib.Path(program).read_bytes())
    return packed.tell()


def measured(programs, work, more_preload=()):
    preloads = build_preloads(work)
    variants = [suite.function(name, pathlib.Path(program).resolve(), "http") for name, program in programs.items()]
    rows = counted(work, variants, [preloads["slow_clock"], *(preloads[name] for name in more_preload)])
    return {
        name: {"zip_bytes": zip_bytes(program), "cold_instructions": rows[name]["cold_instructions"],
               "warm_instructions": rows[name]["warm_instructions"]}
        for name, program in programs.items()
    }


def compare(figures, budgets):
    """What is over its budget, and what is so far below that the budget should follow."""
    over, below = [], []
    for name, row in figures.items():
        for figure, room in ROOM.items():
            change = (row[figure] / budgets[name][figure] - 1) * 100
            text = f"{name}: {figure} {row[figure]:,}, budget {budgets[name][figure]:,}: {change:+.1f} %"
            if change > room:
                over.append(text)
            elif change < -room:
                below.append(text)
    return over, below


def table(figures):
    print(f"{'':16}{'zip bytes':>12}{'cold instr.':>14}{'warm instr.':>14}")
    for name, row in figures.items():
        print(f"{name:16}{row['zip_bytes']:>12,}{row['cold_instructions']:>14,}{row['warm_instructions']:>14,}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=".aws-sam/rehearsal", help="folder of a sam build")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--program", action="append", default=[], metavar="FUNCTION=FILE")
    options = parser.parse_args()
    work = work_folder()
    if options.program:
        table(measured(dict(given.split("=", 1) for given in options.program), work))
        return
    build = HERE.parent / options.build
    figures = measured({name: build / LOGICAL_IDS[name] / "bootstrap" for name in suite.BUDGETED}, work)
    table(figures)
    if options.record:
        BUDGETS.write_text(json.dumps(figures, indent=1) + "\n")
        return
    over, below = compare(figures, json.loads(BUDGETS.read_text()))
    for text in below:
        print(f"note: {text}; lower the budget: benches/budgets.py --record")
    for text in over:
        print(f"OVER  {text}")
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
