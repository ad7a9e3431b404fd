#!/usr/bin/env python3
"""Mixed fleets: each of our components beside each of the real ones, over the same data, must give the same answers.

Stores and sidecars of both kinds are asked through queriers of both kinds; the answers of the all-real fleet are the measure. A
bucket our sidecar wrote is looked through by the real tools. Skipped without AION_TEST_THANOS, and without a Prometheus."""

import json
import os
import shutil
import subprocess
import sys
import time

SOURCE_DIR = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path[:0] = [os.path.join(SOURCE_DIR, "test", "e2e"), os.path.join(SOURCE_DIR, "test", "compat")]
from answers import answer_difference, is_known, known_differences  # pylint: disable=wrong-import-position
from buckets import block_directories, change_metas, make_bench_bucket  # pylint: disable=wrong-import-position
from components import (aion_binary, prometheus_binary, start_prometheus, start_query, start_sidecar,  # pylint: disable=wrong-import-position
                        start_store, thanos_binary)
from fleet import Fleet, main, run_checks, wait_until  # pylint: disable=wrong-import-position

GOLDEN = os.path.join(SOURCE_DIR, "..", "shared", "golden")
SHOWN = 8


def requests_of(path, request_of_line=lambda line: line):
    with open(path, encoding="utf-8") as lines:
        return [request_of_line(json.loads(line)) for line in lines]


def compare(measure, api, requests):
    known, differences, reviewed = known_differences(), [], 0
    for request in requests:
        if request["path"].endswith(("/status/flags", "/status/buildinfo", "/query_explain")):  # Each tells of itself.
            continue
        difference = answer_difference(measure.reply(request), api.reply(request), request["params"].get("query", ""), notes=False)
        if difference and is_known(request, known):
            reviewed += 1
        elif difference:
            differences.append(f"{request['path']} {request['params']}: {difference[:600]}")
    print(f"      {len(requests)} requests, {len(differences)} differ, and {reviewed} as known")
    assert not differences, "\n".join(differences[:SHOWN])


def over_stores(fleet, name, bucket, requests):
    """Checks: both queriers over both stores, against theirs over theirs."""
    ours, theirs = aion_binary(), thanos_binary()
    stores = {kind: start_store(fleet, binary, bucket, f"{name}-store-{kind}") for kind, binary in (("ours", ours), ("theirs", theirs))}
    queries = {}
    for kind, binary in (("ours", ours), ("theirs", theirs)):
        for behind, store in stores.items():
            queries[kind, behind] = start_query(fleet, binary, [store.grpc], f"{name}-query-{kind}-over-{behind}")
    for query in queries.values():
        wait_until(40, f"{query.process.name} to see its store", lambda query=query: query.api.sees(1))
    measure = queries["theirs", "theirs"].api

    def check(kind, behind):
        def combination(*_):
            compare(measure, queries[kind, behind].api, requests)
        combination.__name__ = f"{name}: {kind} over {behind}"
        return combination
    run_checks([check("ours", "theirs"), check("theirs", "ours"), check("ours", "ours")])


def over_sidecars(fleet):
    """Both sidecars beside one Prometheus with blocks, under both queriers; and queriers stacked on each other."""
    ours, theirs = aion_binary(), thanos_binary()
    data = fleet.path("prometheus", "")
    start = (int(time.time()) // 7200 - 3) * 7200
    make_bench_bucket(data, series=208, hours=4, start=start)
    change_metas(data, lambda meta, _: meta.pop("thanos"))  # As Prometheus leaves them.
    config = {"global": {"scrape_interval": "1h", "external_labels": {"cluster": "eu1", "replica": "a"}}}
    prometheus = start_prometheus(fleet, "prometheus", config, data)
    # Theirs reads only: its shipper would use the same state file.
    bucket = fleet.path("uploaded", "")
    sidecars = {"ours": start_sidecar(fleet, ours, prometheus.http, data, bucket, "sidecar-ours"),
                "theirs": start_sidecar(fleet, theirs, prometheus.http, data, None, "sidecar-theirs")}
    queries = {(kind, behind): start_query(fleet, binary, [sidecar.grpc], f"query-{kind}-over-sidecar-{behind}")
               for kind, binary in (("ours", ours), ("theirs", theirs)) for behind, sidecar in sidecars.items()}
    stacked = {(kind, behind): start_query(fleet, binary, [queries[behind, behind].grpc], f"query-{kind}-over-query-{behind}")
               for kind, behind, binary in (("ours", "theirs", ours), ("theirs", "ours", theirs))}
    for query in [*queries.values(), *stacked.values()]:
        wait_until(40, f"{query.process.name} to see its endpoint", lambda query=query: query.api.sees(1))
    requests = requests_of(os.path.join(SOURCE_DIR, "test", "compat", "requests.jsonl"), lambda request: moved(request, start - 1767225600))
    measure = queries["theirs", "theirs"].api

    def check(query):
        def combination(*_):
            compare(measure, query.api, requests)
        combination.__name__ = query.process.name
        return combination

    def real_tools_verify_our_uploads(*_):
        wait_until(60, "uploaded blocks", lambda: len(block_directories(bucket)) == 2)
        done = subprocess.run([theirs, "tools", "bucket", "verify", f"--objstore.config={json.dumps({'type': 'FILESYSTEM', 'config': {'directory': bucket}})}",
                               "--issues=overlapped_blocks", "--issues=index_known_issues", "--issues=duplicated_compaction"],
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and "level=warn" not in done.stderr and "level=error" not in done.stderr, done.stderr[-3000:]
        done = subprocess.run([theirs, "tools", "bucket", "inspect", f"--objstore.config={json.dumps({'type': 'FILESYSTEM', 'config': {'directory': bucket}})}"],
                              capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and "cluster=eu1,replica=a" in done.stdout, done.stdout + done.stderr
    run_checks([check(queries["ours", "theirs"]), check(queries["theirs", "ours"]), check(queries["ours", "ours"]),
                *(check(query) for query in stacked.values()), real_tools_verify_our_uploads])


def moved(request, seconds):
    """The request about data that lies so many seconds later."""
    params = {}
    for name, value in request["params"].items():
        is_time = name in ("time", "start", "end") and value.isdigit()
        params[name] = str(int(value) + seconds) if is_time else value
    return {"path": request["path"], "params": params}


def test():
    aion_binary(), thanos_binary(), prometheus_binary()
    requests = requests_of(os.path.join(SOURCE_DIR, "test", "compat", "requests.jsonl"))
    which = sys.argv[1] if len(sys.argv) > 1 else "stores"
    with Fleet(f"mixed-{which}") as fleet:
        if which == "sidecars":
            over_sidecars(fleet)
            return
        bucket = fleet.path("own-bucket")
        make_bench_bucket(bucket, series=208, hours=6, replicas=("a", "b"))
        over_stores(fleet, "own", bucket, requests)
        if os.path.isdir(GOLDEN):
            golden = fleet.path("golden-bucket")
            shutil.copytree(os.path.join(GOLDEN, "bucket"), golden)
            over_stores(fleet, "golden", golden, requests_of(os.path.join(GOLDEN, "http", "answers.jsonl")))


if __name__ == "__main__":
    main(test)
