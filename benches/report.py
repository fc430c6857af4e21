"""From rows to medians, from medians to docs/performance.md and its chart.

benches/results/latest.json, which other tools may read:

  measured_at, machine, commit, rounds, events, not_run, about, zip_bytes
  variants.NAME.time    medians over the rounds of a timed run: init_ms first_ms cold_ms cold_cpu_ms p50_us p99_us mean_us
                        cpu_us rss_first_mib rss_mib, helper_cpu_us and helper_rss_mib of a web server's Redis
  variants.NAME.share   the same at the share of a processor of a 128 MB function, from the first event on
  variants.NAME.count   init_instructions cold_instructions warm_instructions
  variants.NAME.spread  cpu_us and cold_cpu_ms: quartiles over the rounds
  variants.NAME.calls   calls of each warm event, checked in every run
  ratios.NAME           the authorizer's figure divided by NAME's, round by round, the median; below 1 is better
  bars                  the project's bars: figure, limit, measured, met
"""

import collections
import json
import pathlib
import re
import statistics

import bars
import chart
import suite

ROOT = pathlib.Path(__file__).resolve().parents[1]
LATEST = ROOT / "benches/results/latest.json"
PAGE = ROOT / "docs/performance.md"
IMAGE = ROOT / "docs/images/performance.svg"
FIGURES = ["init_ms", "first_ms", "cold_ms", "cold_cpu_ms", "p50_us", "p99_us", "mean_us", "cpu_us", "rss_first_mib", "rss_mib",
           "helper_cpu_us", "helper_rss_mib", "warm_dynamodb_calls", "warm_connections"]
COUNTS = ["init_instructions", "cold_instructions", "warm_instructions"]
RATIOS = ["cold_ms", "cold_cpu_ms", "p50_us", "p99_us", "cpu_us", "rss_mib"]
BASE = "authorizer"
ORDER = ["authorizer", "authorizer, refused token", "check-session", "login", "sessions", "open-data", "accounts", "floor", "hello", "go", "node", "python", "express"]
NAMES = {"go": "Go + AWS SDK v2 (2022)", "node": "Node.js 20 + AWS SDK v3", "python": "Python 3.11 + boto3", "express": "Express + Redis, a server",
         "floor": "floor: sockets only", "hello": "hello: lambda_runtime only", "authorizer": "**authorizer**"}


# ---- medians

def reduced(results):
    variants = collections.defaultdict(dict)
    for kind, figures in (("time", FIGURES), ("share", FIGURES), ("count", COUNTS)):
        for name, rows in by_variant(results[kind]).items():
            variants[name][kind] = {figure: round(statistics.median(row[figure] for row in rows.values()), 3) for figure in figures}
    for name, rows in by_variant(results["time"]).items():
        spread = {figure: statistics.quantiles([row[figure] for row in rows.values()], n=4) for figure in ("cpu_us", "cold_cpu_ms")}
        variants[name]["spread"] = {figure: [round(at[0], 3), round(at[2], 3)] for figure, at in spread.items()}
        variants[name]["calls"] = suite.WORK[name][2] if name in suite.WORK else None
        variants[name]["cold_calls"] = next(iter(rows.values()))["cold_calls"]
    reduced = {"variants": dict(variants), "ratios": ratios(results["time"]), "share_ratios": ratios(results["share"])}
    return reduced


def by_variant(rows):
    found = collections.defaultdict(dict)
    for row in rows:
        found[row["variant"]][row["round"]] = row
    return found


def ratios(rows):
    """Both ran within the same round, so what the machine did meanwhile falls out."""
    found, ratios = by_variant(rows), {}
    for name, theirs in found.items():
        if name == BASE or BASE not in found:
            continue
        ratios[name] = {}
        for figure in RATIOS:
            pairs = [(found[BASE][place], row) for place, row in theirs.items() if place in found[BASE]]
            values = [whole(ours, figure) / whole(row, figure) for ours, row in pairs if whole(row, figure)]
            if values:
                ratios[name][figure] = round(statistics.median(values), 4)
    return ratios


def whole(row, figure):
    """A server's figure with its Redis: that is part of the check."""
    helper = {"cpu_us": "helper_cpu_us", "rss_mib": "helper_rss_mib"}.get(figure)
    return row[figure] + (row[helper] if helper else 0)


# ---- the document

def write(results):
    """Rewrites the generated parts of the page and the chart; the number of bars missed."""
    judged = bars.judged(results)
    results["bars"] = judged
    LATEST.write_text(json.dumps(results, indent=1) + "\n")
    IMAGE.write_text(chart.svg(results))
    page = PAGE.read_text()
    for name, text in parts(results).items():
        pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.S)
        page, found = pattern.subn(lambda match: f"{match[1]}\n{text}\n\n{match[2]}", page)
        assert found == 1, f"docs/performance.md has one part {name}"
    PAGE.write_text(page)
    return sum(bar["met"] is False for bar in judged)


def markdown(results):
    results["bars"] = bars.judged(results)
    return "\n\n".join(parts(results).values())


def parts(results):
    return {"session": session(results), "ratios": ratio_table(results), "bars": bar_table(results), "figures": figure_table(results),
            "share": share_table(results), "instructions": count_table(results)}


