#!/usr/bin/env python3
"""The macro bench: the queries of queries.json, asked of Aion and of its peers in turn, over the same blocks in the same run.

    bench/run.py [--rounds 7] [--thanos PATH] [--prometheus PATH]… [--all] [--server NAME=URL]… [--profile] [--record NAME]

Prints wall time (median, least, most), CPU seconds of the servers, ratios to the peers and peak memory, and fails when answers do
not agree. Without --prometheus it is Debian's, which test.sh unpacks; --prometheus= leaves it out. --record writes the result to bench/results/NAME.json and .md; --profile tells where Aion's time goes (needs perf)."""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse

BENCH = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, BENCH)
import servers  # pylint: disable=wrong-import-position
from answer_facts import CLOSED_RANGE_ERROR, RELATIVE_ERROR, difference, facts  # pylint: disable=wrong-import-position
from profile_split import profile_split  # pylint: disable=wrong-import-position
from components import aion_binary, bench_blocks_binary, prometheus_binary  # pylint: disable=wrong-import-position
from fleet import SOURCE_DIR, Fleet  # pylint: disable=wrong-import-position


def bench_bucket(data):
    """The bench data below data/bench, made once."""
    bucket = os.path.join(SOURCE_DIR, "data", "bench", f"bucket-{data['series']}x{data['hours']}")
    if not os.path.isdir(bucket):
        print(f"writing {bucket}")
        subprocess.run([bench_blocks_binary(), "--out", bucket + ".part", "--series", str(data["series"]), "--hours", str(data["hours"]),
                        "--start", str(data["start"])], check=True)
        os.rename(bucket + ".part", bucket)
    return bucket


def request_of(recipe, query):
    start = recipe["data"]["start"]
    if "at" in query:
        return "/api/v1/query?" + urllib.parse.urlencode({"query": query["query"], "time": start + query["at"]})
    return "/api/v1/query_range?" + urllib.parse.urlencode(
        {"query": query["query"], "start": start + recipe["range"]["from"], "end": start + recipe["range"]["to"], "step": query["step"]})


def ask_all(recipe, everyone, rounds):
    """{query: {server: {"wall": [seconds…], "cpu": [seconds…], "bytes": …, "facts": …}}}; the first round is cold and told apart."""
    results = {q["name"]: {s.name: {"cold": None, "wall": [], "cpu": []} for s in everyone} for q in recipe["queries"]}
    for round_number in range(rounds + 1):
        for query in recipe["queries"]:
            for server in everyone:
                cell = results[query["name"]][server.name]
                cpu, started = server.cpu_seconds(), time.perf_counter()
                body = server.ask(request_of(recipe, query))
                wall = time.perf_counter() - started
                if round_number == 0:
                    cell.update(cold=wall, bytes=len(body), facts=facts(body, recipe["data"]["external_labels"]))
                    continue
                cell["wall"].append(wall)
                cell["cpu"].append(server.cpu_seconds() - cpu)
    return results


def disagreements(recipe, results, closed_ranges):
    """Lines about answers that differ from the recorded facts, or, where none are recorded, from each other."""
    lines = []
    for name, cells in results.items():
        want = recipe["answers"].get(name) or next(iter(cells.values()))["facts"]
        for server, cell in cells.items():
            what = difference(want, cell["facts"], CLOSED_RANGE_ERROR if server in closed_ranges else RELATIVE_ERROR)
            if what:
                lines.append(f"{name}: the answer of {server} differs: {what}")
    return lines


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        model = next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "-C", SOURCE_DIR, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "cpu": model, "cores": os.cpu_count(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1), "kernel": platform.release(),
            "load_before": os.getloadavg()[0], "commit": commit.stdout.strip()}


def milliseconds(seconds):
    return f"{seconds * 1000:.1f}" if seconds < 1 else f"{seconds * 1000:.0f}"


