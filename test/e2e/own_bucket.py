#!/usr/bin/env python3
"""Store and querier over a bucket this test makes itself: answers known from a real querier over the same bytes, and what every
client relies on around them (POST, gzip, CORS, probes, metrics, the list of stores).

    own_bucket.py             the test
    own_bucket.py --record    with AION_BINARY naming the real thing: writes the known answers anew"""

import gzip
import json
import os
import re
import sys

from ask import http
from buckets import START, make_bench_bucket
from components import aion_binary, start_query, start_store
from fleet import SOURCE_DIR, Fleet, main, run_checks, wait_until

sys.path.insert(0, os.path.join(SOURCE_DIR, "test", "compat"))
from answers import answer_difference, is_known, known_differences  # pylint: disable=wrong-import-position

REQUESTS = os.path.join(SOURCE_DIR, "test", "compat", "requests.jsonl")
ANSWERS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "own_bucket_answers.jsonl.gz")
NOW = START + 4801


def record(api):
    with open(REQUESTS, encoding="utf-8") as requests, gzip.GzipFile(ANSWERS, "wb", mtime=0) as out:
        for line in requests:
            out.write((json.dumps([json.loads(line), *api.reply(json.loads(line))]) + "\n").encode())


def known_answers(api):
    known, differences, reviewed = known_differences(), [], 0
    with gzip.open(ANSWERS, "rt", encoding="utf-8") as answers:
        for count, line in enumerate(answers, 1):
            request, status, body = json.loads(line)
            difference = answer_difference((status, body), api.reply(request), request["params"].get("query", ""))
            if difference and is_known(request, known):
                reviewed += 1
            elif difference:
                differences.append(f"{request['path']} {request['params']}: {difference[:500]}")
    print(f"      {count} answers, {len(differences)} differ, and {reviewed} as known")
    assert not differences, "\n".join(differences)


def deduplication(api):
    assert api.value("count(up)", NOW) == 2
    assert api.value("count(up)", NOW, dedup="false") == 4
    assert {s["metric"].get("replica") for s in api.query("up", NOW)} == {None}
    assert {s["metric"]["replica"] for s in api.query("up", NOW, dedup="false")} == {"a", "b"}
    # Replica b misses 20 scrapes; the view has no gap there.
    hole = START + 15 * 985
    assert api.value("count(up)", hole, lookback_delta="20s") == 2
    assert api.value("count(up)", hole, lookback_delta="20s", dedup="false") == 2


def posted_forms(api):
    posted = api.post("/api/v1/query", query="sum(up)", time=NOW).json
    assert posted["data"]["result"] == api.query("sum(up)", NOW), posted
    assert api.post("/api/v1/labels").json["data"] == api.data("/api/v1/labels")
    assert api.post("/api/v1/series", **{"match[]": "up"}, start=START, end=NOW).json["data"]


def compression(api):
    url = f"{api.base}/api/v1/query?query=http_requests_total&time={NOW}"  # Small answers may go plain.
    packed, plain = http(url, headers={"Accept-Encoding": "gzip"}), http(url)
    assert packed.headers.get("content-encoding") == "gzip", packed.headers
    assert gzip.decompress(packed.body) == plain.body


def cors(api):
    for answer in (http(api.base + "/api/v1/query", "OPTIONS"), api.get("/api/v1/query", query="up")):
        headers = answer.headers
        assert headers.get("access-control-allow-origin") == "*", headers
        assert "POST" in headers.get("access-control-allow-methods", ""), headers
        assert "Authorization" in headers.get("access-control-allow-headers", ""), headers
        assert headers.get("access-control-expose-headers") == "Date", headers


def caching_headers(api):
    assert "no-store" in api.get("/api/v1/query", query="up{").headers.get("cache-control", "")
    assert "no-store" not in api.get("/api/v1/query", query="up", time=NOW).headers.get("cache-control", "")


def stores(api):
    listed = api.data("/api/v1/stores")
    assert list(listed) == ["store"] and len(listed["store"]) == 1, listed
    store = listed["store"][0]
    assert store["lastError"] is None, store
    assert store["labelSets"] == [{"cluster": "eu1", "replica": "a"}, {"cluster": "eu1", "replica": "b"}], store
    assert store["minTime"] == START * 1000 and store["maxTime"] == (START + 6 * 3600) * 1000, store


