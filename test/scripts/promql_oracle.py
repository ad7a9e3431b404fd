#!/usr/bin/env python3
"""Asks a real Prometheus and our engine the same random queries.

    promql_oracle.py SCRIPT_RUNNER [SEED] [QUERIES] [--delayed-names]

Makes series with resets, gaps, special values and classic histograms, imports them into a block with promtool, starts
prometheus on a loopback port, writes its answers as a test script, and lets the script runner (tests/promql_scripts)
judge. The binaries are found by AION_PROMETHEUS and AION_PROMTOOL or on the path; without them the test is skipped (77).

Left out, because upstream's answer depends on the order of a map or on the last bit of a library function: limitk,
rankings of equal values, count_values of computed floats, and the texts of errors.
"""

import json
import math
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

STEP_S = 15
SAMPLES = 240
FEATURES = ("promql-experimental-functions,promql-duration-expr,promql-extended-range-selectors,"
            "promql-binop-fill-modifiers")


def make_series(rng):
    series = {}

    def add(name, labels, values):
        series["%s{%s}" % (name, ",".join('%s="%s"' % pair for pair in sorted(labels.items())))] = values

    for job in "abc":
        for instance in "0123":
            value, counter, gap = 0, [], rng.random() < 0.4
            for i in range(SAMPLES):
                value = rng.choice([0, 1]) if rng.random() < 0.02 else value + rng.choice([0, 1, 2, 5, 0.5])
                counter.append(None if (gap and 80 < i < 130) or rng.random() < 0.03 else value)
            add("req_total", {"job": job, "instance": instance}, counter)
            add("mem", {"job": job, "instance": instance},
                [None if rng.random() < 0.05 else round(50 + 30 * math.sin(i / 9) + rng.random(), 3)
                 for i in range(SAMPLES)])
            add("cpu", {"job": job, "instance": instance, "mode": rng.choice(["user", "idle"])},
                [None if 100 < i < 140 else i % 7 for i in range(SAMPLES)])
        add("owner", {"job": job, "team": "t" + job}, [1] * SAMPLES)
        shares, counts = {"0.1": 0.3, "0.5": 0.6, "1": 0.8, "5": 0.95, "+Inf": 1}, [0]
        for _ in range(SAMPLES - 1):
            counts.append(counts[-1] + rng.randint(1, 9))
        for bound, share in shares.items():
            add("lat_bucket", {"job": job, "le": bound}, [int(count * share) for count in counts])
    add("odd", {"x": "nan"}, [math.nan if i % 4 == 0 else i for i in range(SAMPLES)])
    add("odd", {"x": "inf"}, [math.inf if i % 11 == 0 else -i for i in range(SAMPLES)])
    add("late", {}, [None] * 150 + list(range(SAMPLES - 150)))
    return series


