"""One run on one database: fill it, measure the service and its ceilings in turn, print the tables, keep everything."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import background, bare_sqlite, moderation, overload, pages, peers, table, wrk
from .bare_postgres import Postgres
from .processes import Database, Server, ask, start_times, stop_all
from .visitors import ROOTS_OF_50, TEXTS, Visitors, World, counts_path, page_path, walk

WORKERS = len(os.sched_getaffinity(0))
# The service's own number of connections to PostgreSQL when nothing else is set.
POOL = 8
# The exit code of a run that was measured, in which the store was not as it should be.
WRONG = 3


def options():
    parser = argparse.ArgumentParser(prog="benches/run")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], required=True)
    parser.add_argument("--service", type=Path, required=True)
    parser.add_argument("--ceiling", type=Path, required=True)
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--comments", type=int, default=50_000)
    parser.add_argument("--pending", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--moderation-only", action="store_true")
    parser.add_argument("--postgres-address")
    parser.add_argument("--postgres-programs")
    parser.add_argument("--postmaster", type=int)
    return parser.parse_args()


def say(line):
    print(line, flush=True)


class Run:
    """Everything that one run knows."""

    def __init__(self, given):
        self.given, self.folder, self.scratch = given, given.folder, given.scratch
        self.sqlite = given.database == "sqlite"
        self.database = Database(given.postmaster)
        self.rows, self.results, self.lines, self.faults = [], {}, [], []
        self.beside = None
        if self.sqlite:
            self.file = self.scratch / "service.db"
            self.url = f"sqlite://{self.file}"
        else:
            self.postgres = Postgres(given.postgres_address, given.postgres_programs, self.scratch)
            self.postgres.sql("postgres", "CREATE DATABASE service")
            self.url = self.postgres.url("service", "?sslmode=disable")
        # The slices of the service lie around those of its ceiling, so that a machine that slows down does so for both.
        self.slices = [given.seconds - given.seconds // 2, given.seconds // 2] if given.seconds > 1 else [1]

    def service(self, url=None):
        environment = {
            "REJOINDER__HTTP__LISTEN": "{address}",
            "REJOINDER__HTTP__WORKERS": str(WORKERS),
            "REJOINDER__DATABASE__URL": url or self.url,
            "REJOINDER__LIMITS__ENABLED": "false",
        }
        return Server("the service", [self.given.service, "serve"], self.folder / "service.log", environment)

    def ceiling(self, raw, name):
        answer = self.folder / f"{name}.http"
        answer.write_bytes(raw)
        return Server("the ceiling", [self.given.ceiling, "{address}", WORKERS, answer], self.folder / "ceiling.log")

    def note(self, line):
        self.lines.append(line)
        say(line)

    def add(self, name, own, ceiling=None, goal=None, notes=""):
        self.results[name] = {"service": own, "ceiling": ceiling}
        self.rows.append(table.load_row(name, own, ceiling, goal, notes))
        compared = f", ceiling {table.number(ceiling['requests'] / ceiling['seconds'])}/s" if ceiling else ""
        say(f"  {name}: {table.number(own['per_second'])}/s, {table.number(own['cpu_ms'])} ms CPU{compared}")

    def wrk(self, load, server, path, seconds, connections=None, **more):
        raw = self.folder / "wrk.txt"
        wrk.run(load, server, self.database, path, seconds, connections or self.given.connections, raw=raw, **more)

    def in_turn(self, own, other):
        """Slices of the service and of its ceiling: A B B A."""
        for at, seconds in enumerate(self.slices):
            for part in (own, other) if at % 2 == 0 else (other, own):
                part(seconds)

    # What is measured.

    def read(self, name, service, path, goal, headers=None, status=200):
        """A fixed request against a fixed answer."""
        found, lines, body, raw = ask(service.address, path, headers)
        if found != status:
            raise SystemExit(f"GET {path} was answered {found}, not {status}")
        own, ceiling = wrk.Load(), wrk.Load()
        with self.ceiling(raw, name.replace(" ", "-").replace(",", "").replace("/", "")) as fixed:
            fixed.wait()
            if ask(fixed.address, path, headers)[2] != body:
                raise SystemExit("the ceiling gives another body")
            # Both are warm when it counts.
            for server in (service, fixed):
                self.wrk(wrk.Load(), server, path, 1, headers=headers)
            self.in_turn(
                lambda seconds: self.wrk(own, service, path, seconds, headers=headers),
                lambda seconds: self.wrk(ceiling, fixed, path, seconds, headers=headers),
            )
        notes = f"{len(body):,} bytes {lines.get('content-encoding', 'not compressed')}" if body else "no body"
        own, ceiling = own.result(), ceiling.result()
        if abs(own["bytes"] - ceiling["bytes"]) > 16:
            notes += f"; UNLIKE: {own['bytes']:,.0f} bytes each on the wire, the ceiling's {ceiling['bytes']:,.0f}"
        self.add(name, own, ceiling, goal, notes)

    def reads(self, service, world):
        page = page_path(world.SMALL)
        plain = {"Accept-Encoding": "identity"}
        self.read("livez", service, "/livez", None, plain)
        self.read("page of 50", service, page, ("rate", 0.8), plain)
        for coding in ("gzip", "br"):
            accepted = {"Accept-Encoding": coding}
            if ask(service.address, page, accepted)[1].get("content-encoding") == coding:
                self.read(f"page of 50, {coding}", service, page, ("rate", 0.8), accepted)
        tag = ask(service.address, page, plain)[1]["etag"]
        self.read("page of 50, 304", service, page, ("rate", 0.8), plain | {"If-None-Match": tag}, 304)
        self.read("counts of 20", service, counts_path(world.COUNTED), ("rate", 0.8), plain)

    def changed_reads(self, service, world):
        """Pages all over the large thread, which changes forty times a second, so that none is read twice as it was."""
        visitors = Visitors(service.address, 1)
        found = walk(visitors, lambda cursor: page_path(world.LARGE, cursor=cursor), world.comments // 50)
        visitors.close()
        paths = self.scratch / "pages.txt"
        paths.write_text("".join(f"{path}\n" for path in found))
        own, bare = wrk.Load(), []
        if self.sqlite:
            reader = bare_sqlite.Reader(self.file, world.LARGE, ROOTS_OF_50)
        else:
            scripts = self.postgres.page_scripts("service", world.LARGE, ROOTS_OF_50)

        def read(seconds):
            with pages.Changer(service, world):
                environment = {"BENCH_SEND": "pages", "BENCH_PATHS": str(paths)}
                self.wrk(own, service, "/", seconds, environment=environment)

        def query(seconds):
            if self.sqlite:
                bare.append(reader.run(seconds))
            else:
                raw = self.folder / "pgbench.txt"
                bare.append(self.postgres.pgbench("service", self.database, scripts, seconds, POOL, {}, raw))

        self.in_turn(read, query)
        own = own.result()
        notes = f"bare: its queries alone; {own['bytes']:,.0f} bytes with head"
        self.add("page of 50, after a change", own, _sum(bare), ("cpu", 3), notes)

    def posts(self, service, world):
        texts, tokens = self.scratch / "texts.txt", self.scratch / "tokens.txt"
        escaped = (json.dumps(text, ensure_ascii=False)[1:-1] for text in TEXTS)
        texts.write_text("".join(f"{text}\n" for text in escaped))
        tokens.write_text("".join(f"{token}\n" for token in world.writers))
        new = {"BENCH_TEXTS": str(texts)}
        known = new | {"BENCH_TOKENS": str(tokens)}
        self.posting = known | {"BENCH_SEND": "posts"}
        for connections in sorted({16, self.given.connections}):
            ceilings = self.sqlite_ceilings(connections) if self.sqlite else self.postgres_ceilings()
            self.post(service, world, f"posts, {connections} connections", connections, known, ceilings)
        self.post(service, world, "posts of new guests, with a key", self.given.connections, new, [])

    def post(self, service, world, name, connections, environment, ceilings):
        """Posts, each of them counted in the store afterwards; and in turn with them each of the ceilings."""
        before, own = self.rows_of(service, world), wrk.Load()
        others = [[] for _ in ceilings]

        def post(seconds):
            sending = {"BENCH_SEND": "posts", "BENCH_RUN": str(time.time_ns())} | environment
            self.wrk(own, service, "/", seconds, connections, environment=sending)

        def compare(seconds):
            for parts, (_, _, ceiling) in zip(others, ceilings):
                parts.append(ceiling(seconds))

        self.in_turn(post, compare)
        # What was under way when wrk went can still be written.
        time.sleep(0.5)
        written, acknowledged = self.rows_of(service, world) - before, own.requests - own.refused
        result = own.result() | {"rows": written, "acknowledged": acknowledged}
        state = f"{acknowledged:,} acknowledged, {written:,} rows found"
        if written < acknowledged:
            state += f": LOST {acknowledged - written}"
            self.faults.append(f"{name}: {acknowledged - written} acknowledged posts are not in the store")
        elif written > acknowledged + connections * len(self.slices):
            state += ": TOO MANY"
            self.faults.append(f"{name}: more rows than posts were sent")
        first = ceilings[0] if ceilings else (None, None, None)
        totals = [_sum(parts) for parts in others]
        self.add(name, result, totals[0] if totals else None, first[1], "; ".join(filter(None, (first[0], state))))
        for (what, goal, _), total in list(zip(ceilings, totals))[1:]:
            self.rows.append([f"  {what}", *table.load_row("", result, total, goal)[1:-1], ""])
            self.results[f"{name}: {what}"] = {"ceiling": total}

    def rows_of(self, service, world):
        _, _, body, _ = ask(service.address, counts_path(world.LOADED))
        return sum(count["comment_count"] for count in json.loads(body)["counts"])

    def sqlite_ceilings(self, connections):
        rows = bare_sqlite.RowWriter(self.file, self.scratch / f"rows-{connections}.db", False)
        indexed = bare_sqlite.RowWriter(self.file, self.scratch / f"indexed-{connections}.db", True)
        same = bare_sqlite.Poster(self.scratch / "copy.db")

        def in_batches(bare):
            return lambda seconds: bare.run(seconds, connections)

        return [
            (f"bare rows, {connections} a commit", ("rate", 0.3), in_batches(rows)),
            (f"the same with their indexes, {connections} a commit", None, in_batches(indexed)),
            (f"same statements, {connections} a commit", None, in_batches(same)),
        ]

    def postgres_ceilings(self):
        def send(scripts):
            def run(seconds):
                # Ids that no run before has used.
                self.base += 1 << 32
                raw, given = self.folder / "pgbench.txt", {"base": self.base, "n": 0}
                return self.postgres.pgbench("copy", self.database, [self.scripts[scripts]], seconds, POOL, given, raw)

            return run

        return [
            (f"same statements by pgbench, {POOL} clients", ("rate", 0.5), send("posts")),
            (f"one statement by pgbench, {POOL} clients", None, send("posts-at-once")),
        ]

    def compare_peers(self, service, world):
        """Other services, where they are installed; all of them have SQLite, so only beside that."""
        others = peers.found(self.given.peers, self.scratch, self.folder / "peers.log") if self.sqlite else []
        if others:
            self.beside, self.results["peers"] = peers.compare(self, service, world, others)

    def moderate(self, service):
        """Queues and decisions."""

        def cpu_ms():
            return service.cpu_ms() + self.database.cpu_ms()

        queues = moderation.Queues(service, self.given.service, self.url, self.given.pending, self.note)
        if not self.sqlite:
            self.postgres.sql("service", "VACUUM ANALYZE")
        seconds = max(4 * self.given.seconds, 8)
        self.moderation, self.results["moderation"] = moderation.compare(queues, cpu_ms, seconds)

    def overload(self, world):
        """More than the service can do, by a service that has done nothing else."""
        with self.service() as service:
            service.wait()
            generator = overload.Generator(
                self.given.generator, service, self.scratch, self.folder / "open_loop.txt"
            )
            token = moderation.add_staff(self.given.service, self.url, "Load")
            seconds = max(3, self.given.seconds)
            self.overloaded, self.results["overload"] = overload.compare(generator, world, token, seconds)

    # The order of things.

    def moderation_only(self):
        with self.service() as service:
            service.wait()
            self.moderate(service)
            self.verify()
        self.print([])

    def whole(self):
        options = "" if self.sqlite else "&options=-c%20synchronous_commit%3Doff"
        with self.service(self.url + options) as service:
            service.wait()
            world = World(service.address, self.given.comments, self.note)
        if self.sqlite:
            rows, seconds = background.fill(self.given.rows, sqlite=self.file)
        else:
            rows, seconds = background.fill(self.given.rows, postgres=self.postgres)
        self.note(f"brought to {rows:,} comments by SQL in {seconds:.0f} s")
        if self.sqlite:
            bare_sqlite.copy(self.file, self.scratch / "copy.db")
        else:
            self.postgres.sql("postgres", "CREATE DATABASE copy TEMPLATE service")
            self.postgres.sql("copy", "VACUUM ANALYZE")
            self.postgres.sql("service", "VACUUM ANALYZE")
            self.scripts, self.base = self.postgres.post_scripts("copy")
        least, median = start_times(self.service)
        answer = b"HTTP/1.1 200 OK\r\n\r\n"
        bare, bare_median = start_times(lambda: self.ceiling(answer, "start"))
        small = [["start to first answer, ms (least)", least, bare, least / bare, ""]]
        met = "≤ 100 met" if median <= 100 else "≤ 100 NO"
        small.append(["start to first answer, ms (median of 10)", median, bare_median, median / bare_median, met])
        with self.ceiling(answer, "start") as ceiling:
            ceiling.wait()
            fixed = ceiling.memory_mb()["resident"]
        with self.service() as service:
            service.wait()
            at_rest = service.memory_mb()
            self.reads(service, world)
            self.changed_reads(service, world)
            seconds = max(2 * self.given.seconds, 4)
            self.pages, self.results["pages"] = pages.compare(service, world, seconds)
            self.posts(service, world)
            self.compare_peers(service, world)
            after = service.memory_mb()
            self.moderate(service)
        self.overload(world)
        self.verify()
        small.append(["memory after start, MB", at_rest["resident"], fixed, at_rest["resident"] / fixed, ""])
        met = "≤ 64 met" if after["resident"] <= 64 else "≤ 64 NO"
        small.append(["memory after the load, MB", after["resident"], None, None, met])
        met = "≤ 64 met" if after["own"] <= 64 else "≤ 64 NO"
        small.append(["  its own", after["own"], None, None, met])
        small.append(["  pages of files mapped into it", after["files"], None, None, ""])
        small.append(["memory, MB at its most", after["most"], None, None, ""])
        self.results["small"] = {name.strip(): {"service": own, "ceiling": other} for name, own, other, *_ in small}
        self.print(small)

    def verify(self):
        """Whether all counters in the store are what counting its rows gives."""
        environment = {**os.environ, "REJOINDER__DATABASE__URL": self.url}
        command = [self.given.service, "counts", "--verify"]
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
        )
        output = done.stdout + done.stderr
        (self.folder / "verify.txt").write_text(output)
        self.verified = (output.strip().splitlines() or ["no answer"])[-1]
        if done.returncode != 0:
            self.faults.append(f"counts --verify: {self.verified}")

    def print(self, small):
        titles = ["other", "service", "ceiling", "ratio", "goal"]
        parts = [
            *([table.text(self.rows, table.TITLES), self.pages, table.text(small, titles)] if small else []),
            self.moderation,
            *([self.overloaded] if small else []),
            *([self.beside] if self.beside else []),
            f"counts --verify after all this: {self.verified}",
            *(f"WRONG: {fault}" for fault in self.faults),
        ]
        text = "\n\n".join(parts)
        say(f"\n{text}\n")
        (self.folder / "table.txt").write_text("\n".join(self.lines) + f"\n\n{text}\n")
        (self.folder / "results.json").write_text(json.dumps(self.results, indent=1))


def _sum(parts):
    """Several slices of a ceiling as one."""
    requests = sum(part["requests"] for part in parts)
    cpu = sum(part["cpu_ms"] * part["requests"] for part in parts) / requests
    whole = {"requests": requests, "seconds": sum(part["seconds"] for part in parts), "cpu_ms": cpu}
    if "rows" in parts[0]:
        whole["rows"] = parts[0]["rows"]
    return whole


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        run = Run(options())
        run.moderation_only() if run.given.moderation_only else run.whole()
    finally:
        stop_all()
    if run.faults:
        sys.exit(WRONG)


main()
