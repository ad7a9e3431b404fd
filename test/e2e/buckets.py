"""Buckets for tests: made by bench_blocks, or from OpenMetrics text by promtool."""

import json
import os
import subprocess

from components import bench_blocks_binary, promtool_binary

START = 1767225600  # 2026-01-01T00:00:00Z, where bench_blocks begins.


def make_bench_bucket(directory, series, hours, replicas=("a",), start=START):
    """The bench data, small; a second replica is 7 s late and misses 20 scrapes of every 1,000."""
    for replica in replicas:
        late = [] if replica == replicas[0] else ["--shift-seconds", "7", "--miss", "20"]
        subprocess.run([bench_blocks_binary(), "--out", directory, "--series", str(series), "--hours", str(hours),
                        "--start", str(start), "--replica", replica, *late], check=True, stdout=subprocess.DEVNULL)


def make_blocks_from_text(openmetrics_path, directory):
    """Blocks of 2 h as Prometheus writes them, without Thanos metadata."""
    os.makedirs(directory, exist_ok=True)
    subprocess.run([promtool_binary(), "tsdb", "create-blocks-from", "openmetrics", openmetrics_path, directory], check=True,
                   stdout=subprocess.DEVNULL)


def block_directories(directory):
    """Complete blocks below a directory, oldest first."""
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    return [os.path.join(directory, name) for name in names if os.path.exists(os.path.join(directory, name, "meta.json"))]


def read_meta(block):
    with open(os.path.join(block, "meta.json"), encoding="utf-8") as meta:
        return json.load(meta)


def change_metas(directory, change):
    """Passes every block's meta to change(meta, block) and writes it back."""
    for block in block_directories(directory):
        meta = read_meta(block)
        change(meta, block)
        with open(os.path.join(block, "meta.json"), "w", encoding="utf-8") as out:
            json.dump(meta, out)


def label_blocks(directory, labels):
    """Gives all blocks of a directory these external labels, as if a sidecar had uploaded them."""
    def label(meta, block):
        meta["thanos"] = {"version": 1, "labels": labels, "downsample": {"resolution": 0}, "source": "sidecar",
                          "segment_files": sorted(os.listdir(os.path.join(block, "chunks")))}
    change_metas(directory, label)
