"""More than the service can do: what is still answered, how soon, and what a noisy site does to a quiet one.

The load is that of `open_loop.rs`: requests go out when they are due, whether or not earlier ones were answered, and
times run from when they were due."""

import json
import random
import subprocess

from . import table
from .moderation import ADMIN, add_staff
from .visitors import Visitors, page_path, post, request, walk

# As many as are asked at once to find out what the service can do; and as many as there can be under overload.
AT_CAPACITY, MOST = 128, 4096
QUIET = "quiet"
SEED = 2026
TIMES = 5
# A site's share of what the service can do, and how many times as much a noisy one asks for.
SHARE, NOISE = 0.1, 10
COLUMNS = "can do/s|offered/s|good/s|of peak|p50 ms|p99 ms|refused|unsent|broken|own MB before|own MB after|goal"
TITLES = ["overload", *COLUMNS.split("|")]


class Generator:
    """Runs `open_loop` against the service."""

    def __init__(self, program, service, scratch, raw):
        self.program, self.service, self.scratch, self.raw = program, service, scratch, raw

    def requests(self, name, requests):
        """Keeps requests in a file, in no order but always the same."""
        file = self.scratch / f"{name}.requests"
        requests = list(requests)
        random.Random(SEED).shuffle(requests)
        file.write_bytes(b"".join(b"%d\n%s" % (len(each), each) for each in requests))
        return file

    def run(self, seconds, *streams):
        """One run; a stream is a name, a rate, connections and a file. Gives what came of each, by its name."""
        given = [",".join(map(str, stream)) for stream in streams]
        command = [str(self.program), self.service.address, str(seconds), str(SEED), *given]
        before = self.service.memory_mb()["own"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds + 60)
        if done.returncode != 0:
            raise SystemExit(f"open_loop failed: {done.stderr}")
        with open(self.raw, "a") as file:
            file.write(f"$ {' '.join(command)}\n{done.stdout}\n")
        found = {result["name"]: result for result in map(json.loads, done.stdout.splitlines())}
        for result in found.values():
            result |= {"mb_before": before, "mb_after": self.service.memory_mb()["own"]}
        return found


def compare(generator, world, token, seconds):
    """Two tables, and the numbers behind them."""
    visitors = Visitors(generator.service.address, 16)
    reads = generator.requests("reads", _pages(visitors, "default", world.LARGE, world.comments // 50))
    posts = generator.requests("posts", _posts(world))
    quiet = generator.requests("quiet", _quiet_pages(visitors, token))
    visitors.close()
    rows, numbers = [], {}
    for work, file in (("pages, each another", reads), ("posts", posts)):
        alone = generator.run(seconds, ("capacity", 0, AT_CAPACITY, file))["capacity"]
        peak = max(alone["good_per_second"], 1)
        rows.append(_row(f"{work}, {AT_CAPACITY} always asking", alone, peak))
        half = generator.run(seconds, ("half", peak / 2, MOST, file))["half"]
        rows.append(_row("  half of that", half, peak))
        much = generator.run(seconds, ("much", peak * TIMES, MOST, file))["much"]
        met = much["good_per_second"] / peak >= 0.8 and (much["p99_ms"] or 1e9) < 1000
        goal = f"≥ 0.8 of peak, p99 < 1 s {'met' if met else 'NO'}"
        rows.append(_row(f"  {TIMES} times that", much, peak, goal))
        numbers[work] = {"capacity": alone, "half": half, "much": much}
    peak = max(numbers["pages, each another"]["capacity"]["good_per_second"], 1)
    share = peak * SHARE
    beside = []
    for name, rate in (("quiet", share), ("noisy", share * NOISE)):
        found = generator.run(seconds, (QUIET, share, 512, quiet), ("other", rate, MOST, reads))
        numbers[f"beside a {name} site"] = found
        beside.append(found[QUIET])
    calm, stormy = (result["p99_ms"] or float("inf") for result in beside)
    ratio = stormy / calm
    goals = "", f"p99 ≤ 2 times {'met' if ratio <= 2 else 'NO'}: {table.number(ratio)}"
    for name, result, goal in zip(("another like it", f"one that asks {NOISE} times as much"), beside, goals):
        rows.append(_row(f"a site with {SHARE:.0%} of peak, beside {name}", result, None, goal))
    return table.text(rows, TITLES), numbers


def _row(name, result, peak, goal=""):
    offered = result["offered"] / result["seconds"]
    of_peak = result["good_per_second"] / peak if peak else None

    def share(what):
        return f"{result[what] / max(1, result['offered']):.0%}" if result[what] else ""

    wrong = result["broken"] + result["unanswered"]
    return [
        *(name, peak, offered, result["good_per_second"], of_peak, result["p50_ms"], result["p99_ms"]),
        *(share("refused"), share("unsent"), str(wrong or ""), result["mb_before"], result["mb_after"], goal),
    ]


def _pages(visitors, site, thread, pages):
    """Requests for pages of a thread, more than a cache of the service's size holds of a large one."""

    def path_of(cursor, limit=25):
        return page_path(thread, limit=limit, cursor=cursor).replace("/sites/default/", f"/sites/{site}/")

    paths = walk(visitors, path_of, pages)
    return (request("GET", path.replace("limit=25", f"limit={limit}")) for path in paths for limit in range(20, 30))


def _posts(world):
    return (post(world.LOADED[at % len(world.LOADED)], at, world.writer(at)) for at in range(10_000))


def _quiet_pages(visitors, token):
    visitors.one(request("POST", f"{ADMIN}/sites", {"slug": QUIET}, token))
    filling = (post("/quiet", at).replace(b"/sites/default/", f"/sites/{QUIET}/".encode(), 1) for at in range(2000))
    visitors.all(list(filling))
    return _pages(visitors, QUIET, "/quiet", 80)