class Queries:
    """Random expressions over those series."""

    VECTORS = ["req_total", "mem", "cpu", "odd", "late", "lat_bucket", "owner", '{__name__=~"cpu|mem"}',
               '{__name__=~"req_total|late"}', 'mem{job="a"}', 'mem{instance=~"1|2"}', "absent_metric"]
    RANGES = ["30s", "1m", "5m", "7m", "90s", "15s", "20m"]
    OVER_RANGE = ["rate", "increase", "delta", "irate", "idelta", "deriv", "sum_over_time", "avg_over_time",
                  "min_over_time", "max_over_time", "count_over_time", "last_over_time", "first_over_time",
                  "present_over_time", "absent_over_time", "stddev_over_time", "changes", "resets", "mad_over_time"]
    OF_VALUE = ["abs", "ceil", "floor", "sqrt", "sgn", "deg", "timestamp", "-", "day_of_week", "hour", "month", "round",
                "absent", "sort", "sort_desc"]
    AGGREGATIONS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"]
    LABELS = ["job", "instance", "mode", "x", "le", "team"]
    SHAPES = ["clamp(%s,1,10)", "clamp_min(%s,5)", "round(%s,0.3)", 'label_replace(%s,"dst","$1-x","job","(.*)")',
              'label_join(%s,"dst","-","job","instance")', "vector(scalar(%s))", "histogram_quantile(0.9,%s)",
              "histogram_fraction(0,1,%s)", "quantile_over_time(0.4,(%s)[3m:20s])",
              "predict_linear((%s)[3m:20s],60)", "quantile by (job)(0.9,%s)"]

    def __init__(self, rng):
        self.rng = rng

    def modifier(self):
        return self.rng.choice([""] * 6 + [" offset 1m", " offset -30s", " offset 10m", " @ 600", " @ end()"])

    def scalar(self):
        return self.rng.choice(["2", "0.5", "-1", "time()/100", 'scalar(mem{job="a",instance="1"})', "NaN", "0"])

    def some_labels(self):
        return ",".join(self.rng.sample(self.LABELS, self.rng.randint(0, 2)))

    def aggregation(self, depth):
        grouping = self.rng.choice(["", " by (%s)" % self.some_labels(), " without (%s)" % self.some_labels()])
        return "%s%s(%s)" % (self.rng.choice(self.AGGREGATIONS), grouping, self.vector(depth - 1))

    def binary(self, depth):
        left, right = self.vector(depth - 1), self.vector(depth - 1)
        matching = self.rng.choice(["", " on (%s)", " ignoring (%s)"])
        matching = matching % self.some_labels() if matching else ""
        if self.rng.random() < 0.4:
            return "(%s) %s%s (%s)" % (left, self.rng.choice(["and", "or", "unless"]), matching, right)
        if matching and self.rng.random() < 0.5:
            matching += self.rng.choice([" group_left", " group_right", " group_left (team)"])
        return "(%s) %s%s (%s)" % (left, self.rng.choice(["+", "-", "*", "/", "==", ">", "<=", "!= bool"]), matching, right)

    def with_scalar(self, depth):
        sides = [self.vector(depth - 1), self.scalar()]
        self.rng.shuffle(sides)
        return "(%s) %s (%s)" % (sides[0], self.rng.choice(["+", "-", "*", "/", "%", "==", ">", "<= bool"]), sides[1])

    def vector(self, depth):
        rng = self.rng
        selector = rng.choice(self.VECTORS)
        if depth <= 0:
            return selector + self.modifier()
        over_range = "%s(%s[%s]%s)" % (rng.choice(self.OVER_RANGE), selector, rng.choice(self.RANGES), self.modifier())
        makers = [
            lambda: selector + self.modifier(),
            lambda: over_range,
            lambda: over_range,
            lambda: "%s(%s)" % (rng.choice(self.OF_VALUE), self.vector(depth - 1)),
            lambda: self.aggregation(depth),
            lambda: self.aggregation(depth),
            lambda: self.binary(depth),
            lambda: self.binary(depth),
            lambda: self.with_scalar(depth),
            lambda: rng.choice(self.SHAPES) % self.vector(depth - 1),
            lambda: "%s((%s)[%s:%s]%s)" % (rng.choice(self.OVER_RANGE), self.vector(depth - 1),
                                           rng.choice(["5m", "2m", "10m"]), rng.choice(["", "30s", "17s"]),
                                           self.modifier()),
            lambda: rng.choice(["rate(%s[2m] anchored)", "increase(%s[2m] smoothed)", "changes(%s[4m] anchored)"]) % selector,
            lambda: "histogram_quantile(%s, sum by (le) (rate(lat_bucket[%s])))" % (rng.choice(["0.5", "0.99", "1.2"]),
                                                                                    rng.choice(self.RANGES)),
        ]
        return rng.choice(makers)()


def number(value):
    if value is None:
        return "_"
    if isinstance(value, str):
        return {"+Inf": "Inf"}.get(value, value)
    return {math.inf: "Inf", -math.inf: "-Inf"}.get(value, "NaN" if math.isnan(value) else repr(value))


def write_samples(series, path):
    by_name = {}
    for text, values in series.items():
        by_name.setdefault(text.split("{")[0], []).append((text, values))
    with open(path, "w") as out:
        for name in sorted(by_name):
            out.write("# TYPE %s unknown\n" % name)
            for text, values in sorted(by_name[name]):
                for i, value in enumerate(values):
                    if value is not None:
                        out.write("%s %s %d\n" % (text, "+Inf" if value == math.inf else float(value), i * STEP_S))
        out.write("# EOF\n")


