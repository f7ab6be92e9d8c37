"""PostgreSQL without the service: the same statements, sent by pgbench."""

import json
import re
import subprocess
from pathlib import Path

from .processes import run_measured

POST = """\
\\set thread random(0, 99)
\\set guest random(1, 64)
\\set n :n + 1
\\set id :base + :n * 1000 + :client_id
BEGIN READ WRITE;
SELECT * FROM threads WHERE site_id = {site} AND key = 'load-' || :thread \\gset thread_
SELECT id AS author FROM authors WHERE site_id = {site} AND token_hash = sha256(int4send(:guest)) \\gset
UPDATE threads SET comment_count = comment_count + 1, root_count = root_count + 1, \
last_comment_at = greatest(last_comment_at, :id::bigint >> 22), url = coalesce(url, NULL), \
title = coalesce(title, NULL) WHERE site_id = {site} AND id = :thread_id RETURNING *;
INSERT INTO comments ({columns}) VALUES ({values});
COMMIT;
"""

# What the same post costs in a single statement, so in one round trip.
POST_AT_ONCE = """\
\\set thread random(0, 99)
\\set guest random(1, 64)
\\set n :n + 1
\\set id :base + :n * 1000 + :client_id
WITH thread AS (UPDATE threads SET comment_count = comment_count + 1, root_count = root_count + 1, \
last_comment_at = greatest(last_comment_at, :id::bigint >> 22) \
WHERE site_id = {site} AND key = 'load-' || :thread AND state = 0 RETURNING *), \
author AS (SELECT id FROM authors WHERE site_id = {site} AND token_hash = sha256(int4send(:guest))), \
comment AS (INSERT INTO comments ({columns}) SELECT {values} FROM thread, author RETURNING id) \
SELECT thread.*, comment.id FROM thread, comment;
"""

PAGE = """\
SELECT * FROM threads WHERE site_id = {site} AND key = '{key}';
SELECT * FROM comments WHERE site_id = {site} AND thread_id = {thread} AND listing = 1 AND id < {before} \
ORDER BY id DESC LIMIT {limit};
SELECT reply.* FROM json_array_elements_text('{roots}'::json) AS root CROSS JOIN LATERAL \
(SELECT * FROM comments WHERE root_id = root.value::bigint AND site_id = {site} AND listing = 2 ORDER BY id LIMIT 4) \
AS reply ORDER BY reply.id;
"""


class Postgres:
    """The throw-away server: its address without a database, and its programs."""

    def __init__(self, address, programs, folder):
        self.address, self.programs, self.folder = address, Path(programs), Path(folder)

    def url(self, database, options=""):
        return f"{self.address}/{database}{options}"

    def sql(self, database, *statements, timeout=120):
        commands = [part for statement in statements for part in ("-c", statement)]
        command = [self.programs / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *commands, self.url(database)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)
        if done.returncode != 0:
            raise SystemExit(f"psql failed: {done.stderr}")
        return [line.split("|") for line in done.stdout.splitlines()]

    def pgbench(self, database, server, scripts, seconds, clients, variables, raw):
        """Transactions a second, and the CPU ms of one in the server and in all."""
        files = [part for script in scripts for part in ("-f", str(script))]
        given = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
        command = [str(self.programs / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
        command += ["-T", str(seconds), *given, *files, self.url(database)]
        output, cost = run_measured(command, [server])
        with open(raw, "a") as file:
            file.write(f"$ {' '.join(command)}\n{output}cost: {cost}\n\n")
        done = int(re.search(r"transactions actually processed: (\d+)", output)[1])
        failed = int((re.search(r"failed transactions: (\d+)", output) or [0, "0"])[1])
        rate = float(re.search(r"tps = ([\d.]+) \(without", output)[1])
        return {
            "requests": done,
            "seconds": done / rate,
            "refused": failed,
            "database_cpu_ms": cost["servers_ms"][0] / done,
            "cpu_ms": (cost["servers_ms"][0] + cost["own_ms"]) / done,
        }

    def post_scripts(self, database):
        """A post in several statements and one in a single one, by guests of their own; and the highest id so far."""
        site = self.sql(database, "SELECT id FROM sites WHERE slug = 'default'")[0][0]
        base = int(self.sql(database, "SELECT max(id) FROM comments")[0][0])
        self.sql(
            database,
            "INSERT INTO authors (id, site_id, token_hash, created_at) "
            f"SELECT {base} + number, {site}, sha256(int4send(number)), 0 FROM generate_series(1, 64) AS number",
        )
        names = self.sql(
            database,
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'comments' ORDER BY ordinal_position",
        )
        columns = [name for name, in names]
        # A row of middling length, as the service wrote it.
        sample = self.sql(
            database,
            "SELECT row_to_json(comments) FROM comments WHERE parent_id IS NULL AND status = 1 "
            "ORDER BY length(body), id LIMIT 1 "
            "OFFSET (SELECT count(*) / 2 FROM comments WHERE parent_id IS NULL AND status = 1)",
        )
        sample, scripts = json.loads("|".join(sample[0])), {}
        placed = {"posts": (POST, ":thread_id", ":author"), "posts-at-once": (POST_AT_ONCE, "thread.id", "author.id")}
        for name, (template, thread, author) in placed.items():
            own = {"id": ":id::bigint", "root_id": ":id::bigint", "thread_id": thread, "author_id": author}
            values = ", ".join(own.get(column) or _literal(column, sample[column]) for column in columns)
            scripts[name] = self.folder / f"{name}.sql"
            scripts[name].write_text(template.format(site=site, columns=", ".join(columns), values=values))
        return scripts, base + 64

    def page_scripts(self, database, key, roots):
        """A script for each of some pages all over a thread; few, so that all are soon prepared on every connection."""
        ((site, thread),) = self.sql(database, f"SELECT site_id, id FROM threads WHERE key = '{key}'")
        found = self.sql(
            database, f"SELECT id FROM comments WHERE thread_id = {thread} AND listing = 1 ORDER BY id DESC"
        )
        ids = [int(row[0]) for row in found]
        starts = range(0, max(1, len(ids) - roots), roots)
        chosen = starts[:: max(1, len(starts) // 16)][:16]
        scripts = []
        for start in chosen:
            shown, before = ids[start : start + roots], ids[start] + 1
            text = PAGE.format(site=site, key=key, thread=thread, before=before, limit=roots + 1, roots=shown)
            path = self.folder / f"page-{start}.sql"
            path.write_text(text)
            scripts.append(path)
        return scripts


def _literal(column, value):
    """What a column of a new row gets: what it had in a row that the service wrote, but for the counters."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return "0" if column.endswith("_count") else str(value)
    # A colon begins a variable of pgbench, so it is written as an escape.
    for character, escape in (("\\", "\\\\"), ("'", "\\'"), (":", "\\x3a"), ("\n", "\\n")):
        value = value.replace(character, escape)
    return f"E'{value}'"
