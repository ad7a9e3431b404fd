"""Where the time of Aion's processes goes while they answer one query again and again, by perf, in groups of functions."""

import re
import subprocess
import time

SECONDS = 6
FREQUENCY = 499

# The first pattern a symbol matches names its group.
GROUPS = [
    ("kernel", r"^\[k\]"),
    ("gRPC and HTTP/2", r"grpc|chttp2|upb_|absl::|gpr_"),
    ("JSON and HTTP", r"wire::.*[Jj]son|JsonWriter|net::|AppendDouble|to_chars|[Dd]ragonbox|[Rr]yu|deflate|gzip|isal"),
    ("store messages", r"aion::wire|store::rpc|protozero"),
    ("decode", r"aion::chunk|DecodeXor|aion::series::.*Decode"),
    ("deduplicate", r"aion::series"),
    ("fetch, postings, index", r"aion::store::|aion::tsdb|aion::blocks|aion::objstore|aion::cache|xxh|XXH|[Cc]rc32"),
    ("merge", r"aion::query|LoserTree"),
    ("window functions", r"promql::(func|exec)::.*([Rr]ate|[Ww]indow|[Oo]verTime|Extrapolat)"),
    ("aggregate and the rest of PromQL", r"aion::promql"),
    ("memory", r"^_?mi_|malloc|free|memcpy|memmove|memset|operator new"),
]


def group_of(symbol):
    return next((name for name, pattern in GROUPS if re.search(pattern, symbol)), "other")


def profile_split(fleet, server, name, request):
    """A line of shares by group, and the dearest functions."""
    data = fleet.path(f"perf-{name}.data")
    pids = ",".join(str(process.pid) for process in server.processes)
    try:
        perf = subprocess.Popen(["perf", "record", "-q", "-F", str(FREQUENCY), "-o", data, "-p", pids, "--", "sleep", str(SECONDS)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return f"{name}: no perf here"
    end = time.monotonic() + SECONDS
    asked = 0
    while time.monotonic() < end:
        server.ask(request)
        asked += 1
    perf.wait()
    report = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "-F", "overhead,symbol", "-w", "0,400"],
                            capture_output=True, text=True, check=False).stdout
    shares, dearest = {}, []
    for line in report.splitlines():
        match = re.match(r"\s*([0-9.]+)%\s+(\[[k.]\])\s+(.*)", line)
        if not match:
            continue
        share, symbol = float(match[1]), (match[2] + match[3]) if match[2] == "[k]" else match[3].strip()
        group = group_of(symbol)
        shares[group] = shares.get(group, 0) + share
        if len(dearest) < 12:
            dearest.append(f"    {share:5.1f} % {symbol[:140]}")
    split = ", ".join(f"{group} {share:.0f} %" for group, share in sorted(shares.items(), key=lambda item: -item[1]) if share >= 0.5)
    return f"\n{name} ({asked} answers in {SECONDS} s): {split}\n" + "\n".join(dearest)
