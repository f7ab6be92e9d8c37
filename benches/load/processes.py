"""The programs that are measured: starting them, asking the kernel what they cost, stopping them."""

import os
import signal
import socket
import statistics
import subprocess
import time
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
RUNNING = []


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _times(pid):
    """utime, stime, cutime and cstime of a process, in ms; zeros for one that has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return [0.0] * 4
    return [int(field) * TICK_MS for field in fields[11:15]]


def tree(pid):
    """A process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in tree(child))]


def memory_of(pids):
    """What processes hold together, in MB: a page that several share counts once."""
    pages = [Path(f"/proc/{pid}/smaps_rollup").read_text().split("\nPss:", 1)[1].split()[0] for pid in pids]
    return sum(map(int, pages)) / 1024


class Server:
    """A program that listens on a port of 127.0.0.1."""

    def __init__(self, name, command, log, environment=None):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        command = [str(part).replace("{address}", self.address).replace("{port}", str(self.port)) for part in command]
        environment = {key: value.replace("{address}", self.address) for key, value in (environment or {}).items()}
        self.name, self.log = name, log
        with open(log, "ab") as output:
            self.began = time.perf_counter()
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **environment}
            )
        RUNNING.append(self)

    def wait(self, path="/livez"):
        """Asks again and again until there is an answer; how many ms after the start that was."""
        asked = f"GET {path} HTTP/1.1\r\nHost: {self.address}\r\nConnection: close\r\n\r\n".encode()
        while time.perf_counter() - self.began < 60:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
                    connection.sendall(asked)
                    if connection.recv(64).startswith(b"HTTP/1.1 "):
                        return (time.perf_counter() - self.began) * 1000
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.0002)
        raise SystemExit(f"{self.name} did not answer; see {self.log}")

    def cpu_ms(self):
        return sum(sum(_times(pid)[:2]) for pid in tree(self.process.pid))

    def memory_mb(self):
        """What the process holds, in MB: `own` memory, pages of mapped `files`, and the `most` there ever was."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        found = dict(line.split(":", 1) for line in lines)
        parts = {"own": "RssAnon", "files": "RssFile", "resident": "VmRSS", "most": "VmHWM"}
        return {part: int(found[name].split()[0]) / 1024 for part, name in parts.items()}

    def stop(self):
        if self in RUNNING:
            RUNNING.remove(self)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def stop_all():
    for server in list(RUNNING):
        server.stop()


class Database:
    """The processes of a database server; none for SQLite, which runs inside the service."""

    def __init__(self, postmaster=None):
        self.postmaster = postmaster

    def cpu_ms(self):
        if not self.postmaster:
            return 0.0
        children = Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split()
        return sum(_times(self.postmaster)) + sum(sum(_times(child)[:2]) for child in children)


def machine_ms():
    """The CPU time of everything on the machine, what a host took away (steal) included."""
    user, nice, system, _idle, _wait, irq, softirq, steal = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, irq, softirq, steal))) * TICK_MS


def run_measured(command, servers, environment=None, timeout=300):
    """Runs a program to its end: its output, the CPU ms of itself and of each of `servers`, the share of others."""
    before, all_before, began = [server.cpu_ms() for server in servers], machine_ms(), time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    children = os.times()
    try:
        output, _ = process.communicate(timeout=timeout)
    except BaseException:
        process.kill()
        process.wait()
        raise
    elapsed = time.perf_counter() - began
    after = os.times()
    own = (after.children_user + after.children_system - children.children_user - children.children_system) * 1000
    mine = (after.user + after.system - children.user - children.system) * 1000
    costs = [server.cpu_ms() - start for server, start in zip(servers, before)]
    others = machine_ms() - all_before - sum(costs) - own - mine
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} failed:\n{output}")
    share = max(0.0, others / (elapsed * 1000 * os.cpu_count()))
    return output, {"own_ms": own, "servers_ms": costs, "others_share": share}


def start_times(start, times=10):
    """How long a server takes from its start to its first answer, in ms: the least and the median."""
    taken = []
    for _ in range(times):
        with start() as server:
            taken.append(server.wait())
    return min(taken), statistics.median(taken)


def ask(address, path, headers=None, timeout=30):
    """One GET: the status, the headers, and the whole response as it came."""
    lines = {"Host": address, "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=timeout) as stream:
        stream.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        raw = b"".join(iter(lambda: stream.recv(65536), b""))
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    found = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
    return int(lines[0].split()[1]), found, body, raw
