#!/usr/bin/env python3
"""Two real Prometheus servers that scrape the same targets, a sidecar beside each, a store and a querier: one view, whole while
any one of them is killed, and healed when it comes back. History reaches the bucket, and damage in the bucket stays where it is.

The servers start with blocks of 2 h in their data directories, so that uploads need not be waited for. Sidecars serve the last
hour only: history comes through the bucket or not at all. Skipped without a Prometheus."""

import os
import shutil
import time

from buckets import block_directories, make_blocks_from_text, read_meta
from components import aion_binary, prometheus_binary, promtool_binary, start_prometheus, start_query, start_sidecar, start_store
from fleet import Fleet, main, wait_until

BLOCK = 7200
STEP = 15
BLOCKS = 2
SERIES = 3
BROKEN_ULID = "01HZ0000000000000000000000"
HALF_ULID = "01HZ1111111111111111111111"


def write_history(fleet, data_directory, start):
    """Blocks with counters 0, 1, 2, … as Prometheus cuts them."""
    lines = ["# TYPE history counter"]
    for series in range(SERIES):
        lines += [f'history_total{{shard="{series}"}} {i} {start + i * STEP}' for i in range(BLOCKS * BLOCK // STEP)]
    text = fleet.write("history.txt", "\n".join(lines) + "\n# EOF\n")
    make_blocks_from_text(text, data_directory)


class Pair:
    def __init__(self, fleet):
        self.fleet, self.bucket = fleet, fleet.path("bucket", "")
        self.start = (int(time.time()) // BLOCK - 4) * BLOCK
        self.prometheus, self.sidecar = {}, {}
        addresses = {replica: fleet.ports.address() for replica in "ab"}
        for replica, address in addresses.items():
            data = fleet.path(f"prometheus-{replica}", "")
            write_history(fleet, data, self.start)
            config = {"global": {"scrape_interval": "1s", "external_labels": {"cluster": "eu1", "replica": replica}},
                      "scrape_configs": [{"job_name": "prometheus", "static_configs": [{"targets": list(addresses.values())}]}]}
            self.prometheus[replica] = start_prometheus(fleet, f"prometheus-{replica}", config, data, address, wait=False)
        for replica, address in addresses.items():
            fleet.wait_ready(self.prometheus[replica].process, self.prometheus[replica].api.ready)
            self.sidecar[replica] = start_sidecar(fleet, aion_binary(), address, fleet.path(f"prometheus-{replica}", ""), self.bucket,
                                                  f"sidecar-{replica}", ["--min-time=-1h"])
        self.store = start_store(fleet, aion_binary(), self.bucket, flags=["--sync-block-duration=1s"])
        self.query = start_query(fleet, aion_binary(), [self.sidecar["a"].grpc, self.sidecar["b"].grpc, self.store.grpc],
                                 flags=["--query.replica-label=replica", "--store.response-timeout=5s"])

    def up(self, **params):
        """`count by (cluster) (up)` now: {cluster: count}."""
        return {s["metric"].get("cluster"): int(s["value"][1]) for s in self.query.api.query("count by (cluster) (up)", time.time(), **params)}

    def view_is_whole(self):
        return self.up() == {"eu1": 2} and self.up(dedup="false") == {"eu1": 4}

    def history(self, **params):
        """Samples of `history_total` over all of its time, summed over its series."""
        value = self.query.api.value(f"sum(count_over_time(history_total[{BLOCKS * BLOCK}s]))", self.start + BLOCKS * BLOCK - 1, **params)
        return int(value or 0)

    def history_is_whole(self):
        samples = SERIES * BLOCKS * BLOCK // STEP
        return self.history() == samples and self.history(dedup="false") == 2 * samples


def one_view(pair):
    wait_until(40, "view of both replicas", pair.view_is_whole)
    labels = pair.query.api.query("up", time.time(), dedup="false")
    assert {s["metric"]["replica"] for s in labels} == {"a", "b"}
    # Not only the store's API goes through the sidecars.
    targets = pair.query.api.data("/api/v1/targets")["activeTargets"]
    assert len(targets) == 2 and {t["labels"]["cluster"] for t in targets} == {"eu1"}, targets
    assert "up" in pair.query.api.data("/api/v1/label/__name__/values")
    assert pair.query.api.data("/api/v1/metadata", metric="prometheus_build_info"), "no metadata"


def history_reaches_the_bucket(pair):
    wait_until(60, "uploaded blocks", lambda: len(block_directories(pair.bucket)) == 2 * BLOCKS)
    for block in block_directories(pair.bucket):
        meta = read_meta(block)
        assert meta["thanos"]["labels"]["cluster"] == "eu1" and meta["thanos"]["source"] == "sidecar", meta
        files = {entry["rel_path"] for entry in meta["thanos"]["files"]}
        assert {"index", "chunks/000001"} <= files, files
    wait_until(30, "history in the view", pair.history_is_whole)
    for replica in "ab":
        assert os.path.exists(pair.fleet.path(f"prometheus-{replica}", "thanos.shipper.json"))
    time.sleep(1)
    assert len(block_directories(pair.bucket)) == 2 * BLOCKS, "a block was uploaded twice"


def half_uploaded_block_is_ignored(pair):
    shutil.copytree(block_directories(pair.bucket)[0], os.path.join(pair.bucket, HALF_ULID), ignore=shutil.ignore_patterns("meta.json"))
    time.sleep(2.5)
    assert pair.store.process.running() and pair.history_is_whole()
    assert os.path.isdir(os.path.join(pair.bucket, HALF_ULID)), "what others upload is not ours to delete"


def truncated_block_is_named(pair):
    source = block_directories(pair.bucket)[0]
    broken = pair.fleet.path("broken", BROKEN_ULID)
    shutil.copytree(source, broken)
    with open(os.path.join(broken, "index"), "r+b") as index:
        index.truncate(os.path.getsize(index.name) // 2)
    meta = os.path.join(broken, "meta.json")
    with open(meta, encoding="utf-8") as text:
        changed = text.read().replace(os.path.basename(source), BROKEN_ULID).replace('"eu1"', '"broken"')
    with open(meta, "w", encoding="utf-8") as out:
        out.write(changed)
    os.rename(broken, os.path.join(pair.bucket, BROKEN_ULID))

    def named():
        return [line for line in pair.store.process.output().splitlines()
                if BROKEN_ULID in line and ("level=warn" in line or "level=error" in line)]
    lines = wait_until(20, "line about the truncated block in the store's log", named)
    print(f"      {lines[0][:300]}")
    assert pair.store.process.running() and pair.history_is_whole(), "other blocks must keep serving"
    shutil.rmtree(os.path.join(pair.bucket, BROKEN_ULID))


def a_killed_prometheus_leaves_no_gap(pair):
    killed = int(time.time())
    pair.prometheus["a"].process.kill()
    time.sleep(12)
    end = int(time.time()) - 2
    steps = pair.query.api.query_range("count by (cluster) (up)", killed, end, 1, lookback_delta="8s")
    assert len(steps) == 1, str(steps)[:1000]
    counts = {int(t): int(value) for t, value in steps[0]["values"]}
    wrong = {t - killed: counts.get(t) for t in range(killed, end + 1) if counts.get(t) != 2}
    assert not wrong, f"seconds after the kill at which not both targets are seen: {wrong}"
    assert pair.sidecar["a"].process.running(), "the sidecar of the killed server ended"
    pair.prometheus["a"].restart()
    wait_until(40, "healed view after Prometheus came back", pair.view_is_whole)


def a_killed_sidecar_is_replaced_by_the_other(pair):
    pair.sidecar["a"].process.kill()
    wait_until(20, "view through the other sidecar", lambda: pair.up() == {"eu1": 2})
    pair.sidecar["a"].restart()
    wait_until(40, "healed view after the sidecar came back", pair.view_is_whole)
    assert len(block_directories(pair.bucket)) == 2 * BLOCKS, "a block was uploaded again"


def a_killed_store_costs_history_only(pair):
    pair.store.process.kill()
    wait_until(20, "live view without the store", pair.view_is_whole)
    answer = pair.query.api.get("/api/v1/query", query="history_total", time=pair.start + 100, partial_response="false")
    assert answer.status != 200 or not answer.json["data"]["result"], "history without the store"
    pair.store.restart()
    wait_until(40, "history after the store came back", pair.history_is_whole)


def a_killed_querier_comes_back(pair):
    pair.query.process.kill()
    pair.query.restart()
    wait_until(40, "view after the querier came back", lambda: pair.view_is_whole() and pair.history_is_whole())


def a_vanished_bucket_is_no_crash(pair):
    away = pair.bucket.rstrip("/") + "-away"
    os.rename(pair.bucket.rstrip("/"), away)
    answer = pair.query.api.get("/api/v1/query", query=f"sum(count_over_time(history_total[{BLOCKS * BLOCK}s]))",
                                time=pair.start + BLOCKS * BLOCK - 1)
    body = answer.json
    print(f"      {answer.status} {str(body.get('error') or body.get('warnings') or body['data']['result'])[:300]}")
    time.sleep(3)
    assert pair.store.process.running() and pair.query.process.running()
    assert pair.view_is_whole(), "the live view does not need the bucket"
    os.rename(away, pair.bucket.rstrip("/"))
    wait_until(40, "history after the bucket came back", pair.history_is_whole)


STEPS = [one_view, history_reaches_the_bucket, half_uploaded_block_is_ignored, truncated_block_is_named,
         a_killed_prometheus_leaves_no_gap, a_killed_sidecar_is_replaced_by_the_other, a_killed_store_costs_history_only,
         a_killed_querier_comes_back, a_vanished_bucket_is_no_crash]


def test():
    prometheus_binary(), promtool_binary(), aion_binary()
    with Fleet("ha-pair") as fleet:
        pair = Pair(fleet)
        for step in STEPS:
            started = time.monotonic()
            step(pair)
            print(f"ok    {step.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
        for process in fleet.processes:
            assert process.terminate() == 0, f"{process.name}: no clean end on SIGTERM"


if __name__ == "__main__":
    main(test)