def table(results, peaks):
    """Markdown: a row a query and server; ratios are how many times as long the peer takes as the first server."""
    lines = ["| query | server | wall ms median (least … most) | cold ms | CPU ms | times Aion's wall |", "|---|---|---|---|---|---|"]
    for name, cells in results.items():
        base = statistics.median(next(iter(cells.values()))["wall"])
        for server, cell in cells.items():
            wall = statistics.median(cell["wall"])
            lines.append(f"| {name} | {server} | {milliseconds(wall)} ({milliseconds(min(cell['wall']))} … {milliseconds(max(cell['wall']))}) | "
                         f"{milliseconds(cell['cold'])} | {statistics.mean(cell['cpu']) * 1000:.0f} | {wall / base:.2f} |")
    lines += ["", "| peak memory | MB |", "|---|---|"]
    lines += [f"| {process} | {peak / 1e6:.0f} |" for server in peaks.values() for process, peak in server.items()]
    return "\n".join(lines)


def record(name, facts_of_machine, results, peaks, text):
    path = os.path.join(BENCH, "results", name)
    with open(path + ".json", "w", encoding="utf-8") as out:
        json.dump({"machine": facts_of_machine, "results": results, "peaks": peaks}, out, indent=1)
    with open(path + ".md", "w", encoding="utf-8") as out:
        out.write(f"# {name}\n\n" + ", ".join(f"{k} {v}" for k, v in facts_of_machine.items()) + f"\n\n{text}\n")
    print(f"recorded in {path}.md")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--thanos", metavar="PATH")
    parser.add_argument("--prometheus", action="append", metavar="PATH")
    parser.add_argument("--all", action="store_true", help="also aion all, everything in one process")
    parser.add_argument("--server", action="append", default=[], metavar="NAME=URL")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--record", metavar="NAME")
    parser.add_argument("--update-answers", action="store_true", help="write the facts of the last peer's answers to queries.json")
    return parser.parse_args()


def main():
    chosen = options()
    path = os.path.join(BENCH, "queries.json")
    with open(path, encoding="utf-8") as text:
        recipe = json.load(text)
    bucket, facts_of_machine = bench_bucket(recipe["data"]), machine()
    with Fleet("bench") as fleet:
        # A copy, so that a build meanwhile changes nothing, nor takes the symbols from under perf.
        binary = shutil.copy2(aion_binary(), fleet.path("aion-binary"))
        aion = servers.start_fleet_of(fleet, "aion", binary, bucket)
        everyone = [aion]
        if chosen.all:
            everyone.append(servers.start_one_process(fleet, "aion-all", binary, bucket))
        for path_of_prometheus in [prometheus_binary()] if chosen.prometheus is None else filter(None, chosen.prometheus):
            everyone.append(servers.start_prometheus_on(fleet, path_of_prometheus, bucket))
        if chosen.thanos:
            everyone.append(servers.start_fleet_of(fleet, "thanos", chosen.thanos, bucket))
        everyone += [servers.Server(*given.split("=", 1)) for given in chosen.server]
        results = ask_all(recipe, everyone, chosen.rounds)
        peaks = {server.name: server.peak_bytes() for server in everyone}
        text = table(results, peaks)
        print(text)
        if chosen.profile:
            for query in recipe["queries"]:
                print(profile_split(fleet, aion, query["name"], request_of(recipe, query)))
        if chosen.update_answers:
            recipe["answers"] = {name: cells[everyone[-1].name]["facts"] for name, cells in results.items()}
            with open(path, "w", encoding="utf-8") as out:
                json.dump(recipe, out, indent=2)
                out.write("\n")
        problems = disagreements(recipe, results, {server.name for server in everyone if server.has_closed_ranges()})
        print("\n".join(problems) or "all answers agree")
        if chosen.record:
            record(chosen.record, facts_of_machine, results, peaks, text + "\n\n" + ("\n".join(problems) or "All answers agree."))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
