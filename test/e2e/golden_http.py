#!/usr/bin/env python3
"""The recorded answers of a real querier over a real bucket, asked of ours again.

    golden_http.py [fleet|all]    store and query as two processes, or everything in one

The data lies beside the checkout (../shared/golden); without it the test is skipped. It passes when at least as many answers
agree as test/compat/golden_floor.txt says."""

import os
import re
import shutil
import subprocess
import sys

from components import aion_binary, start_all, start_query, start_store
from fleet import SOURCE_DIR, Fleet, Skip, main, wait_until

GOLDEN = os.path.join(SOURCE_DIR, "..", "shared", "golden")
COMPAT = os.path.join(SOURCE_DIR, "test", "compat")


def floor():
    with open(os.path.join(COMPAT, "golden_floor.txt"), encoding="ascii") as text:
        return int(text.read().split()[0])


def start(fleet, mode):
    bucket = fleet.path("bucket")
    shutil.copytree(os.path.join(GOLDEN, "bucket"), bucket)
    if mode == "all":
        query = start_all(fleet, aion_binary(), bucket)
    else:
        store = start_store(fleet, aion_binary(), bucket)
        query = start_query(fleet, aion_binary(), [store.grpc])
    wait_until(30, "the store in the query view", lambda: query.api.sees(1))
    return query


def test():
    if not os.path.isdir(GOLDEN):
        raise Skip(f"no golden data at {os.path.normpath(GOLDEN)}")
    mode = sys.argv[1] if len(sys.argv) > 1 else "fleet"
    with Fleet(f"golden-{mode}") as fleet:
        query = start(fleet, mode)
        compared = subprocess.run(
            [sys.executable, os.path.join(GOLDEN, "compare.py"), os.path.join(GOLDEN, "http", "answers.jsonl"), query.api.base,
             "--known", os.path.join(COMPAT, "golden_known.tsv")], capture_output=True, text=True, check=False)
        print(compared.stdout[-20000:], compared.stderr[-2000:])
        counts = re.search(r"(\d+) passed, (\d+) failed", compared.stdout)
        assert counts, "the comparison gave no counts"
        assert query.process.running(), "the querier ended"
        assert int(counts[1]) >= floor(), f"{counts[1]} answers agree, {floor()} did before"


if __name__ == "__main__":
    main(test)
