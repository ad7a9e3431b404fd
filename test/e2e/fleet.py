"""Processes of a test: started on free loopback ports, waited for with deadlines, stopped by pid.

    with Fleet("name") as fleet:
        store = fleet.start("store", [...], ready=...)

Everything a fleet writes lies in one temporary directory, which goes when the test passes. When it fails, the end of every log
is printed and the directory stays. A process dies with the test even when the test is killed.
"""

import ctypes
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

SKIPPED = 77  # What ctest takes for "skipped".
LOG_LINES_SHOWN = 40
PR_SET_PDEATHSIG = 1

SOURCE_DIR = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Skip(Exception):
    """The test cannot run here; the text says what is missing."""


def wait_until(seconds, what, condition):
    """Calls condition() until it gives something true and returns that; fails after so many seconds. An exception of
    condition() counts as not yet, and is told in the end."""
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            result = condition()
            if result:
                return result
            last = result
        except (OSError, AssertionError, KeyError, IndexError, ValueError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still no {what} (last: {str(last)[:600]})")
        time.sleep(0.1)


class Ports:
    """Hands out free ports below the range the kernel takes outgoing ports from. A file lock keeps tests that run at the same
    time from being given the same one."""

    def __init__(self):
        self._locks = []

    def take(self):
        directory = os.path.join(tempfile.gettempdir(), f"aion-test-ports-{os.getuid()}")
        os.makedirs(directory, exist_ok=True)
        for _ in range(1000):
            port = random.randrange(21000, 32000)
            lock = open(os.path.join(directory, str(port)), "w", encoding="ascii")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            except OSError:
                lock.close()
                continue
            self._locks.append(lock)
            return port
        raise AssertionError("no free port found")

    def address(self):
        return f"127.0.0.1:{self.take()}"


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A started program. `log` is the path of its output, both streams."""

    def __init__(self, name, argv, log, environment=None):
        self.name, self.argv, self.log, self.environment = name, argv, log, environment
        self.child = None
        self.start()

    def start(self):
        with open(self.log, "ab") as out:
            out.write(f"--- {' '.join(self.argv)}\n".encode())
            out.flush()
            self.child = subprocess.Popen(
                self.argv, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=self.environment,
                cwd=os.path.dirname(self.log), preexec_fn=_die_with_parent)

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def kill(self):
        """As a crash: no goodbye."""
        self.child.kill()
        self.child.wait()

    def terminate(self, seconds=15):
        """SIGTERM; returns the exit code, or None when the process had to be killed."""
        if self.running():
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def wait(self, seconds):
        return self.child.wait(seconds)

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()


class Fleet:
    def __init__(self, name):
        self.directory = tempfile.mkdtemp(prefix=f"aion-{name}-")
        self.ports = Ports()
        self.processes = []

    def path(self, *names):
        """A path below the fleet's directory; the directories above it are made."""
        path = os.path.join(self.directory, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, name, text):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def start(self, name, argv, ready=None, seconds=60, environment=None):
        """Starts a process and waits until ready() is true. A process that ends meanwhile fails at once."""
        process = Process(name, argv, self.path(f"{name}.log"), environment)
        self.processes.append(process)
        if ready is not None:
            self.wait_ready(process, ready, seconds)
        return process

    def wait_ready(self, process, ready, seconds=60):
        def poll():
            if not process.running():
                raise RuntimeError(f"{process.name} ended with {process.child.returncode} while it was waited for")
            return ready()
        wait_until(seconds, f"readiness of {process.name}", poll)

    def show_logs(self):
        for process in self.processes:
            state = "running" if process.running() else f"ended with {process.child.returncode}"
            print(f"\n===== {process.name} ({state}), {process.log}")
            print("\n".join(line[:400] for line in process.output().splitlines()[-LOG_LINES_SHOWN:]))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        failed = kind is not None and not issubclass(kind, Skip)
        if failed:
            self.show_logs()
        for process in reversed(self.processes):
            if process.running():
                process.kill()
        if failed or os.environ.get("AION_TEST_KEEP"):
            print(f"\nkept: {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)


def run_checks(checks, *arguments):
    """Runs all checks, also after one failed, and fails when any did."""
    failed = []
    for check in checks:
        started = time.monotonic()
        try:
            check(*arguments)
            print(f"ok    {check.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed.append(check.__name__)
            print(f"FAIL  {check.__name__}\n{traceback.format_exc()}", flush=True)
    if failed:
        raise AssertionError(f"{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}")


def main(test):
    """Runs test() as a program: exit code 0, 1, or SKIPPED."""
    started = time.monotonic()
    try:
        test()
    except Skip as reason:
        print(f"SKIPPED: {reason}")
        sys.exit(SKIPPED)
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc()
        sys.exit(1)
    print(f"passed in {time.monotonic() - started:.1f} s")
