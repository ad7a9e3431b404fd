"""Command lines of the programs a fleet is made of, ours and the real ones beside it.

Environment: AION_BINARY (default build/release/aion), AION_BENCH_BLOCKS, AION_TEST_PROMETHEUS (default Debian's, unpacked by
test.sh), AION_TEST_THANOS (no default)."""

import json
import os
import shutil

from ask import Api
from fleet import SOURCE_DIR, Skip

_DEBIAN = os.path.join(SOURCE_DIR, ".cache", "debian", "prometheus", "usr", "bin")


def _binary(variable, default, hint):
    path = os.environ.get(variable) or default
    if not path or not os.access(path, os.X_OK):
        raise Skip(f"no executable {path or '(none)'}; {hint}")
    return path


def aion_binary():
    return _binary("AION_BINARY", os.path.join(SOURCE_DIR, "build/release/aion"), "build the target aion, or set AION_BINARY")


def bench_blocks_binary():
    return _binary("AION_BENCH_BLOCKS", os.path.join(SOURCE_DIR, "build/release/bench/bench_blocks"),
                   "build the target bench_blocks, or set AION_BENCH_BLOCKS")


def prometheus_binary():
    return _binary("AION_TEST_PROMETHEUS", os.path.join(_DEBIAN, "prometheus"),
                   "run test.sh, which unpacks Debian's, or set AION_TEST_PROMETHEUS")


def promtool_binary():
    """The promtool beside the Prometheus."""
    path = os.path.join(os.path.dirname(prometheus_binary()), "promtool")
    return _binary("AION_TEST_PROMTOOL", path if os.access(path, os.X_OK) else shutil.which("promtool"), "set AION_TEST_PROMTOOL")


def thanos_binary():
    return _binary("AION_TEST_THANOS", None, "set AION_TEST_THANOS to the real binary for mixed fleets")


def filesystem_bucket(directory):
    """Bucket configuration; JSON is YAML too."""
    return json.dumps({"type": "FILESYSTEM", "config": {"directory": directory}})


class Component:
    """A running component with the addresses it was given."""

    def __init__(self, fleet, name, argv, http, grpc=None, wait=True, seconds=60):
        self.fleet, self.http, self.grpc, self.api = fleet, http, grpc, Api(http)
        self.process = fleet.start(name, argv, self.api.ready if wait else None, seconds)

    def restart(self, wait=True, seconds=60):
        """Starts it again on the same addresses after it was killed."""
        self.process.start()
        if wait:
            self.fleet.wait_ready(self.process, self.api.ready, seconds)


def _thanos_like(fleet, binary, name, command, flags, wait=True):
    """A component of ours or of theirs: the same flags."""
    http, grpc = fleet.ports.address(), fleet.ports.address()
    argv = [binary, command, f"--http-address={http}", f"--grpc-address={grpc}", "--http-grace-period=1s", "--grpc-grace-period=1s"]
    return Component(fleet, name, argv + flags, http, grpc, wait)


def start_store(fleet, binary, bucket, name="store", flags=(), wait=True):
    data = fleet.path(f"{name}-data", "")
    return _thanos_like(fleet, binary, name, "store",
                        [f"--data-dir={data}", f"--objstore.config={filesystem_bucket(bucket)}", *flags], wait)


def start_query(fleet, binary, endpoints, name="query", flags=("--query.replica-label=replica",), wait=True):
    return _thanos_like(fleet, binary, name, "query", [*(f"--endpoint={e}" for e in endpoints), *flags], wait)


def start_all(fleet, binary, bucket, endpoints=(), name="all", flags=("--query.replica-label=replica",), wait=True):
    data = fleet.path(f"{name}-data", "")
    return _thanos_like(fleet, binary, name, "all",
                        [f"--data-dir={data}", f"--objstore.config={filesystem_bucket(bucket)}",
                         *(f"--endpoint={e}" for e in endpoints), *flags], wait)


def start_sidecar(fleet, binary, prometheus, data, bucket=None, name="sidecar", flags=(), wait=True):
    upload = [f"--objstore.config={filesystem_bucket(bucket)}"] if bucket else []
    return _thanos_like(fleet, binary, name, "sidecar",
                        [f"--prometheus.url=http://{prometheus}", f"--tsdb.path={data}", "--prometheus.get_config_interval=1s",
                         *upload, *flags], wait)


def start_prometheus(fleet, name, config, data, http=None, flags=(), wait=True, binary=None):
    """A Prometheus that cuts no blocks of its own in the time of a test, and keeps all it is given."""
    http = http or fleet.ports.address()
    path = fleet.write(f"{name}.yml", json.dumps(config))
    argv = [binary or prometheus_binary(), f"--config.file={path}", f"--storage.tsdb.path={data}", f"--web.listen-address={http}",
            "--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h", "--storage.tsdb.retention.time=100y",
            "--log.level=warn", *flags]
    return Component(fleet, name, argv, http, wait=wait)
