#!/usr/bin/env python3
"""The web page in a real browser, served by a running querier with a store behind it. Skipped without Node.js or Chromium."""

import os
import shutil
import subprocess
import time

from buckets import change_metas, make_bench_bucket
from components import aion_binary, start_query, start_store
from fleet import SOURCE_DIR, Fleet, Skip, main, wait_until

CHROMIUM = os.environ.get("AION_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
UI_TEST = os.path.join(SOURCE_DIR, "test", "e2e", "ui")


def driver(directory):
    """A copy of the browser test with its one dependency installed."""
    shutil.copytree(UI_TEST, directory, dirs_exist_ok=True)
    if not os.path.isdir(os.path.join(directory, "node_modules", "playwright-core")):
        try:
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=directory, check=True, capture_output=True, timeout=120)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise Skip(f"npm ci failed: {(error.stderr or b'')[-400:].decode()}") from error
    return directory


def test():
    for program in ("node", "npm", CHROMIUM):
        if not shutil.which(program):
            raise Skip(f"no {program}")
    with Fleet("ui-browser") as fleet:
        run_mjs = os.path.join(driver(fleet.path("ui")), "run.mjs")
        bucket = fleet.path("bucket")
        # The page asks for now, so the data ends behind now.
        start = (int(time.time()) // 7200 - 1) * 7200
        make_bench_bucket(bucket, series=104, hours=4, start=start)
        change_metas(bucket, lambda meta, _: meta["thanos"].update(upload_time="2026-01-01T00:00:00Z"))
        store = start_store(fleet, aion_binary(), bucket)
        query = start_query(fleet, aion_binary(), [store.grpc])
        wait_until(30, "the store in the query view", lambda: query.api.sees(1))
        subprocess.run(["node", run_mjs, "--url", query.api.base, "--chromium", CHROMIUM], check=True, timeout=150)
        assert query.process.running(), "the querier ended"


if __name__ == "__main__":
    main(test)
