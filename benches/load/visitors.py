"""Visitors: they fill the database by the API, as readers would, and ask for single pages."""

import json
import random
import socket
import time
from urllib.parse import quote

SITE = "/api/v1/sites/default"
# A page of this many roots carries 50 comments, whatever its order: each root has one reply.
ROOTS_OF_50 = 25
# Comments as people write them, 40 to 280 characters.
TEXTS = [
    "Thank you, this is the first article that explains it well.",
    "I was there on Tuesday. The queue went round the block, and nobody knew why the second door stayed shut.",
    "Has anybody compared the numbers with last year's? In the table they rise, in the text they fall; one of the two "
    "must be wrong, and I would like to know which before I repeat either of them at work tomorrow.",
    "Not convinced. The same was promised in 2019, in 2021 and again last spring, and we still wait for the bridge.",
    "My grandmother made it with plum jam instead of sugar, and a little lemon. Naïve, perhaps, but much better so.",
    "The report itself is at https://example.org/reports/2026/11?page=4 and says almost the opposite of the headline. "
    "Please read at least the summary: “no effect could be shown”, which is not the same as “there is no effect”.",
    "Second this.",
    "Who pays for it in the end? The town says the county, the county says the state, and the state has not answered "
    "our letters for half a year. I have kept copies of all of them & will gladly send them to the editors.",
]


class Answer:
    """One answer."""

    __slots__ = ("status", "headers", "body")

    def __init__(self, head, body):
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        self.body = body

    def json(self):
        return json.loads(self.body)


class Line:
    """A connection that is kept open."""

    def __init__(self, address):
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, request):
        self.socket.sendall(request)

    def receive(self):
        data = self.rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        answer = Answer(data[:end], b"")
        length = end + 4 + int(answer.headers.get("content-length", 0))
        while len(data) < length:
            data += self._more()
        answer.body, self.rest = data[end + 4 : length], data[length:]
        return answer

    def _more(self):
        data = self.socket.recv(262144)
        if not data:
            raise SystemExit("the service closed a connection")
        return data

    def close(self):
        self.socket.close()


def request(method, path, value=None, token=None):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    body = b""
    if value is not None:
        body = json.dumps(value).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Visitors:
    """Some people on a connection each, who all ask at once and then wait for each other."""

    def __init__(self, address, number=32):
        self.lines = [Line(address) for _ in range(number)]

    def all(self, requests, expected=(200, 201)):
        answers = []
        for start in range(0, len(requests), len(self.lines)):
            some = requests[start : start + len(self.lines)]
            for line, asked in zip(self.lines, some):
                line.send(asked)
            for line, _ in zip(self.lines, some):
                answer = line.receive()
                if answer.status not in expected:
                    raise SystemExit(f"a request was answered {answer.status}: {answer.body.decode()}")
                answers.append(answer)
        return answers

    def one(self, asked, expected=(200, 201)):
        return self.all([asked], expected)[0]

    def close(self):
        for line in self.lines:
            line.close()


def post(thread, number, token=None, parent=None):
    comment = {
        "thread": {"key": thread, "title": f"An article about {thread}"},
        "author": {"name": f"Reader {number % 500}"},
        "body": TEXTS[number % len(TEXTS)],
    }
    if parent:
        comment["parent_id"] = parent
    return request("POST", f"{SITE}/comments", comment, token)


def vote(comment, value, token):
    return request("PUT", f"{SITE}/comments/{comment}/vote", {"value": value}, token)


def page_path(thread, sort="newest", limit=ROOTS_OF_50, cursor=None):
    path = f"{SITE}/comments?thread={quote(thread, safe='')}&sort={sort}&limit={limit}"
    return f"{path}&cursor={cursor}" if cursor else path


def replies_path(root, limit=50, cursor=None):
    path = f"{SITE}/comments/{root}/replies?limit={limit}"
    return f"{path}&cursor={cursor}" if cursor else path


def counts_path(threads):
    return f"{SITE}/counts?" + "&".join(f"thread={quote(thread, safe='')}" for thread in threads)


def walk(visitors, path_of, pages):
    """The paths of up to so many pages of a list, by the cursor of each for the next."""
    paths, cursor = [], None
    while len(paths) < pages:
        path = path_of(cursor)
        cursor = visitors.one(request("GET", path)).json()["next_cursor"]
        paths.append(path)
        if not cursor:
            break
    return paths


class World:
    """What the database is filled with, by the API alone."""

    LARGE, MIDDLE, SMALL = "/world/large", "/world/middle", "/world/small"
    COMMENTS_OF_MIDDLE = 5000
    LONG, SHORT = "/world/long-branch", "/world/short-branch"
    COUNTED = [f"/counted/{number}" for number in range(20)]
    LOADED = [f"load-{number}" for number in range(100)]

    def __init__(self, address, comments, say):
        self.chance, self.comments = random.Random(50), comments
        self.visitors = Visitors(address)
        began = time.perf_counter()
        first = self.visitors.all([post("/world/guests", number) for number in range(70)])
        tokens = [answer.json()["guest_token"] for answer in first]
        # Nobody votes for a comment of their own, so some only vote.
        self.writers, self.voters = tokens[:64], tokens[64:]
        self.votable = {}
        self.fill(self.SMALL, 50)
        self.fill(self.MIDDLE, self.COMMENTS_OF_MIDDLE)
        self.fill(self.LARGE, comments)
        self.short_root = self.branch(self.SHORT, 50)
        self.replies = max(100, comments // 10)
        self.long_root = self.branch(self.LONG, self.replies)
        for number, thread in enumerate(self.COUNTED + self.LOADED):
            self.visitors.all([post(thread, number + at, self.writer(at)) for at in range(1 + number % 20)])
        self.visitors.close()
        say(f"filled by the API in {time.perf_counter() - began:.0f} s")

    def writer(self, number):
        return self.writers[number % len(self.writers)]

    def fill(self, thread, comments):
        """Each root has one reply, written after all the roots, and in no order; some roots have votes."""
        number = comments * ROOTS_OF_50 // 50
        roots = self.visitors.all([post(thread, at, self.writer(at)) for at in range(number)])
        roots = [answer.json()["comment"]["id"] for answer in roots]
        parents = roots[:]
        self.chance.shuffle(parents)
        answers = self.visitors.all([post(thread, at, self.writer(at), root) for at, root in enumerate(parents)])
        self.votable[thread] = answers[-1].json()["comment"]["id"]
        liked = self.chance.sample(roots, len(roots) // 5)
        votes = [(root, voter) for root in liked for voter in self.voters[: self.chance.randint(1, 2)]]
        self.visitors.all([vote(root, self.chance.choice([1, 1, 1, -1]), voter) for root, voter in votes])

    def branch(self, thread, replies):
        root = self.visitors.one(post(thread, 0, self.writer(0))).json()["comment"]["id"]
        answers = self.visitors.all([post(thread, at, self.writer(at), root) for at in range(replies)])
        self.votable[thread] = answers[-1].json()["comment"]["id"]
        return root
