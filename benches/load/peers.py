"""Other comment services beside this one, filled with the same comments: what each does in the same run.

Their databases are filled by SQL, since by their own ways it would take many minutes. Each is set up as its own pages
say for a machine of one's own, without the limits that would refuse what is measured here."""

import json
import sqlite3
import statistics
import subprocess
import time
from urllib.parse import quote

from . import table, wrk
from .processes import Server, ask, memory_of, tree
from .visitors import TEXTS, Line, World, counts_path, page_path, vote

CONNECTIONS_THAT_POST = 16
STARTS = 3
SECONDS_OF_READS = 15


class Rejoinder:
    """This service, seen as one of several."""

    name = "Rejoinder"

    def __init__(self, run, server, world):
        self.run, self.server, self.world = run, server, world
        self.version = "here"
        self.changes = 0

    def start(self):
        return self.run.service()

    def page(self, thread):
        return page_path(thread)

    def counts(self, threads):
        return {"path": counts_path(threads)}

    def posts(self):
        return {"path": "/", "environment": {}}

    def rows(self):
        return self.run.rows_of(self.server, self.world)

    def change(self, line):
        """So that the next page of the thread can't come from a cache."""
        self.changes = 1 - self.changes
        line.send(vote(self.world.votable[World.MIDDLE], self.changes, self.world.voters[-1]))
        line.receive()


class Peer:
    """A service that others made."""

    def __init__(self, home, scratch, log):
        self.home, self.file, self.log, self.server = home, scratch / f"{self.name.lower()}.sqlite", log, None

    def change(self, line):
        pass

    def bodies(self, path, body):
        """POSTs of this JSON; in it and in the path, `{thread}` and `{text}` stand for what differs each time."""
        environment = {"BENCH_SEND": "bodies", "BENCH_PATH": path, "BENCH_BODY": json.dumps(body)}
        return {"path": "/", "environment": environment}

    def rows(self):
        with sqlite3.connect(self.file) as connection:
            return connection.execute(f"SELECT count(*) FROM {self.table}").fetchone()[0]

    def fill(self, threads):
        """As many comments for each thread as said; every second one answers the one before."""
        with sqlite3.connect(self.file) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            for thread, comments in threads.items():
                self.fill_thread(connection, thread, comments)


class Isso(Peer):
    """Isso under gunicorn, with SQLite."""

    name, table = "Isso", "comments"

    @staticmethod
    def find(folder):
        home = folder / "isso"
        return home if (home / "bin/gunicorn").exists() else None

    def prepare(self):
        self.settings = self.file.with_suffix(".cfg")
        self.settings.write_text(
            f"[general]\ndbpath = {self.file}\nhost = http://127.0.0.1/\n[guard]\nenabled = false\n"
        )
        asked = [self.home / "bin/python", "-c", "from importlib.metadata import version; print(version('isso'))"]
        self.version = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
        with self.start() as server:
            server.wait()

    def start(self):
        command = [self.home / "bin/gunicorn", "-b", "{address}", "-w", "4", "--timeout", "120", "--preload"]
        command.append("isso.run")
        return Server("Isso", command, self.log, {"ISSO_SETTINGS": str(self.settings)})

    def fill_thread(self, connection, thread, comments):
        made = connection.execute("INSERT INTO threads (uri, title) VALUES (?, 'An article')", (thread,)).lastrowid
        number = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM comments").fetchone()[0]
        rows = []
        for at in range(comments):
            parent, text, name = number + at - 1 if at % 2 else None, TEXTS[at % len(TEXTS)], f"Reader {at % 500}"
            rows.append((made, number + at, parent, 1.7e9 + at, text, name))
        connection.executemany(
            "INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, author, voters) "
            "VALUES (?, ?, ?, ?, 1, '127.0.0.0', ?, ?, zeroblob(256))",
            rows,
        )

    def page(self, thread):
        return f"/?uri={quote(thread, safe='')}"

    def counts(self, threads):
        return self.bodies("/count", threads)

    def posts(self):
        return self.bodies("/new?uri={thread}", {"text": "{text}", "author": "Reader", "title": "An article"})