def metric_text(labels):
    rest = ", ".join("%s=%s" % (name, json.dumps(value)) for name, value in sorted(labels.items()) if name != "__name__")
    name = labels.get("__name__", "")
    return name + ("{%s}" % rest if rest or not name else "")


def expectations(answer):
    lines = []
    for kind, key in (("warn", "warnings"), ("info", "infos")):
        texts = answer.get(key, [])
        for text in texts:
            # How often upstream counts one incident depends on how often it merges annotations.
            pattern = re.sub(r"over \d+ samples", "over [0-9]+ samples", re.sub(r"([().+?*\[\]{}|^$\\])", r"\\\1", text))
            lines.append("  expect %s regex: ^%s$" % (kind, pattern))
        if not texts:
            lines.append("  expect no_%s" % kind)
    return lines


class Prometheus:
    def __init__(self, binary, directory, data, features):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = "http://127.0.0.1:%d/api/v1/" % probe.getsockname()[1]
        config = os.path.join(directory, "prometheus.yml")
        with open(config, "w") as out:
            out.write("global: {scrape_interval: 1h}\n")
        self.process = subprocess.Popen(
            [binary, "--config.file=" + config, "--storage.tsdb.path=" + data, "--storage.tsdb.retention.time=100y",
             "--web.listen-address=" + self.url[7:].split("/")[0], "--enable-feature=" + features],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(150):
            try:
                self.ask("query", query="1", time=0)
                return
            except (urllib.error.URLError, ValueError):  # Not listening yet, or not ready.
                time.sleep(0.2)
        self.stop()
        raise RuntimeError("prometheus does not answer")

    def ask(self, path, **parameters):
        try:
            with urllib.request.urlopen(self.url + path + "?" + urllib.parse.urlencode(parameters)) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def command(prometheus, query, rng):
    """An eval command with the answer as its expectation, or nothing where there is none to compare."""
    start, step = rng.choice([0, 600, 1200]), rng.choice([15, 60, 37, 300])
    count = rng.randint(0, 12)
    end = start + step * count
    answer = prometheus.ask("query_range", query=query, start=start, end=end, step=step)
    head = "eval range from %ds to %ds step %ds %s" % (start, end, step, query)
    if answer["status"] != "success":
        return None if answer["errorType"] == "bad_data" else head + "\n  expect fail\n"
    lines = [head] + expectations(answer)
    for series in answer["data"]["result"]:
        points = {round(at): value for at, value in series["values"]}
        values = " ".join(number(points.get(start + i * step)) for i in range(count + 1))
        lines.append("  %s %s" % (metric_text(series["metric"]), values))
    return "\n".join(lines) + "\n"


def find(variable, name):
    return os.environ.get(variable) or shutil.which(name)


def main():
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    delayed = "--delayed-names" in sys.argv
    prometheus_binary, promtool = find("AION_PROMETHEUS", "prometheus"), find("AION_PROMTOOL", "promtool")
    if not prometheus_binary or not promtool:
        print("SKIPPED: no prometheus and promtool to compare with")
        return 77
    rng = random.Random(int(arguments[1]) if len(arguments) > 1 else 1)
    count = int(arguments[2]) if len(arguments) > 2 else 300
    with tempfile.TemporaryDirectory(prefix="promql_oracle_") as directory:
        series = make_series(rng)
        samples, data, script = (os.path.join(directory, name) for name in ("samples.om", "data", "oracle.test"))
        write_samples(series, samples)
        subprocess.run([promtool, "tsdb", "create-blocks-from", "openmetrics", samples, data], check=True,
                       stdout=subprocess.DEVNULL)
        features = FEATURES + (",promql-delayed-name-removal" if delayed else "")
        prometheus = Prometheus(prometheus_binary, directory, data, features)
        try:
            queries = Queries(rng)
            commands = [command(prometheus, queries.vector(rng.randint(1, 3)), rng) for _ in range(count)]
        finally:
            prometheus.stop()
        with open(script, "w") as out:
            out.write("load %ds\n" % STEP_S)
            for text, values in series.items():
                out.write("  %s %s\n" % (text, " ".join(number(value) for value in values)))
            out.write("\n" + "\n".join(text for text in commands if text))
        flags = [] if delayed else ["--early-names"]
        return subprocess.run([arguments[0]] + flags + [script]).returncode


if __name__ == "__main__":
    sys.exit(main())
