"""The data of the differential test: counters with resets, gauges with NaN and infinities, classic histograms, gaps and sparse
series; scrapes jitter, but every timestamp is 3 ms modulo 10."""

import math

START = 1767225600
SECONDS = 2 * 7200
STEP_MS = 15000
INSTANCES = ["a", "b", "c"]
METRICS = ["counter_total", "gauge", "other", "sparse", "latency_bucket", "latency_count", "latency_sum", "info", "counter_total", "gauge"]


def _times(random, step_ms, gap):
    """Milliseconds of scrapes; now and then one is missed, and once a long while."""
    hole = random.randrange(SECONDS * 1000) if gap else -1
    for base in range(0, SECONDS * 1000, step_ms):
        if random.random() < 0.02 or hole <= base < hole + 900_000:
            continue
        yield START * 1000 + base + random.randrange(0, step_ms // 3, 10) + 3


def _counter(random, scale):
    value = 0.0
    while True:
        value = 0.0 if random.random() < 0.004 else value + math.floor(random.random() * scale)
        yield value


def _gauge(random, wild):
    value = random.uniform(-50, 50)
    while True:
        value += random.gauss(0, 3)
        yield random.choice([math.nan, math.inf, -math.inf]) if wild and random.random() < 0.02 else round(value, 3)


def _buckets(random, bounds):
    """Each bucket of a classic histogram, one step after the other, with the same increments."""
    counts = [0] * len(bounds)
    while True:
        add = 0
        for i in range(len(bounds)):
            add += random.randrange(4)
            counts[i] += add
        yield list(counts)


def _number(value):
    return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf") if math.isinf(value) else repr(value)


def _series(random, name, labels, values, step_ms=STEP_MS, gap=True):
    text = ",".join(f'{k}="{v}"' for k, v in labels.items())
    return [f"{name}{{{text}}} {_number(next(values))} {time / 1000:.3f}" for time in _times(random, step_ms, gap)]


def openmetrics(random):
    lines = []
    for i, instance in enumerate(INSTANCES):
        job = "api" if i < 2 else "db"
        for code in ("200", "404", "500"):
            lines += _series(random, "counter_total", {"instance": instance, "job": job, "code": code}, _counter(random, 20))
        lines += _series(random, "gauge", {"instance": instance, "job": job}, _gauge(random, wild=i == 2))
        for zone in ("x", "y"):
            lines += _series(random, "other", {"instance": instance, "job": job, "zone": zone}, _gauge(random, wild=False))
        lines += _series(random, "info", {"instance": instance, "version": f"1.{i}"}, iter(lambda: 1.0, None), gap=False)
        lines += _series(random, "sparse", {"instance": instance}, _gauge(random, wild=False), step_ms=170_000, gap=False)
        bounds = ["0.1", "0.5", "1", "5", "+Inf"]
        times = list(_times(random, STEP_MS, True))
        histogram = _buckets(random, bounds)
        rows = [next(histogram) for _ in times]
        for b, bound in enumerate(bounds):
            lines += [f'latency_bucket{{instance="{instance}",le="{bound}"}} {row[b]} {t / 1000:.3f}' for row, t in zip(rows, times)]
        lines += [f'latency_count{{instance="{instance}"}} {row[-1]} {t / 1000:.3f}' for row, t in zip(rows, times)]
        lines += [f'latency_sum{{instance="{instance}"}} {row[-1] * 0.7:.3f} {t / 1000:.3f}' for row, t in zip(rows, times)]
    return "\n".join(lines) + "\n# EOF\n"
