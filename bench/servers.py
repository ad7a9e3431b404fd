"""The servers of a bench: started here over the same blocks, or running already and named by their URL."""

import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "test", "e2e"))
from ask import http  # pylint: disable=wrong-import-position
from components import start_all, start_prometheus, start_query, start_store  # pylint: disable=wrong-import-position
from fleet import wait_until  # pylint: disable=wrong-import-position

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
REPLICA_LABEL = ("--query.replica-label=replica",)


class Server:
    """One system: where it is asked, and the processes it is made of."""

    def __init__(self, name, url, processes=()):
        self.name, self.url, self.processes = name, url.rstrip("/"), list(processes)

    def ask(self, path_and_query):
        answer = http(self.url + path_and_query, timeout=300)
        if answer.status != 200:
            raise RuntimeError(f"{self.name}: {answer.status} {answer.text[:300]}")
        return answer.body

    def has_closed_ranges(self):
        """Whether it is a Prometheus before 3."""
        try:
            return json.loads(self.ask("/api/v1/status/buildinfo"))["data"]["version"].startswith("2.")
        except (RuntimeError, ValueError, KeyError):
            return False

    def cpu_seconds(self):
        """User and system time of its processes since they started."""
        total = 0
        for process in self.processes:
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS_PER_SECOND

    def peak_bytes(self):
        """The largest resident size of each of its processes."""
        peaks = {}
        for process in self.processes:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                line = next(line for line in status if line.startswith("VmHWM:"))
            peaks[process.name] = int(line.split()[1]) * 1024
        return peaks


def start_fleet_of(fleet, name, binary, bucket):
    """Store and querier of ours or of theirs, as two processes."""
    store = start_store(fleet, binary, bucket, f"{name}-store")
    query = start_query(fleet, binary, [store.grpc], f"{name}-query", REPLICA_LABEL)
    wait_until(60, f"the store in {name}'s view", lambda: query.api.sees(1))
    return Server(name, query.api.base, [store.process, query.process])


def start_one_process(fleet, name, binary, bucket):
    everything = start_all(fleet, binary, bucket, name=name, flags=REPLICA_LABEL)
    wait_until(60, f"the store in {name}'s view", lambda: everything.api.sees(1))
    return Server(name, everything.api.base, [everything.process])


def link_tree(source, target):
    """The same files under another directory, which a Prometheus may write into."""
    shutil.copytree(source, target, copy_function=_link, dirs_exist_ok=True)


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def start_prometheus_on(fleet, binary, bucket):
    version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    number = re.search(r"version (\d+\.\d+)", version.stdout + version.stderr)
    name = f"prometheus-{number[1]}" if number else "prometheus"
    data = fleet.path(f"{name}-data", "")
    link_tree(bucket, data)
    component = start_prometheus(fleet, name, {"global": {"scrape_interval": "1h"}}, data, flags=["--query.max-samples=500000000"],
                                 binary=binary)
    return Server(name, component.api.base, [component.process])