def status_pages(api):
    assert "version" in api.data("/api/v1/status/buildinfo")
    flags = api.data("/api/v1/status/flags")
    assert flags["query.replica-label"].strip("[]") == "replica" and flags["query.timeout"] == "2m", flags
    assert "startTime" in api.data("/api/v1/status/runtimeinfo")


def probes(api):
    assert api.get("/-/healthy").status == 200 and api.get("/-/ready").status == 200


SAMPLE = re.compile(r'^[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="(\\.|[^"\\])*",?)*\})? (-?[0-9.]+(e[+-]?\d+)?|NaN|[+-]Inf)( \d+)?$')


def metrics_of(api, *names):
    text = api.get("/metrics").text
    wrong = [line for line in text.splitlines() if line and not line.startswith("#") and not SAMPLE.match(line)]
    assert not wrong, wrong[:5]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) == len({line.rsplit(" ", 1)[0] for line in lines}), "a series is there twice"
    for name in names:
        assert re.search(rf"^{name}[ {{]", text, re.MULTILINE), f"metric {name} is missing"
    return text


def query_metrics(api):
    text = metrics_of(api, "thanos_status", "http_requests_total", "http_request_duration_seconds_bucket", "process_cpu_seconds_total",
                      "thanos_store_nodes_grpc_connections", "thanos_query_concurrent_gate_queries_max",
                      "thanos_query_concurrent_selects_gate_selects_max", "prometheus_engine_queries",
                      "prometheus_engine_query_duration_seconds_count", "thanos_store_api_query_duration_seconds_count",
                      "thanos_store_server_pending_series_requests", "thanos_proxy_store_empty_stream_responses_total")
    assert re.search(r'thanos_status\{check="ready",component="query"\} 1', text), "not shown as ready"


def hostile_requests(api):
    name = {"THANOS-TENANT": "caf\u00e9".encode().decode("latin-1"), "X-Request-ID": "caf\u00e9".encode().decode("latin-1")}
    answer = http(api.base + "/api/v1/query?query=up", headers=name)
    assert answer.status == 200 and re.fullmatch(r"[0-9A-Z]{26}", answer.headers["x-request-id"]), answer
    answer = http(api.base + "/api/v1/query?query=up", headers={"X-Request-ID": "mine"})
    assert answer.headers["x-request-id"] == "mine"
    for query in ["(" * 10000 + "up" + ")" * 10000, "+".join(["1"] * 500000), '{__name__=~".+"} * on() group_left() {__name__=~".+"}',
                  "count_over_time(vector(1)[1000000000s:1s])"]:
        assert api.post("/api/v1/query", query=query, time=NOW).status in (400, 422), query[:80]
    assert api.value("count(up)", NOW) == 2


def blocks(api):
    view = api.data("/api/v1/blocks", view="loaded")
    assert len(view["blocks"]) == 6 and view["err"] is None and view["label"] == "replica", view
    block = view["blocks"][0]["ulid"]
    assert api.post("/api/v1/blocks/mark", id=block, action="NO_COMPACTION", detail="test").status == 204
    assert api.post("/api/v1/blocks/mark", id=block, action="NOTHING").status == 400
    assert api.get("/blocks").status == 200 and "version" in api.data("/api/v1/status/buildinfo")


def test():
    with Fleet("own-bucket") as fleet:
        bucket = fleet.path("bucket")
        make_bench_bucket(bucket, series=208, hours=6, replicas=("a", "b"))
        store = start_store(fleet, aion_binary(), bucket, flags=("--bucket-web-label=replica",))
        query = start_query(fleet, aion_binary(), [store.grpc])
        wait_until(30, "the store in the query view", lambda: query.api.sees(1))
        if "--record" in sys.argv:
            record(query.api)
            return
        run_checks([known_answers, deduplication, posted_forms, compression, cors, caching_headers, stores, status_pages, probes,
                    query_metrics, hostile_requests], query.api)

        def store_metrics(api):
            text = metrics_of(api, "thanos_status", "thanos_bucket_store_blocks_loaded", "thanos_objstore_bucket_operations_total",
                              "grpc_server_handled_total")
            assert re.search(r"^thanos_bucket_store_blocks_loaded 6$", text, re.MULTILINE), "6 blocks expected"
        run_checks([probes, store_metrics, blocks], store.api)
        assert query.process.terminate() == 0 and store.process.terminate() == 0, "no clean end on SIGTERM"


if __name__ == "__main__":
    main(test)
