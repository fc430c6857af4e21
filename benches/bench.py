"""benches/run, once its tools are there: build, run, report. See there."""

import argparse
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import time

import budgets
import build
import report
import suite

HERE = pathlib.Path(__file__).resolve().parent
# 128 MB of 1769 MB, at which a function has one whole processor:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
SMALL_SHARE = 7.24
REDIS_PORT, WEB_PORT = 18310, 18311
FAILED = set()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two short rounds, printed and left in quick.json")
    parser.add_argument("--report", action="store_true", help="only rewrite the document")
    options = parser.parse_args()
    if not options.report:
        results = session(budgets.work_folder(), options.quick)
        if options.quick:
            print(report.markdown(results))
            (budgets.work_folder() / "quick.json").write_text(json.dumps(results, indent=1) + "\n")
            sys.exit(1 if FAILED else 0)
        report.LATEST.parent.mkdir(exist_ok=True)
        report.LATEST.write_text(json.dumps(results, indent=1) + "\n")
    missed = report.write(json.loads(report.LATEST.read_text()))
    print(f"docs/performance.md is written; bars missed: {missed}")
    sys.exit(1 if FAILED else 0)


def session(work, quick):
    started = time.monotonic()
    not_run = []
    build.say("building the functions (fat LTO: minutes) …")
    programs = build.functions(work)
    build.say("building the driver and the Rust peers …")
    driver = budgets.build_driver(work)
    variants, about, zips = prepared(work, programs, not_run)
    build.say(f"built after {time.monotonic() - started:.0f} s")
    rounds, events = (2, 100) if quick else (15, 1000)
    tls = work / "tls"
    results = {}
    results["time"] = measured(driver, work, "time", variants, rounds, 200, events, tls=tls)
    functions = [variant for variant in variants if not variant.get("web")]
    if can_share():
        results["share"] = measured(driver, work, "share", functions, 2 if quick else 9, 5, 40, share=SMALL_SHARE, tls=tls)
    else:
        not_run.append("the share of a 128 MB function: the cpu controller cannot be written (it needs root)")
        results["share"] = []
    if shutil.which("valgrind"):
        results["count"] = measured(driver, work, "count", counted(variants, work), 1 if quick else 2, 20, 100, tls=tls)
    else:
        not_run.append("instructions: valgrind is not installed")
        results["count"] = []
    not_run += [f"FAILED, see the output of the run: {name}" for name in sorted(FAILED)]
    for line in not_run:
        build.say(f"NOT RUN {line}")
    return {
        "measured_at": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "seconds": round(time.monotonic() - started),
        "machine": machine(), "commit": commit(), "rounds": rounds, "events": events, "not_run": not_run,
        "about": about, "zip_bytes": zips, **report.reduced(results),
    }


def prepared(work, programs, not_run):
    """All variants of the timed session, what each is, and the sizes of their zips."""
    variants = [suite.function(name, program, "https") for name, program in programs.items()]
    variants.append(suite.refused(programs["authorizer"], "https", work))
    about, zips = {}, {name: budgets.zip_bytes(program) for name, program in programs.items()}
    peers = build.rust_peers(work)
    for name, program in peers.items():
        zips[name] = budgets.zip_bytes(program)
    variants.append(peer("floor", [str(peers["floor"])], "http") | {"signed": False})
    variants.append(peer("hello", [str(peers["hello"])], "https") | {"expected": suite.ALLOWED[:1], "calls": {}})
    about["floor"] = "Rust, blocking sockets, no library, no signature, no TLS"
    about["hello"] = "Rust, lambda_runtime alone: no check, no call"
    for name, make, more in [("node", build.node, {"NODE_EXTRA_CA_CERTS": f"{work}/tls/root.pem"}),
                             ("python", build.python, {"AWS_CA_BUNDLE": f"{work}/tls/root.pem", "PYTHONDONTWRITEBYTECODE": "1"}),
                             ("go", build.go, {"SSL_CERT_FILE": f"{work}/tls/root.pem"})]:
        build.say(f"building the peer {name} …")
        try:
            command, folder, size, about[name] = make(work)
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            not_run.append(f"the peer {name}: {error}")
            continue
        if size:
            zips[name] = size
        variants.append(peer(name, command, "https", more) | {"folder": folder and str(folder)})
    build.say("building the peer express …")
    try:
        command, folder, _, about["express"], redis = build.express(work)
        variants.append(web(command, folder, redis))
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        not_run.append(f"the peer express: {error}")
    return variants, about, zips


def peer(name, command, scheme, more=None):
    variant = suite.function("authorizer", command[0], scheme)
    return variant | {"name": name, "command": command, "steady": False, "environment": variant["environment"] | (more or {})}


def web(command, folder, redis):
    token = suite.TOKEN.removeprefix("Bearer ")
    request = f"GET /me HTTP/1.1\r\nhost: localhost\r\nauthorization: {suite.TOKEN}\r\naccept: */*\r\nuser-agent: Mozilla/5.0 MicroMessenger/8.0.50\r\n\r\n"
    return {
        "name": "express", "command": command, "folder": str(folder), "expected": suite.ALLOWED[1:], "calls": {},
        "environment": {"PATH": "/usr/bin:/bin", "NODE_ENV": "production", "PORT": str(WEB_PORT), "TOKEN": token,
                        "REDIS_URL": f"redis://127.0.0.1:{REDIS_PORT}"},
        "web": {"port": WEB_PORT, "request": request, "helper_port": REDIS_PORT,
                "helper": [redis, "--port", str(REDIS_PORT), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]},
    }


def counted(variants, work):
    """The Rust programs, under a clock that keeps their time limits out of the count."""
    preload = budgets.build_preloads(work)["slow_clock"]
    rust = [variant for variant in variants if len(variant["command"]) == 1 and variant["name"] != "go"]
    return [variant | {"environment": variant["environment"] | {"LD_PRELOAD": str(preload)}} for variant in rust]


def measured(driver, work, name, variants, rounds, warm_up, events, share=None, tls=None):
    """Runs a plan; its rows. A program that failed or answered wrongly once is left out, named, and fails the benchmark."""
    results = work / f"{name}.jsonl"
    results.unlink(missing_ok=True)
    mode = "count" if name == "count" else "time"
    plan = suite.plan(work / f"{name}.json", mode, variants, results, rounds, warm_up, events, share, tls)
    build.say(f"{name}: {len(variants)} programs, {rounds} rounds …")
    subprocess.run([driver, plan], check=False)
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    failed = {variant["name"] for variant in variants if sum(row["variant"] == variant["name"] for row in rows) < rounds}
    FAILED.update(f"{program} ({name})" for program in failed)
    return [row for row in rows if row["variant"] not in failed]


def can_share():
    group = pathlib.Path("/sys/fs/cgroup/cpu")
    return os.access(group if group.is_dir() else "/sys/fs/cgroup/cgroup.subtree_control", os.W_OK) and os.geteuid() == 0


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "")
    system = next((line.split("=", 1)[1].strip().strip('"') for line in open("/etc/os-release") if line.startswith("PRETTY_NAME")), "")
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True, cwd=HERE.parent).stdout.strip()
    return {"cpu": cpu, "processors": os.cpu_count(), "sha_ni": " sha_ni " in flags, "kernel": platform.release(), "system": system,
            "virtual": " hypervisor" in flags, "rustc": rustc, "load_at_end": os.getloadavg()[1]}


def commit():
    run = lambda *command: subprocess.run(["git", *command], cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()
    return run("rev-parse", "--short", "HEAD") + ("+" if run("status", "--porcelain", "--untracked-files=no") else "")


if __name__ == "__main__":
    main()
