"""Load by wrk: one run, and runs of two servers in turn."""

import json
import os
from pathlib import Path

from .processes import run_measured

SCRIPT = Path(__file__).with_name("wrk.lua")
THREADS = min(2, os.cpu_count())


class Load:
    """What came of one or more runs of wrk against one server."""

    def __init__(self):
        self.requests = self.seconds = self.bytes = self.refused = self.broken = 0
        self.cpu_ms = self.database_ms = self.client_ms = 0.0
        self.p50, self.p99, self.others = [], [], []

    def add(self, report, cost):
        for name in ("requests", "seconds", "bytes", "refused", "broken"):
            setattr(self, name, getattr(self, name) + report[name])
        self.cpu_ms += cost["servers_ms"][0]
        self.database_ms += cost["servers_ms"][1]
        self.client_ms += cost["own_ms"]
        self.p50.append(report["p50_ms"])
        self.p99.append(report["p99_ms"])
        self.others.append(cost["others_share"])

    def result(self):
        done = max(1, self.requests)
        return {
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
            "per_second": self.requests / self.seconds,
            "p50_ms": sum(self.p50) / len(self.p50),
            "p99_ms": sum(self.p99) / len(self.p99),
            "cpu_ms": self.cpu_ms / done,
            "database_cpu_ms": self.database_ms / done,
            "client_cpu_ms": self.client_ms / done,
            "bytes": self.bytes / done,
            "refused": self.refused,
            "broken": self.broken,
            "others_share": max(self.others),
        }


def run(load, server, database, path, seconds, connections, headers=None, environment=None, raw=None):
    """One run of wrk; what came of it goes into `load`."""
    command = ["wrk", f"-t{THREADS}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(SCRIPT)]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    command.append(f"http://{server.address}{path}")
    output, cost = run_measured(command, [server, database], environment, timeout=seconds + 120)
    report = json.loads(next(line for line in output.splitlines() if line.startswith("RESULT "))[7:])
    load.add(report, cost)
    if raw:
        with open(raw, "a") as file:
            file.write(f"$ {' '.join(command)}\n{output}cost: {json.dumps(cost)}\n\n")
