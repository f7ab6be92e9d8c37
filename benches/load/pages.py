"""Pages of threads that change: what a page costs when it can't come from a cache."""

import statistics
import threading
import time

from . import table
from .visitors import Line, Visitors, counts_path, page_path, post, replies_path, request, vote, walk

# So many pages down lies the deep page.
DEEP = 200


class Changer:
    """Changes the large thread forty times a second, on a connection of its own."""

    def __init__(self, service, world):
        self.line, self.changed, self.token = Line(service.address), world.votable[world.LARGE], world.voters[-1]
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.change, daemon=True)

    def change(self):
        value = 0
        while not self.ended.wait(0.025):
            value = 1 - value
            self.line.send(vote(self.changed, value, self.token))
            self.line.receive()

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        self.line.close()


def targets(service, world):
    """What is compared: a name, and for the small and the large side a comment to vote on and the path of a page."""
    visitors, found = Visitors(service.address, 1), []
    for sort in ("newest", "oldest", "top"):
        small = world.votable[world.SMALL], page_path(world.SMALL, sort)
        pages = walk(visitors, lambda cursor: page_path(world.LARGE, sort, cursor=cursor), DEEP)
        for name, path in (("first page", pages[0]), (f"page {len(pages)}", pages[-1])):
            found.append((f"{sort}, {name}", small, (world.votable[world.LARGE], path)))
    small = world.votable[world.SHORT], replies_path(world.short_root)
    # The last page may not be a full one.
    pages = walk(visitors, lambda cursor: replies_path(world.long_root, cursor=cursor), DEEP)[:-1]
    for name, path in (("first page", pages[0]), (f"page {len(pages)}", pages[-1])):
        found.append((f"replies, {name}", small, (world.votable[world.LONG], path)))
    visitors.close()
    return found


def compare(service, world, seconds):
    """The time of one page, on one connection, right after its thread was changed: small and large in turn. Gives a
    table, and every time that was taken.

    The change is a vote that comes and goes, so that the thread stays as long as it was."""
    compared, line, token = targets(service, world), Line(service.address), world.voters[-1]
    taken = {(name, side): [] for name, *_ in compared for side in ("small", "large")}
    sizes, votes, rounds, until = {}, {}, 0, time.perf_counter() + seconds
    while time.perf_counter() < until or rounds < 30:
        for name, *sides in compared:
            for side, (comment, path) in zip(("small", "large"), sides):
                votes[comment] = 1 - votes.get(comment, 0)
                line.send(vote(comment, votes[comment], token))
                if line.receive().status != 200:
                    raise SystemExit("a vote was refused")
                asked = request("GET", path)
                began = time.perf_counter()
                line.send(asked)
                answer = line.receive()
                taken[name, side].append((time.perf_counter() - began) * 1000)
                if rounds == 0:
                    sizes[name, side] = f"{_comments(answer.json())} comments, {len(answer.body):,} bytes"
        rounds += 1
    posted = posts(line, world, seconds / 4)
    line.close()
    taken |= {key: times for key, (times, _) in posted.items()}
    sizes |= {key: size for key, (_, size) in posted.items()}
    rows = []
    for name, *_ in [*compared, *((name,) for name, side in posted if side == "small")]:
        small, large = (statistics.median(taken[name, side]) for side in ("small", "large"))
        met = "≤ 1.2 met" if large / small <= 1.2 else "≤ 1.2 NO"
        notes = dict.fromkeys(sizes[name, side] for side in ("large", "small"))
        rows.append([name, small, large, large / small, met, " against ".join(notes)])
    threads = f"a thread of {world.comments:,} against one of 50"
    roots = f"a root with {world.replies:,} replies against one with 50"
    head = f"Pages of {threads}, of {roots};\nmedians of {rounds}, one connection"
    titles = ["one request, after a change", "small, ms", "large, ms", "ratio", "goal", "notes"]
    return f"{head}\n\n{table.text(rows, titles)}", {f"{name}, {side}": ms for (name, side), ms in taken.items()}


def posts(line, world, seconds):
    """A post in a thread, a reply, and then the counts of twenty threads with this one among them: in one of the
    hundred threads with a few comments, and in the large one. Times and a note for each and either side."""
    taken, rounds, until = {}, 0, time.perf_counter() + seconds

    def ask(name, side, asked, note):
        began = time.perf_counter()
        line.send(asked)
        answer = line.receive()
        ms = (time.perf_counter() - began) * 1000
        if answer.status not in (200, 201):
            raise SystemExit(f"{name} was answered {answer.status}: {answer.body.decode()}")
        taken.setdefault((name, side), ([], note))[0].append(ms)

    roots = {"small": world.short_root, "large": world.long_root}
    while time.perf_counter() < until or rounds < 30:
        threads = {"small": world.LOADED[rounds % len(world.LOADED)], "large": world.LARGE}
        branches = {"small": world.SHORT, "large": world.LONG}
        for side in ("small", "large") if rounds % 2 == 0 else ("large", "small"):
            token = world.writer(rounds)
            ask("a post", side, post(threads[side], rounds, token), "a root")
            ask("a reply", side, post(branches[side], rounds, token, roots[side]), "to the one root")
            counted = counts_path([threads[side], *world.COUNTED[1:]])
            ask("counts of 20", side, request("GET", counted), "one of them just changed")
        rounds += 1
    return taken


def _comments(page):
    own = page["comments"]
    return len(own) + sum(len(comment["replies"]["comments"]) for comment in own if "replies" in comment)