class Waline(Peer):
    """Waline on Node, with SQLite."""

    name, table = "Waline", "wl_Comment"
    COLUMNS = (
        "id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, comment TEXT, insertedAt DATETIME, ip TEXT, link TEXT, "
        "mail TEXT, nick TEXT, rid INTEGER, pid INTEGER, sticky NUMERIC, status TEXT NOT NULL, `like` INTEGER, "
        "ua TEXT, url TEXT, createdAt DATETIME, updatedAt DATETIME"
    )
    USERS = (
        "id INTEGER PRIMARY KEY AUTOINCREMENT, display_name TEXT, email TEXT, password TEXT, type TEXT, label TEXT, "
        "github TEXT, twitter TEXT, facebook TEXT, google TEXT, weibo TEXT, qq TEXT, oidc TEXT, huawei TEXT, "
        "`2fa` TEXT, avatar TEXT, url TEXT, createdAt DATETIME, updatedAt DATETIME"
    )
    BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"

    @staticmethod
    def find(folder):
        home = folder / "waline/node_modules"
        return home if (home / "sqlite3/build/Release/node_sqlite3.node").exists() else None

    def prepare(self):
        package = self.home / "@waline/vercel"
        self.program = package / "vanilla.js"
        self.version = json.loads((package / "package.json").read_text())["version"]
        with sqlite3.connect(self.file) as connection:
            connection.execute(f"CREATE TABLE wl_Comment ({self.COLUMNS})")
            connection.execute(f"CREATE TABLE wl_Users ({self.USERS})")

    def start(self):
        environment = {
            "SQLITE_PATH": str(self.file.parent),
            "SQLITE_DB": self.file.stem,
            "JWT_TOKEN": "bench",
            "AKISMET_KEY": "false",
            "IPQPS": "0",
            # Where it asks before each answer which ways to sign in there are: here nobody needs to be asked.
            "OAUTH_URL": 'data:application/json,{"services":[]}',
        }
        return Server("Waline", ["node", self.program, "{port}"], self.log, environment)

    def fill_thread(self, connection, thread, comments):
        number = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM wl_Comment").fetchone()[0]
        rows = []
        for at in range(comments):
            parent = number + at - 1 if at % 2 else None
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(1_700_000_000 + at))
            text, name = TEXTS[at % len(TEXTS)], f"Reader {at % 500}"
            rows.append((number + at, text, when, name, parent, parent, self.BROWSER, thread, when, when))
        connection.executemany(
            "INSERT INTO wl_Comment (id, comment, insertedAt, ip, link, mail, nick, rid, pid, status, ua, url, "
            "createdAt, updatedAt) VALUES (?, ?, ?, '127.0.0.1', '', '', ?, ?, ?, 'approved', ?, ?, ?, ?)",
            rows,
        )

    def page(self, thread):
        return f"/api/comment?path={quote(thread, safe='')}&pageSize=25&page=1&sortBy=insertedAt_desc"

    def counts(self, threads):
        return {"path": f"/api/comment?type=count&url={quote(','.join(threads), safe=',')}"}

    def posts(self):
        body = {"comment": "{text}", "nick": "Reader", "mail": "", "link": "", "url": "{thread}", "ua": self.BROWSER}
        return self.bodies("/api/comment", body)


def found(folder, scratch, log):
    """The peers that are installed in this folder."""
    homes = [(kind, kind.find(folder)) for kind in (Isso, Waline)]
    return [kind(home, scratch, log) for kind, home in homes if home]


def threads():
    """The threads of every peer, as in `World`."""
    numbered = {thread: 1 + number % 20 for number, thread in enumerate(World.COUNTED + World.LOADED)}
    return {World.SMALL: 50, World.MIDDLE: World.COMMENTS_OF_MIDDLE, **numbered}


