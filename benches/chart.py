"""The chart of docs/performance.md, as an SVG that reads on a light and on a dark page."""

from html import escape

NAMES = {"authorizer": "authorizer (Rust)", "go": "Go", "express": "Express + Redis", "python": "Python 3.11 + boto3", "node": "Node.js 20 + SDK v3"}
WIDTH, LABEL, ROW, BAR = 860, 170, 26, 16
PLOT = WIDTH - LABEL - 150
STYLE = """
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #24292f; }
.title { font-size: 15px; font-weight: 600; }
.note, .other { fill: #57606a; }
.ours { fill: #2f6f4f; }
.theirs { fill: #b8c1cb; }
.page { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .note, .other { fill: #9aa4af; }
  .ours { fill: #56b384; }
  .theirs { fill: #4a545f; }
  .page { fill: #0d1117; }
}
"""


def panels(results):
    """Title, unit, and value by name; the shortest bar first."""
    def values(kind, *figures):
        found = {}
        for name in NAMES:
            row = results["variants"].get(name, {}).get(kind)
            if row and (kind != "share" or name != "express"):
                found[name] = sum(row[figure] for figure in figures)
        return dict(sorted(found.items(), key=lambda item: item[1]))

    yield "CPU time of one check, warm", "µs", values("time", "cpu_us", "helper_cpu_us")
    share = values("share", "cold_ms")
    if share:
        yield "Cold start with the first check, at the CPU share of a 128 MB function", "ms", share
    yield "Memory after a thousand checks", "MiB", values("time", "rss_mib", "helper_rss_mib")


def svg(results):
    parts, y = [], 14
    for title, unit, values in panels(results):
        y += 18
        parts.append(f'<text class="title" x="16" y="{y}">{escape(title)}</text>')
        y += 12
        for name, value in values.items():
            parts.append(row(y, name, value, values["authorizer"], max(values.values()), unit))
            y += ROW
        y += 14
    y += 6
    note = f"Median of {results['rounds']} interleaved rounds, {results['measured_at'][:10]}; loopback network, tables that answer at once: the function's own cost"
    parts.append(f'<text class="note" x="16" y="{y}">{escape(note)}</text>')
    height = y + 16
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
            f'aria-label="CPU, cold start and memory of the authorizer next to Go, Node.js, Python and Express with Redis">'
            f'<style>{STYLE}</style><rect class="page" width="{WIDTH}" height="{height}"/>{"".join(parts)}</svg>\n')


def row(y, name, value, ours, most, unit):
    length = max(2, PLOT * value / most)
    kind = "ours" if name == "authorizer" else "theirs"
    number = f"{value:,.0f}" if value >= 20 else f"{value:.1f}"
    ratio = value / ours
    times = "" if name == "authorizer" else f" · {ratio:.0f} ×" if ratio >= 20 else f" · {ratio:.1f} ×"
    weight = ' font-weight="600"' if name == "authorizer" else ""
    middle = y + ROW / 2 + 4
    return (f'<text x="{LABEL - 8}" y="{middle}" text-anchor="end"{weight}>{escape(NAMES[name])}</text>'
            f'<rect class="{kind}" x="{LABEL}" y="{y + (ROW - BAR) / 2}" width="{length:.1f}" height="{BAR}" rx="2"/>'
            f'<text class="{"" if name == "authorizer" else "other"}" x="{LABEL + length + 8:.1f}" y="{middle}"{weight}>{number} {unit}{times}</text>')
