"""Where the time of Aion's processes goes while they answer one query again and again, by perf, in groups of functions."""

import re
import subprocess
import time

SECONDS = 6
FREQUENCY = 499
ATTEMPTS = 3
DEAREST_SHOWN = 12

# The first pattern a symbol matches names its group.
GROUPS = [
    ("kernel", r"^\[k\]"),
    ("gRPC and HTTP/2", r"grpc|chttp2|upb_|absl::|gpr_"),
    ("JSON and HTTP", r"[Jj]son|net::|AppendGoFloat|AppendInteger|Shortest|deflate|gzip|isal"),
    ("store messages", r"aion::wire|store::rpc|protozero"),
    ("decode", r"aion::chunk|DecodeXor|aion::series::.*Decode"),
    ("series: gather, deduplicate", r"aion::series"),
    ("fetch, postings, index", r"aion::store::|aion::tsdb|aion::blocks|aion::objstore|aion::cache|xxh|XXH|[Cc]rc32"),
    ("merge", r"aion::query|LoserTree"),
    ("window functions", r"promql::.*(Row\b|Window|FindResets|OverTime|Extrapolat)"),
    ("aggregate and the rest of PromQL", r"aion::promql"),
    ("memory", r"^_?mi_|malloc|free|memcpy|memmove|memset|operator new"),
]


def group_of(symbol):
    return next((name for name, pattern in GROUPS if re.search(pattern, symbol)), "other")


def _recorded(data, server, request):
    """Asks the server over and over while perf looks on; how often, or None when perf gave up."""
    pids = ",".join(str(process.pid) for process in server.processes)
    perf = subprocess.Popen(["perf", "record", "-q", "-F", str(FREQUENCY), "-o", data, "-p", pids, "--", "sleep", str(SECONDS)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end, asked = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        server.ask(request)
        asked += 1
    return asked if perf.wait() == 0 else None


def _shares(data):
    """[(share, symbol)…], the dearest first; kernel functions begin with [k]."""
    report = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "-F", "overhead,symbol", "-w", "0,400"],
                            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", check=False)
    found = re.findall(r"^\s*([0-9.]+)%\s+(\[[k.]\])\s+(.*?)\s*$", report.stdout, re.MULTILINE)
    return [(float(share), "[k]" + symbol if where == "[k]" else symbol) for share, where, symbol in found]


def profile_split(fleet, server, name, request):
    """A line of shares by group, and the dearest functions."""
    data = fleet.path(f"perf-{name}.data")
    # A thread that ends while perf attaches to it makes perf give up: tried again.
    for _ in range(ATTEMPTS):
        try:
            asked = _recorded(data, server, request)
        except FileNotFoundError:
            return f"{name}: no perf here"
        symbols = _shares(data) if asked else []
        if symbols:
            break
    else:
        return f"{name}: perf recorded nothing"
    groups = {}
    for share, symbol in symbols:
        groups[group_of(symbol)] = groups.get(group_of(symbol), 0) + share
    split = ", ".join(f"{group} {share:.0f} %" for group, share in sorted(groups.items(), key=lambda item: -item[1]) if share >= 0.5)
    dearest = "\n".join(f"    {share:5.1f} % {symbol[:140]}" for share, symbol in symbols[:DEAREST_SHOWN])
    return f"\n{name} ({asked} answers in {SECONDS} s): {split}\n{dearest}"