def compare(run, service, world, others):
    """The table of all services, and the numbers behind it. Each is measured in turn, there and back again."""
    for peer in others:
        peer.prepare()
        peer.fill(threads())
        peer.server = peer.start()
        peer.server.wait(peer.page(World.SMALL))
    sides = [Rejoinder(run, service, world), *others]
    numbers = {side.name: {"version": side.version} for side in sides}
    fixed = (
        ("page of 50", run.given.connections, lambda side: {"path": side.page(World.SMALL)}),
        ("counts of 20", run.given.connections, lambda side: side.counts(World.COUNTED)),
    )
    for work, connections, asked in fixed:
        for side, load in _in_turn(run, sides, connections, asked).items():
            numbers[side.name][work] = load.result()
    work = f"posts, {CONNECTIONS_THAT_POST} connections"
    before = {side: side.rows() for side in sides}
    loads = _in_turn(run, sides, CONNECTIONS_THAT_POST, lambda side: side.posts())
    # What was under way when wrk went can still be written.
    _settle(sides)
    for side, load in loads.items():
        counted = {"rows": side.rows() - before[side], "acknowledged": load.requests - load.refused}
        numbers[side.name][work] = load.result() | counted
    for side, taken in _middle_reads(sides).items():
        numbers[side.name]["thread of 5,000, ms"] = taken
    for side in sides:
        numbers[side.name]["memory, MB"] = memory_of(tree(side.server.process.pid))
    for peer in others:
        peer.server.stop()
    for _ in range(STARTS):
        for side in sides:
            with side.start() as server:
                numbers[side.name].setdefault("start, ms", []).append(server.wait(side.page(World.SMALL)))
    return _text(numbers, run.given.connections), numbers


def _in_turn(run, sides, connections, asked):
    loads = {side: wrk.Load() for side in sides}
    for at, seconds in enumerate(max(each, 3) for each in run.slices):
        for side in sides if at % 2 == 0 else reversed(sides):
            given = asked(side)
            environment = run.posting | given.get("environment", {"BENCH_SEND": ""})
            _settle(sides)
            run.wrk(loads[side], side.server, given["path"], seconds, connections, environment=environment)
    return loads


def _settle(sides):
    """Waits until all are at rest: some go on with what wrk no longer waits for."""
    until = time.perf_counter() + 30
    while time.perf_counter() < until:
        before = [side.server.cpu_ms() for side in sides]
        time.sleep(0.3)
        if all(side.server.cpu_ms() - start < 30 for side, start in zip(sides, before)):
            return


def _middle_reads(sides):
    """What a reader waits for the thread of 5,000 after something changed in it, one after another."""
    taken = {side: [] for side in sides}
    path = {side: side.page(World.MIDDLE) for side in sides}
    writer, until = Line(sides[0].server.address), time.perf_counter() + SECONDS_OF_READS
    while time.perf_counter() < until or len(taken[sides[0]]) < 3:
        for side in sides:
            side.change(writer)
            began = time.perf_counter()
            status, _, body, _ = ask(side.server.address, path[side], timeout=120)
            taken[side].append((time.perf_counter() - began) * 1000)
            if status != 200 or len(body) < 1000:
                raise SystemExit(f"{side.name}: {path[side]} was answered {status}: {body[:200]}")
    writer.close()
    return taken


def _text(numbers, connections):
    names = list(numbers)
    rows = []

    def row(work, values, goal="", less_is_better=True, notes=""):
        own, *others = values
        best = min(others) if less_is_better else max(others)
        ratio = best / own if less_is_better else own / max(best, 1e-9)
        met = f"≥ {goal} {'met' if ratio >= goal else 'NO'}" if goal else ""
        rows.append([work, *values, ratio, met, notes])

    def loads(work, goal=""):
        results = [numbers[name][work] for name in names]
        row(f"{work}, req/s", [result["per_second"] for result in results], goal, False)
        row("  CPU ms", [result["cpu_ms"] for result in results])
        row("  p99 ms", [result["p99_ms"] for result in results], 1 if goal else "")
        if "rows" in results[0]:
            kept = [f"{name} {result['rows']:,} of {result['acknowledged']:,}" for name, result in zip(names, results)]
            rows[-1][-1] = "rows found of acknowledged: " + ", ".join(kept)
        return results

    sizes = [f"{name} {result['bytes']:,.0f}" for name, result in zip(names, loads("page of 50"))]
    rows[-1][-1] = "bytes of an answer: " + ", ".join(sizes)
    loads("counts of 20")
    loads(f"posts, {CONNECTIONS_THAT_POST} connections", 10)
    for work in ("thread of 5,000, ms", "start, ms"):
        row(work, [statistics.median(numbers[name][work]) for name in names])
    row("memory after this, MB", [numbers[name]["memory, MB"] for name in names])
    titles = [f"beside others, {connections} connections", *names, "times the best", "goal", "notes"]
    versions = ", ".join(f"{name} {numbers[name]['version']}" for name in names[1:])
    return f"{versions}, each with SQLite\n\n{table.text(rows, titles)}"
