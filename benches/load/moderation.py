"""What moderators do: a page of a long queue against one of a short queue, and many decisions in one call."""

import json
import os
import statistics
import subprocess
import time

from . import table
from .visitors import TEXTS, Line, Visitors, request

ADMIN = "/api/v1/admin"
SHORT, LONG = "short", "long"
# Comments in one call, and single calls to set against it.
BULK, SINGLE = 100, 20
# The deep page, or the last one where there are fewer.
DEEP = 200
THREADS = 50


def add_staff(command, url, name):
    """Makes an owner of the service; gives the token."""
    environment = {**os.environ, "REJOINDER__DATABASE__URL": url}
    given = [str(command), "staff", "add", name, "--role", "owner"]
    done = subprocess.run(given, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise SystemExit(f"no staff: {done.stderr}")
    return done.stdout.strip()


class Queues:
    """Two sites on which every comment waits: a short queue and a long one."""

    def __init__(self, service, command, url, length, note):
        self.service, self.length = service, length
        self.token = add_staff(command, url, "Bench")
        self.line = Line(service.address)
        began = time.perf_counter()
        for site, comments in ((SHORT, BULK), (LONG, length)):
            self.ask("POST", "/sites", {"slug": site, "moderation": "pre"}, 201)
            self.fill(site, comments)
            # The service doesn't wait as long as this can take for the next request.
            self.line.close()
            self.line = Line(service.address)
        took = time.perf_counter() - began
        note(f"{length:,} comments wait on one site and {BULK} on another, posted in {took:.0f} s")

    def fill(self, site, comments):
        visitors = Visitors(self.service.address)

        def post(number):
            comment = {
                "thread": {"key": f"/{site}/{number % THREADS}", "title": f"Article {number % THREADS}"},
                "author": {"name": f"Reader {number % 500}"},
                "body": TEXTS[number % len(TEXTS)],
            }
            return request("POST", f"/api/v1/sites/{site}/comments", comment)

        for start in range(0, comments, 1000):
            visitors.all([post(number) for number in range(start, min(start + 1000, comments))], (202,))
        visitors.close()

    def ask(self, method, path, value=None, expected=200):
        self.line.send(request(method, ADMIN + path, value, self.token))
        answer = self.line.receive()
        if answer.status != expected:
            raise SystemExit(f"{method} {path} was answered {answer.status}: {answer.body.decode()}")
        return answer

    def page(self, site, cursor=None, limit=50):
        return f"/comments?site={site}&status=pending&limit={limit}" + (f"&cursor={cursor}" if cursor else "")

    def timed(self, *given):
        began = time.perf_counter()
        answer = self.ask(*given)
        return (time.perf_counter() - began) * 1000, answer


def compare(queues, cpu_ms, seconds):
    """The table of all that is measured here, and the numbers behind it."""
    rows, numbers = [], {}
    pages(queues, seconds / 2, rows, numbers)
    decisions(queues, cpu_ms, seconds / 2, rows, numbers)
    queues.line.close()
    titles = ["moderating", "ms", "against, ms", "ratio", "goal", "notes"]
    return table.text(rows, titles), numbers


def pages(queues, seconds, rows, numbers):
    """A page of each queue in turn, on one connection: the first, and one far down the long one."""
    deep, page = None, 1
    while page < DEEP and (cursor := queues.ask("GET", queues.page(LONG, deep)).json()["next_cursor"]):
        deep, page = cursor, page + 1
    sides = {"short": queues.page(SHORT), "first": queues.page(LONG), "deep": queues.page(LONG, deep)}
    sides["counts"] = f"/queues?site={LONG}"
    taken, until = {side: [] for side in sides}, time.perf_counter() + seconds
    while time.perf_counter() < until or len(taken["short"]) < 30:
        for side, path in sides.items():
            taken[side].append(queues.timed("GET", path)[0])
    short, first, deep, counts = (statistics.median(taken[side]) for side in sides)
    for name, long in (("first page", first), (f"page {page}", deep)):
        met = "≤ 1.2 met" if long / short <= 1.2 else "≤ 1.2 NO"
        notes = f"50 of {queues.length:,} against 50 of {BULK}; medians of {len(taken['short'])}"
        rows.append([f"queue, {name}", long, short, long / short, met, notes])
    rows.append(["queue, its counts", counts, None, None, "", ""])
    numbers.update({f"queue {side}": times for side, times in taken.items()})


def decisions(queues, cpu_ms, seconds, rows, numbers):
    """A hundred decisions in one call, and twenty calls with one each, in turn; all of them publish what waits."""
    waiting, cursor = [], None
    bulk, single, bulk_cpu, single_cpu = [], [], [], []

    def take(number):
        nonlocal cursor
        while len(waiting) < number:
            page = queues.ask("GET", queues.page(LONG, cursor, 100)).json()
            waiting.extend({"id": comment["id"], "version": comment["version"]} for comment in page["comments"])
            cursor = page["next_cursor"]
            if not cursor:
                raise SystemExit("the long queue is too short for so many decisions")
        return [waiting.pop() for _ in range(number)]

    def decide(comments):
        ms, answer = queues.timed("POST", "/decisions", {"action": "approve", "comments": comments})
        if any(result["outcome"] != "applied" for result in answer.json()["results"]):
            raise SystemExit(f"not applied: {json.dumps(answer.json())[:400]}")
        return ms

    until = time.perf_counter() + seconds
    while (time.perf_counter() < until or len(bulk) < 10) and (len(bulk) + 1) * (BULK + SINGLE) < queues.length - 1000:
        many, few, before = take(BULK), take(SINGLE), cpu_ms()
        bulk.append(decide(many))
        between = cpu_ms()
        single.append(sum(decide([comment]) for comment in few))
        bulk_cpu.append(between - before)
        single_cpu.append(cpu_ms() - between)
    for name, one, other in (
        ("time", statistics.median(bulk), statistics.median(single)),
        ("CPU of service and database", statistics.mean(bulk_cpu), statistics.mean(single_cpu)),
    ):
        met = "< 1 met" if one < other else "< 1 NO"
        notes = f"{BULK} in one call against {SINGLE} calls; {len(bulk)} times each"
        rows.append([f"decisions, {name}", one, other, one / other, met, notes])
    numbers.update({"decisions bulk": bulk, "decisions single": single})
