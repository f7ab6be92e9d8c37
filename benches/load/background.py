"""A million comments around those that are measured: rows multiplied by SQL, while no service runs.

The counters of the new threads are what counting their rows gives, so `counts --verify` holds. It names tables and
columns: a change of the schema belongs here too."""

import sqlite3
import time

COMMENTS_PER_THREAD = 50
# A number made by the program holds the time in ms above so many bits.
TIME_BITS = 22
SAMPLE = 1000
NUMBERS = "WITH RECURSIVE number (n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {})"


def _copied(columns, changed):
    """The values of copied rows, with some columns changed."""
    return ", ".join(changed.get(column, f"sample.{column}") for column in columns)


def statements(columns, first, comments):
    """What to send. `columns` are those of each table, `first` the lowest ids there are."""
    threads = comments // COMMENTS_PER_THREAD

    # One each ms, before everything else, so that the newest comments stay those that are measured.
    def numbered(table, total, number):
        return f"({first[table]} - ({total} - {number}) * {1 << TIME_BITS})"

    id, thread = numbered("comments", comments, "n"), numbered("threads", threads, f"n % {threads}")
    last = numbered("comments", comments, f"({comments - threads} + n)")
    own = numbered("threads", threads, "n")
    of_thread = {
        "id": own,
        "key": "'/background/' || n",
        "comment_count": str(COMMENTS_PER_THREAD),
        "root_count": str(COMMENTS_PER_THREAD),
        "last_comment_at": f"{last} >> {TIME_BITS}",
        "created_at": f"{own} >> {TIME_BITS}",
    }
    of_comment = {"id": id, "root_id": id, "thread_id": thread, "created_at": f"{id} >> {TIME_BITS}"}
    return (
        "CREATE TEMPORARY TABLE sample AS SELECT row_number() OVER (ORDER BY id) - 1 AS place, * FROM "
        "(SELECT * FROM comments WHERE status = 1 AND listing = 1 AND parent_id IS NULL AND descendant_count = 0 "
        f"AND listed_reply_count = 0 AND up_count = 0 AND down_count = 0 ORDER BY id LIMIT {SAMPLE}) AS chosen",
        f"INSERT INTO threads ({', '.join(columns['threads'])}) {NUMBERS.format(threads)} "
        f"SELECT {_copied(columns['threads'], of_thread)} FROM number, "
        "(SELECT * FROM threads WHERE key = 'load-0') AS sample",
        f"INSERT INTO comments ({', '.join(columns['comments'])}) {NUMBERS.format(comments)} "
        f"SELECT {_copied(columns['comments'], of_comment)} FROM number "
        "JOIN sample ON sample.place = n % (SELECT count(*) FROM sample)",
    )


def fill(rows, sqlite=None, postgres=None):
    """Brings a database to about so many comments: an SQLite file, or the database `service` of a PostgreSQL server.
    Gives how many there are, and the seconds that took."""
    began = time.perf_counter()
    if sqlite:
        connection = sqlite3.connect(sqlite, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        # While it grows, so that the indexes are not written again and again.
        connection.execute("PRAGMA cache_size = -500000")
        listed = "SELECT name FROM pragma_table_info('{}')"

        def run(*sent):
            return [connection.execute(statement).fetchall() for statement in sent][-1]

    else:
        listed = "SELECT column_name FROM information_schema.columns WHERE table_name = '{}'"

        def run(*sent):
            return postgres.sql("service", *sent, timeout=900)

    columns = {table: [row[0] for row in run(listed.format(table))] for table in ("threads", "comments")}
    first = {table: run(f"SELECT min(id) FROM {table}")[0][0] for table in columns}
    there = int(run("SELECT count(*) FROM comments")[0][0])
    missing = max(0, rows - there) // COMMENTS_PER_THREAD * COMMENTS_PER_THREAD
    if missing:
        sent = statements(columns, first, missing)
        run("BEGIN", *sent, "COMMIT")
    if sqlite:
        run("PRAGMA wal_checkpoint (TRUNCATE)")
        connection.close()
    return there + missing, time.perf_counter() - began
