"""SQLite without the service: the bare queries of a page, and rows in batches, one commit for each batch."""

import sqlite3
import time

# The settings of the service that matter for speed, as in src/store/sqlite.rs; what is acknowledged is on the disk.
SETTINGS = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = FAST;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8000;
    PRAGMA mmap_size = 268435456;
    PRAGMA journal_size_limit = 67108864;
"""


def connect(path):
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=64)
    connection.executescript(SETTINGS)
    return connection


def copy(path, target):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as source, sqlite3.connect(target) as made:
        source.backup(made)


class Reader:
    """Reads the pages that the service reads, and adds up what is in the rows inside SQLite, so that next to nothing of
    this program is measured."""

    READ = "count(*), sum(length(body) + length(body_html) + length(author_name) + created_at + up_count + reply_count)"
    THREAD = "SELECT * FROM threads WHERE site_id = ? AND key = ?"
    ROOTS = f"""
        SELECT json_group_array(id), {READ} FROM (SELECT * FROM comments
        WHERE site_id = ? AND thread_id = ? AND listing = 1 AND id < ? ORDER BY id DESC LIMIT ?)"""
    REPLIES = f"""
        SELECT {READ} FROM (SELECT reply.* FROM json_each(?) AS root CROSS JOIN comments AS reply ON reply.id IN
        (SELECT id FROM comments WHERE site_id = ? AND root_id = root.value AND listing = 2 ORDER BY id LIMIT 4))"""

    def __init__(self, path, thread, roots):
        self.connection, self.key, self.roots = connect(path), thread, roots
        self.site, self.thread = self.connection.execute(
            "SELECT site_id, id FROM threads WHERE key = ?", (thread,)
        ).fetchone()
        found = self.connection.execute(
            "SELECT id FROM comments WHERE thread_id = ? AND listing = 1 ORDER BY id DESC", (self.thread,)
        ).fetchall()
        self.positions = [2**63 - 1] + [found[at][0] for at in range(roots - 1, len(found) - 1, roots)]

    def run(self, seconds):
        """Pages a second, and the CPU ms of one."""
        execute, pages, rows = self.connection.execute, 0, 0
        began, cpu = time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds:
            before = self.positions[pages % len(self.positions)]
            execute("BEGIN")
            execute(self.THREAD, (self.site, self.key)).fetchone()
            ids, roots, _ = execute(self.ROOTS, (self.site, self.thread, before, self.roots + 1)).fetchone()
            replies, _ = execute(self.REPLIES, (ids, self.site)).fetchone()
            rows += roots + replies
            execute("COMMIT")
            pages += 1
        elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu
        return {"requests": pages, "seconds": elapsed, "cpu_ms": cpu * 1000 / pages, "rows": rows / pages}


class RowWriter:
    """Adds rows like those of the service to one table: without further indexes, or with those that the service has."""

    def __init__(self, path, target, indexed):
        source = connect(path)
        columns = source.execute("PRAGMA table_info(comments)").fetchall()
        kept = "SELECT sql FROM sqlite_master WHERE tbl_name = 'comments' AND type = 'index'"
        indexes = source.execute(kept).fetchall()
        self.rows = source.execute("SELECT * FROM comments LIMIT 20000").fetchall()
        source.close()
        self.connection = connect(target)
        types = ", ".join(f"{name} {'INTEGER PRIMARY KEY' if key else kind}" for _, name, kind, _, _, key in columns)
        self.connection.execute(f"CREATE TABLE comments ({types}) STRICT")
        for (index,) in indexes if indexed else []:
            self.connection.execute(index)
        self.insert = f"INSERT INTO comments VALUES ({', '.join('?' * len(columns))})"
        self.next = 1 << 60

    def run(self, seconds, batch):
        written = 0
        began, cpu = time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds:
            rows = []
            for _ in range(batch):
                self.next += 1
                rows.append((self.next, *self.rows[self.next % len(self.rows)][1:]))
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(self.insert, rows)
            self.connection.execute("COMMIT")
            written += batch
        return _rate(written, began, cpu)


class Poster:
    """Sends what the service sends for a post by a known guest, on a copy of its database."""

    THREAD = "SELECT * FROM threads WHERE site_id = ? AND key = ?"
    AUTHOR = "SELECT id FROM authors WHERE site_id = ? AND token_hash = ?"
    COUNT = """
        UPDATE threads SET comment_count = comment_count + 1, root_count = root_count + 1,
        last_comment_at = CASE WHEN last_comment_at > ?1 THEN last_comment_at ELSE ?1 END,
        url = coalesce(url, NULL), title = coalesce(title, NULL) WHERE site_id = ?2 AND id = ?3 RETURNING *"""

    def __init__(self, path):
        self.connection = connect(path)
        execute = self.connection.execute
        columns = [row[1] for row in execute("PRAGMA table_info(comments)")]
        self.site = execute("SELECT id FROM sites WHERE slug = 'default'").fetchone()[0]
        self.authors = execute("SELECT token_hash FROM authors LIMIT 64").fetchall()
        sample = execute("SELECT * FROM comments WHERE parent_id IS NULL AND status = 1 LIMIT 5000").fetchall()
        self.columns, self.sample = columns, [dict(zip(columns, row)) for row in sample]
        self.insert = f"INSERT INTO comments ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        self.next = execute("SELECT max(id) FROM comments").fetchone()[0]

    def run(self, seconds, batch):
        execute, written = self.connection.execute, 0
        began, cpu = time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds:
            execute("BEGIN IMMEDIATE")
            for _ in range(batch):
                self.next += 1
                self._post(execute, self.next)
            execute("COMMIT")
            written += batch
        return _rate(written, began, cpu)

    def _post(self, execute, number):
        execute("SAVEPOINT job")
        thread = execute(self.THREAD, (self.site, f"load-{number % 100}")).fetchone()[0]
        author = execute(self.AUTHOR, (self.site, *self.authors[number % len(self.authors)])).fetchone()[0]
        execute(self.COUNT, (number >> 22, self.site, thread)).fetchone()
        own = {"id": number, "root_id": number, "thread_id": thread, "author_id": author, "reply_count": 0}
        own |= {"listed_reply_count": 0, "descendant_count": 0, "up_count": 0, "down_count": 0}
        row = self.sample[number % len(self.sample)] | own
        execute(self.insert, [row[column] for column in self.columns])
        execute("RELEASE job")


def _rate(written, began, cpu):
    elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"requests": written, "seconds": elapsed, "cpu_ms": cpu * 1000 / written}
