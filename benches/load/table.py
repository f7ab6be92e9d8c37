"""What was measured, as tables that people read."""


def number(value):
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.3f}" if value < 1 else f"{value:.2f}"


def text(rows, titles):
    """Columns as wide as they need to be; the first one left, the others right, notes left again."""
    rows = [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in [titles, *rows]) for at in range(len(titles))]
    left = {0, len(titles) - 1}

    def line(cells):
        places = enumerate(zip(cells, widths))
        padded = (cell.ljust(width) if at in left else cell.rjust(width) for at, (cell, width) in places)
        return "  ".join(padded).rstrip()

    return "\n".join([line(titles), line(["-" * width for width in widths]), *map(line, rows)])


TITLES = "work|req/s|p50 ms|p99 ms|CPU ms|DB CPU|ceiling/s|CPU ms|x rate|x CPU|goal|others|notes".split("|")


def load_row(name, own, ceiling=None, goal=None, notes=""):
    """A row of the large table. `goal` is a pair: `rate` or `cpu`, and the ratio to reach."""
    row = [name, own["per_second"], own["p50_ms"], own["p99_ms"], own["cpu_ms"], own["database_cpu_ms"] or None]
    rate = cpu = None
    if ceiling:
        ceiling_rate = ceiling.get("per_second") or ceiling["requests"] / ceiling["seconds"]
        rate = own["per_second"] / ceiling_rate
        cpu = (own["cpu_ms"] + own["database_cpu_ms"]) / ceiling["cpu_ms"]
        row += [ceiling_rate, ceiling["cpu_ms"], rate, cpu]
    else:
        row += [None, None, None, None]
    row.append(_goal(goal, rate, cpu))
    problems = [f"{own[name]} {name}" for name in ("refused", "broken") if own[name]]
    row += [f"{own['others_share']:.0%}", "; ".join([*problems, *([notes] if notes else [])])]
    return row


def _goal(goal, rate, cpu):
    if not goal or rate is None:
        return ""
    kind, wanted = goal
    met = rate >= wanted if kind == "rate" else cpu <= wanted
    return f"{kind} {'≥' if kind == 'rate' else '≤'} {wanted:g} {'met' if met else 'NO'}"
