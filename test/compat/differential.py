#!/usr/bin/env python3
"""Random PromQL against a real Prometheus over the same blocks.

    differential.py [--seconds 40 | --count 20000] [--seed N]

Ours is asked through store and querier, with the one external label taken away by deduplication. A failing expression is made
smaller while it fails, and printed with what differs; those that known_promql_differences.tsv explains are counted apart. Skipped
without a Prometheus."""

import argparse
import collections
import os
import random
import re
import sys
import time

SOURCE_DIR = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path[:0] = [os.path.join(SOURCE_DIR, "test", "e2e"), os.path.join(SOURCE_DIR, "test", "compat")]
from answers import answer_difference  # pylint: disable=wrong-import-position
from buckets import block_directories, label_blocks, make_blocks_from_text  # pylint: disable=wrong-import-position
from components import aion_binary, prometheus_binary, start_prometheus, start_query, start_store  # pylint: disable=wrong-import-position
from differential_data import SECONDS, START, openmetrics  # pylint: disable=wrong-import-position
from expressions import GRID_OFFSET, Generator, smaller  # pylint: disable=wrong-import-position
from fleet import Fleet, main, wait_until  # pylint: disable=wrong-import-position

KNOWN = os.path.join(SOURCE_DIR, "test", "compat", "known_promql_differences.tsv")
DATA_SEED = 1
STEPS = 8
FAILURES_MAX = 10
SHRINKS_MAX = 200
STEADY_ASKS = 20


class Oracle:
    """Asks both and tells the difference."""

    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs
        self.version = theirs.data("/api/v1/status/buildinfo")["version"] or "unknown"
        self.kinds = collections.Counter()
        with open(KNOWN, encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines if line.strip() and not line.startswith("#")]
        self.known = [(re.compile(row[0]), row[2]) for row in rows if self.version.startswith(row[1])]

    def difference(self, expression, when):
        request = {"path": "/api/v1/query_range" if "start" in when else "/api/v1/query", "params": {"query": str(expression), **when}}
        want, got = self.theirs.reply(request), self.ours.reply(request)
        self.kinds["error" if want[0] != 200 else "samples" if want[1]["data"]["result"] else "empty"] += 1
        if want[0] in (400, 422) and got[0] in (400, 422):
            return None if want[0] == got[0] else f"status {want[0]} expected, {got[0]} given: {want[1].get('error')}; {got[1].get('error')}"
        return answer_difference(want, got, str(expression), notes=False)

    def is_unsteady(self, expression, when):
        """Whether the peer itself gives one answer now and another then, as with ties that follow the order of a hash map."""
        path = "/api/v1/query_range" if "start" in when else "/api/v1/query"
        replies = [self.theirs.reply({"path": path, "params": {"query": str(expression), **when}}) for _ in range(STEADY_ASKS)]
        return any(answer_difference(replies[0], reply, str(expression), notes=False) for reply in replies[1:])

    def known_reason(self, expression):
        return next((reason for pattern, reason in self.known if pattern.search(str(expression))), None)


def shrunk(oracle, expression, when):
    """The smallest failing expression that greedy steps find."""
    tries = 0
    improved = True
    while improved and tries < SHRINKS_MAX:
        improved = False
        for candidate in smaller(expression):
            tries += 1
            if oracle.difference(candidate, when):
                expression, improved = candidate, True
                break
            if tries >= SHRINKS_MAX:
                break
    return expression


def random_time(rng):
    at = START + rng.randrange(300, SECONDS - 300) + GRID_OFFSET
    if rng.random() < 0.25:
        return {"time": f"{at:.3f}"}
    step = rng.choice([10, 37.5, 60, 111, 300])
    return {"start": f"{at:.3f}", "end": f"{at + step * STEPS:.3f}", "step": step}


def start(fleet):
    rng = random.Random(DATA_SEED)
    bucket, data = fleet.path("bucket"), fleet.path("prometheus")
    text = fleet.write("data.txt", openmetrics(rng))
    make_blocks_from_text(text, data)
    make_blocks_from_text(text, bucket)
    label_blocks(bucket, {"replica": "a"})
    assert block_directories(bucket), "no blocks were made"
    prometheus = start_prometheus(fleet, "prometheus", {"global": {"scrape_interval": "1h"}}, data)
    store = start_store(fleet, aion_binary(), bucket)
    query = start_query(fleet, aion_binary(), [store.grpc])
    wait_until(30, "the store in the query view", lambda: query.api.sees(1))
    return query, prometheus


def test():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--failures", type=int, default=FAILURES_MAX)
    chosen = parser.parse_args()
    prometheus_binary(), aion_binary()
    with Fleet("differential") as fleet:
        query, prometheus = start(fleet)
        oracle = Oracle(query.api, prometheus.api)
        deadline = time.monotonic() + (chosen.seconds or 1e9)
        count = known = unsteady = failed = 0
        while time.monotonic() < deadline and (not chosen.count or count < chosen.count) and failed < chosen.failures:
            rng = random.Random(f"{chosen.seed}/{count}")
            expression, when = Generator(rng).expression(), random_time(rng)
            count += 1
            if not oracle.difference(expression, when):
                continue
            small = shrunk(oracle, expression, when)
            if oracle.is_unsteady(small, when):
                unsteady += 1
            elif oracle.known_reason(small):
                known += 1
            else:
                failed += 1
                print(f"DIFFERS {small}\n   {when}: {oracle.difference(small, when)}\n   from {expression}", flush=True)
        print(f"{count} expressions against Prometheus {oracle.version}: {failed} differ, {known} as known, {unsteady} where it is of two minds; "
              + ", ".join(f"{number} {kind}" for kind, number in oracle.kinds.most_common()))
        assert query.process.running(), "the querier ended"
        assert not failed, f"{failed} of {count} expressions differ"


if __name__ == "__main__":
    main(test)