def session(results):
    machine = results["machine"]
    lines = [
        f"Measured {results['measured_at']} at commit `{results['commit']}`: {results['rounds']} rounds of {results['events']:,} warm events, "
        f"{results['seconds'] // 60} min with all building. {machine['processors']} processors ({machine['cpu']}"
        f"{', SHA-NI' if machine['sha_ni'] else ''}{', virtual machine' if machine['virtual'] else ''}), Linux {machine['kernel']}, "
        f"{machine['system']}, {machine['rustc']}; load at the end {machine['load_at_end']:.1f}.",
        "", *(f"- {NAMES[name]}: {text}" for name, text in results["about"].items()),
    ]
    lines += [f"- **not run**: {text}" for text in results["not_run"]]
    return "\n".join(lines)


def ratio_table(results):
    """How many times as much the others need."""
    rows = []
    for name in ("node", "python", "go", "express"):
        found, small = results["ratios"].get(name), results["share_ratios"].get(name, {})
        if found:
            cold = [times(found, "cold_ms"), times(found, "cold_cpu_ms")]
            rows.append([NAMES[name], times(found, "cpu_us"), times(found, "p50_us"), *cold, times(small, "cold_ms"), times(found, "rss_mib")])
    rows.append(["the authorizer itself", *(own(results, figure, kind) for figure, kind in (
        ("cpu_us", "time"), ("p50_us", "time"), ("cold_ms", "time"), ("cold_cpu_ms", "time"), ("cold_ms", "share"), ("rss_mib", "time")))])
    return table(["needs × the authorizer's", "CPU per check", "p50 per check", "cold start", "cold start, CPU", "cold start at a 128 MB share", "memory"], rows)


def times(found, figure):
    return f"**{digits(1 / found[figure])} ×**" if found.get(figure) else "–"


UNITS = {"us": "µs", "ms": "ms", "mib": "MiB"}


def own(results, figure, kind):
    found = results["variants"][BASE].get(kind)
    return f"{digits(found[figure])} {UNITS[figure.rsplit('_')[-1]]}" if found else "–"


def digits(number):
    return f"{number:.0f}" if number >= 20 else f"{number:.1f}" if number >= 3 else f"{number:.2f}"


def bar_table(results):
    rows = []
    for bar in results["bars"]:
        verdict = {True: "met", False: "**missed**", None: "not run"}[bar["met"]]
        rows.append([bar["what"], f"≤ {bar['limit']:g} {bar['unit']}".strip(), "–" if bar["measured"] is None else f"{digits(bar['measured'])} {bar['unit']}".strip(), verdict])
    text = table(["figure", "bar", "measured", ""], rows)
    reasons = [f"- {bar['what']}: {bar['reason']}" for bar in results["bars"] if bar["met"] is False]
    return text + ("\n\nWhy what is missed is missed:\n\n" + "\n".join(reasons) if reasons else "")


def figure_table(results):
    rows = []
    for name in ORDER:
        found = results["variants"].get(name, {}).get("time")
        if found:
            redis = bool(found["helper_rss_mib"])
            cpu = f"{digits(found['cpu_us'])}" + (f" + {digits(found['helper_cpu_us'])}" if redis else "")
            rss = f"{digits(found['rss_mib'])}" + (f" + {digits(found['helper_rss_mib'])}" if redis else "")
            size = results["zip_bytes"].get(name.split(",")[0])
            calls = "–" if name in ("hello", "express") else f"{found['warm_dynamodb_calls']:g}"
            opened = "–" if name in ("hello", "express") else f"{results['variants'][name]['cold_calls']['connections']} / {found['warm_connections']:g}"
            rows.append([NAMES.get(name, name), *(digits(found[figure]) for figure in ("init_ms", "first_ms", "cold_ms", "cold_cpu_ms", "p50_us", "p99_us")),
                         cpu, rss, f"{size / 1e6:.2f}" if size else "–", calls, opened])
    return table(["", "init ms", "first ms", "cold ms", "cold CPU ms", "p50 µs", "p99 µs", "CPU µs", "RSS MiB", "zip MB", "DynamoDB calls", "connections"], rows)


def share_table(results):
    rows = []
    for name in ORDER:
        found = results["variants"].get(name, {}).get("share")
        if found:
            ratio = results["share_ratios"].get(name, {})
            rows.append([NAMES.get(name, name), *(digits(found[figure]) for figure in ("init_ms", "first_ms", "cold_ms", "mean_us")),
                         f"{digits(1 / ratio['cold_ms'])} ×" if ratio.get("cold_ms") else "1"])
    return table(["", "init ms", "first event ms", "cold ms", "mean of warm events µs", "cold, × authorizer"], rows) if rows else "Not run."


def count_table(results):
    rows = []
    for name in ORDER:
        found = results["variants"].get(name, {}).get("count")
        if found:
            rows.append([NAMES.get(name, name), f"{found['init_instructions'] / 1e6:.2f}", f"{found['cold_instructions'] / 1e6:.2f}",
                         f"{found['warm_instructions'] / 1e3:.0f}"])
    return table(["", "start-up, M", "cold (start-up and first event), M", "warm event, k"], rows) if rows else "Not run."


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
