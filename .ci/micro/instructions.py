#!/usr/bin/env python3
"""instructions.py [--record]: counts the instructions of one call of each micro-benchmark and holds them to budgets.toml.

Counted by valgrind's callgrind: two runs of a benchmark, with few and with many calls; their difference is the calls' alone. Time on a
shared machine is noise, instructions are not: three runs, idle or loaded, differ by less than one in a thousand. They hold for one
compiler (rust-toolchain.toml), one libc (judges_instructions of .ci/lib.sh), one Cargo.lock, and x86-64 processors with AVX2, which libc and ring look for.

A case may differ from its budget by 3 %, either way: what became cheaper by more gets a lower budget, or the gain could be lost unseen.
--record prints budgets.toml as it would be now.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUDGETS = pathlib.Path(__file__).with_name("budgets.toml")
PACKAGES = ["--package=wxsession", "--package=wxsession-wechat", "--package=open-data", "--features=open-data/test-util"]
TOLERANCE = 0.03
FEW, MANY = 500, 4500
SLOWED = "slowed_"


def built():
    """The benchmark of each package, by name."""
    command = ["cargo", "bench", "--quiet", "--no-run", "--locked", "--bench", "instructions", "--message-format", "json", *PACKAGES]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    made = [message for message in map(json.loads, done.stdout.splitlines()) if message.get("executable")]
    # …/open-data#0.1.0, or …/shared#wxsession@0.1.0 where the folder has another name.
    return {re.search(r"[/#]([\w-]+)[#@]\d", message["package_id"])[1]: message["executable"]
            for message in made if message["target"]["kind"] == ["bench"]}


def cases(executable):
    return subprocess.run([executable, "list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()


def total(executable, case, times):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", executable, case, str(times)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    collected = re.findall(r"Collected : (\d+)", done.stderr)
    if done.returncode or not collected:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return int(collected[-1])


def count(executable, case):
    """Instructions of one call."""
    return (total(executable, case, MANY) - total(executable, case, FEW)) / (MANY - FEW)


def verdict(case, counted, budget):
    """A line to print, and whether the case keeps to its budget."""
    if budget is None:
        return f"{case}: {counted:.0f} instructions, and no budget: add it to {BUDGETS.name}", False
    change = counted / budget - 1
    line = f"{case}: {counted:.0f} instructions, budget {budget}, {change:+.1%}"
    if counted > budget * (1 + TOLERANCE):
        return f"{line}: slower than its budget", False
    if counted < budget * (1 - TOLERANCE):
        return f"{line}: lower the budget, so that the gain is kept", False
    return line, True


def main():
    budgets = tomllib.loads(BUDGETS.read_text())
    known, good = set(), True
    for package, executable in built().items():
        if "--record" in sys.argv:
            print(f"\n[{package}]")
        for case in (case for case in cases(executable) if not case.startswith(SLOWED)):
            counted = count(executable, case)
            if "--record" in sys.argv:
                print(f"{case} = {counted:.0f}")
                continue
            known.add((package, case))
            line, keeps = verdict(case, counted, budgets.get(package, {}).get(case))
            print(line)
            good &= keeps
    if "--record" in sys.argv:
        return 0
    for package, case in sorted({(package, case) for package, listed in budgets.items() for case in listed} - known):
        print(f"{case}: has a budget, but {package} has no such benchmark")
        good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
