"""A run as a plot and as tables for people: `python3 -m load.plot FOLDER FILE.svg`, where FILE.md is the page for them.

The plot has bars on logarithmic scales, and colours for light and for dark pages. In the page, what stands between the
two marks is replaced."""

import json
import math
import re
import statistics
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from .table import number

SIDES = ("Rejoinder", "ceiling", "Isso", "Waline")
BEGIN, END = "<!-- begin of what benches/run writes -->", "<!-- end of what benches/run writes -->"
LABELS, WIDTH, VALUES, BAR, GAP = 190, 460, 90, 15, 22
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 14px; font-weight: 600; } .small { font-size: 11px; fill: #59636e; }
  .grid { stroke: #d1d9e0; } .Rejoinder { fill: #0969da; } .ceiling { fill: #8c959f; }
  .Isso { fill: #bc4c00; } .Waline { fill: #8250df; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .small { fill: #9198a1; } .grid { stroke: #3d444d; } .Rejoinder { fill: #4493f8; }
    .ceiling { fill: #6e7681; } .Isso { fill: #f0883e; } .Waline { fill: #ab7df8; }
  }
"""


def panels(results):
    """What is drawn: titles, and for each group of bars its name and a value for each side that has one."""
    peers, small = results.get("peers", {}), results["small"]

    def loads(work, value, ceiling):
        own, best = results[work]["service"], results[work]["ceiling"]
        bars = {"Rejoinder": value(own), "ceiling": ceiling(best) if best else None}
        return bars | {name: value(peers[name][work]) for name in peers if name != "Rejoinder"}

    def middle(value):
        return statistics.median(value) if isinstance(value, list) else value

    def alone(work, own, best=None):
        bars = {"Rejoinder": own, "ceiling": best}
        found = {name: peers[name].get(work) for name in peers if name != "Rejoinder"}
        return bars | {name: middle(each) for name, each in found.items()}

    works = ("page of 50", "counts of 20", "posts, 16 connections")
    per_second = (lambda own: own["per_second"], lambda best: best["requests"] / best["seconds"])
    rates = [(work, loads(work, *per_second)) for work in works]
    costs = [(work, loads(work, lambda own: own["cpu_ms"], lambda best: best["cpu_ms"])) for work in works]
    beside = peers.get("Rejoinder", {})
    start = small["start to first answer, ms (median of 10)"]
    times = [("start", alone("start, ms", start["service"], start["ceiling"]))]
    if beside:
        work = "thread of 5,000, ms"
        times.insert(0, ("5,000 comments", alone(work, middle(beside[work]))))
    held = small["memory after the load, MB"]["service"]
    which = "a page of a thread of 5,000, and " if beside else ""
    return [
        ("Requests a second", "more is better", rates),
        ("CPU for one request, ms", "less is better", costs),
        ("Time, ms", f"less is better: {which}from the start to the first answer", times),
        ("Memory after the load, MB", "less is better", [("memory", alone("memory, MB", held))]),
    ]


def svg(drawn, caption):
    """The plot: bars of one panel share a scale, from a power of ten to another."""
    parts, y = [], 24
    sides = [side for side in SIDES if any(bars.get(side) for _, _, groups in drawn for _, bars in groups)]
    others = " and other services" if len(sides) > 2 else ""
    parts.append(f'<text class="title" x="12" y="{y}">Rejoinder beside its ceilings{others}</text>')
    y += 18
    parts.append(f'<text class="small" x="12" y="{y}">{escape(caption)}</text>')
    y += 22
    x = 12
    for side in sides:
        parts.append(f'<rect class="{side}" x="{x}" y="{y - 10}" width="12" height="12" rx="2"/>')
        parts.append(f'<text x="{x + 18}" y="{y}">{side}</text>')
        x += 110
    for title, which, groups in drawn:
        values = [value for _, bars in groups for value in bars.values() if value]
        low, high = math.floor(math.log10(min(values))) - 1, math.ceil(math.log10(max(values)))
        y += 38
        parts.append(f'<text class="title" x="12" y="{y}">{escape(title)}</text>')
        parts.append(f'<text class="small" x="{LABELS + 20}" y="{y}">{escape(which)}; logarithmic scale</text>')
        top = y + 8
        y = top + 6
        for name, bars in groups:
            shown = [(side, bars[side]) for side in SIDES if bars.get(side)]
            parts.append(f'<text x="{LABELS - 10}" y="{y + BAR - 3}" text-anchor="end">{escape(name)}</text>')
            for side, value in shown:
                length = WIDTH * (math.log10(value) - low) / (high - low)
                parts.append(
                    f'<rect class="{side}" x="{LABELS}" y="{y}" width="{length:.1f}" height="{BAR - 3}" rx="2">'
                    f"<title>{escape(name)}, {side}: {number(value)}</title></rect>"
                )
                parts.append(f'<text x="{LABELS + length + 6:.1f}" y="{y + BAR - 5}">{number(value)}</text>')
                y += BAR
            y += GAP - BAR
        for power in range(low, high + 1):
            at = LABELS + WIDTH * (power - low) / (high - low)
            tick = f"{10**power:,}" if power >= 0 else f"{10**power:.{-power}f}"
            parts.insert(1, f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{top}" y2="{y - 4}"/>')
            parts.append(f'<text class="small" x="{at:.1f}" y="{y + 8}" text-anchor="middle">{tick}</text>')
        y += 8
    width, height = LABELS + WIDTH + VALUES, y + 16
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"'
    label = "Bars of requests a second, CPU, time and memory; the numbers are in the tables of the page"
    return "\n".join([f'{head} aria-label="{label}">', f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def page(text, folder, image):
    """The page, with the plot and the tables of this run in their place."""
    tables = [f"```text\n{(folder / 'run.txt').read_text().strip()}\n```"]
    shares = [
        row["service"]["others_share"]
        for file in folder.glob("*/results.json")
        for row in json.loads(file.read_text()).values()
        if "others_share" in (row.get("service") or {})
    ]
    tables.append(f"Meanwhile other programs took up to {max(shares):.0%} of the machine (the column *others*).")
    for database in ("sqlite", "postgresql"):
        file = folder / database / "table.txt"
        if file.exists():
            name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database]
            tables.append(f"### {name}\n\n```text\n{file.read_text().strip()}\n```")
    made = "\n\n".join([BEGIN, f"![Bars; the numbers are in the tables below]({image})", *tables, END])
    replaced, times = re.subn(f"{re.escape(BEGIN)}.*{re.escape(END)}", lambda _: made, text, flags=re.DOTALL)
    if times != 1:
        raise SystemExit("the page has no place for what was measured")
    return replaced


def main(folder, file):
    measured = next(name for name in ("sqlite", "postgresql") if (folder / name / "results.json").exists())
    results = json.loads((folder / measured / "results.json").read_text())
    lines = (folder / "run.txt").read_text().splitlines()
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    file.write_text(svg(panels(results), f"{names[measured]}; {lines[1]}; {lines[2]}"))
    beside = file.with_suffix(".md")
    beside.write_text(page(beside.read_text(), folder, file.name))


main(*map(Path, sys.argv[1:]))
