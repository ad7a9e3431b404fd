"""What an answer says, in a few numbers: enough to tell whether two servers agree, or whether one still says what it said.

Values of peers may differ in their last digits, so their sums are compared and not their bytes. Samples from other servers are
told without the labels that only the one view adds."""

import hashlib
import json
import math

RELATIVE_ERROR = 1e-9
# Prometheus before 3 took the sample at the very start of a range too, which moves a rate a little where samples lie on the steps.
CLOSED_RANGE_ERROR = 1e-3


def facts(body, ignored_labels):
    """{series, points, labels, times, sum} of a JSON answer."""
    data = json.loads(body)["data"]
    series = points = 0
    labels, times, total = [], set(), []
    for one in data["result"]:
        series += 1
        labels.append(sorted((k, v) for k, v in one["metric"].items() if k not in ignored_labels))
        values = [one["value"]] if "value" in one else one["values"]
        points += len(values)
        times.update(float(v[0]) for v in values)
        total += [float(v[1]) for v in values if math.isfinite(float(v[1]))]
    digest = hashlib.sha256(json.dumps([sorted(labels), sorted(times)]).encode()).hexdigest()[:16]
    return {"series": series, "points": points, "labels_and_times": digest, "sum": math.fsum(total)}


def difference(want, got, relative_error=RELATIVE_ERROR):
    """What is not the same, or None."""
    for field in ("series", "points", "labels_and_times"):
        if want[field] != got[field]:
            return f"{field}: {want[field]} and {got[field]}"
    if abs(want["sum"] - got["sum"]) > relative_error * max(abs(want["sum"]), abs(got["sum"])):
        return f"sum: {want['sum']!r} and {got['sum']!r}"
    return None
