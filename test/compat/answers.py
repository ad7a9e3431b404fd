"""Compares two answers of the HTTP API: status, labels, timestamps, error types and texts must be equal, the order of series where
the API gives one, and values within a relative error. What depends on the run is left out."""

import json
import math
import os

RELATIVE_ERROR = 1e-9
# A difference this small against the sizes added up is rounding of another order of summation.
ABSOLUTE_ERROR = 1e-300
RUN_DEPENDENT = {"analysis", "lastCheck", "stats", "traceId", "name", "lastError"}
ORDERED = ("sort", "topk", "bottomk", "limitk")


def known_differences():
    """The reviewed differences to the real thing: {(path, query or matcher): reason}."""
    path = os.path.join(os.path.dirname(os.path.realpath(__file__)), "known_differences.tsv")
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#") and line.strip()]
    return {(row[0], row[1]): row[2] for row in rows}


def is_known(request, known):
    subject = request["params"].get("query") or request["params"].get("match[]") or ""
    return (request["path"], subject if isinstance(subject, str) else ",".join(subject)) in known


def same_number(a, b):
    try:
        x, y = float(a), float(b)
    except (TypeError, ValueError):
        return a == b
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return x == y or abs(x - y) <= RELATIVE_ERROR * max(abs(x), abs(y)) or abs(x - y) < ABSOLUTE_ERROR


def same_histogram(a, b):
    buckets_a, buckets_b = a.get("buckets") or [], b.get("buckets") or []
    return (same_number(a["count"], b["count"]) and same_number(a["sum"], b["sum"]) and len(buckets_a) == len(buckets_b)
            and all(x[0] == y[0] and all(map(same_number, x[1:], y[1:])) for x, y in zip(buckets_a, buckets_b)))


def same_point(a, b):
    """[time, value] or [time, histogram]."""
    if abs(float(a[0]) - float(b[0])) > 1e-4 or isinstance(a[1], str) != isinstance(b[1], str):
        return False
    return same_number(a[1], b[1]) if isinstance(a[1], str) else same_histogram(a[1], b[1])


def _key(series):
    return json.dumps(series.get("metric", {}), sort_keys=True)


def _series_difference(want, got, ordered):
    if not ordered:
        want, got = sorted(want, key=_key), sorted(got, key=_key)
    for a, b in zip(want, got):
        if _key(a) != _key(b):
            return f"series {_key(a)} expected, {_key(b)} given"
        for one, many in (("value", "values"), ("histogram", "histograms")):
            x = [a[one]] if one in a else a.get(many) or []
            y = [b[one]] if one in b else b.get(many) or []
            if len(x) != len(y):
                return f"{_key(a)}: {len(x)} {many} expected, {len(y)} given"
            for p, q in zip(x, y):
                if not same_point(p, q):
                    return f"{_key(a)}: {p} expected, {q} given"
    if len(want) != len(got):
        return f"{len(want)} series expected, {len(got)} given"
    return None


def _plain_difference(want, got, path="data"):
    if isinstance(want, dict) and isinstance(got, dict):
        for name in sorted((want.keys() | got.keys()) - RUN_DEPENDENT):
            if name not in want or name not in got:
                return f"{path}.{name} {'missing' if name in want else 'unexpected'}"
            difference = _plain_difference(want[name], got[name], f"{path}.{name}")
            if difference:
                return difference
        return None
    if isinstance(want, list) and isinstance(got, list):
        if len(want) != len(got):
            return f"{path}: {len(want)} items expected, {len(got)} given"
        return next(filter(None, (_plain_difference(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(want, got)))), None)
    return None if want == got else f"{path}: {want!r} expected, {got!r} given"


def data_difference(want, got, query=""):
    """The first difference of two `data` fields, or None."""
    if not (isinstance(want, dict) and "resultType" in want):
        return _plain_difference(want, got)
    if not isinstance(got, dict) or got.get("resultType") != want["resultType"]:
        return f"resultType {want['resultType']} expected, {got and got.get('resultType')} given"
    if want["resultType"] in ("scalar", "string"):
        same = want["result"] == got["result"] or same_point(want["result"], got["result"])
        return None if same else f"{want['result']} expected, {got['result']} given"
    ordered = want["resultType"] == "matrix" or query.startswith(ORDERED)
    return _series_difference(want["result"] or [], got["result"] or [], ordered)


def answer_difference(want, got, query="", notes=True):
    """The first difference of two answers, each (HTTP status, JSON body), or None. `notes`: compare infos and warnings too."""
    if want[0] != got[0]:
        return f"status {want[0]} expected, {got[0]} given: {str(got[1])[:300]}"
    for field in ("status", "errorType", "error"):
        if want[1].get(field) != got[1].get(field):
            return f"{field}: {want[1].get(field)!r} expected, {got[1].get(field)!r} given"
    for field in ("warnings", "infos") if notes else ():
        if sorted(want[1].get(field) or []) != sorted(got[1].get(field) or []):
            return f"{field}: {want[1].get(field)} expected, {got[1].get(field)} given"
    return data_difference(want[1].get("data"), got[1].get("data"), query)
