"""Asks HTTP servers: plain requests, and the JSON API that Prometheus, Thanos and Aion share."""

import gzip
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

TIMEOUT_SECONDS = 30

# Requests stay on loopback, whatever proxy the environment names.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Answer:
    status: int
    headers: dict = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def text(self):
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        return body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.text)


def form(params):
    """Parameters as a query string; a list is a parameter given several times."""
    pairs = [(k, v) for k, vs in params.items() for v in (vs if isinstance(vs, list) else [vs])]
    return urllib.parse.urlencode(pairs)


def http(url, method="GET", body=None, headers=None, timeout=TIMEOUT_SECONDS):
    """Sends a request; every HTTP status is an answer, a failure to get one is an OSError."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with _opener.open(request, timeout=timeout) as response:
            return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


class Api:
    """The API below http://ADDRESS."""

    def __init__(self, address):
        self.base = f"http://{address}"

    def get(self, path, timeout_seconds=TIMEOUT_SECONDS, **params):
        query = form(params)
        return http(self.base + path + ("?" + query if query else ""), timeout=timeout_seconds)

    def post(self, path, **params):
        return http(self.base + path, "POST", form(params).encode(), {"Content-Type": "application/x-www-form-urlencoded"})

    def reply(self, request):
        """(HTTP status, JSON body) to a recorded request; {} for a body that is not JSON."""
        answer = self.get(request["path"], **request["params"])
        try:
            return answer.status, answer.json
        except ValueError:
            return answer.status, {}

    def ready(self):
        return self.get("/-/ready", timeout_seconds=5).status == 200

    def data(self, path, **params):
        """`data` of an answer that must be a success."""
        answer = self.get(path, **params)
        body = answer.json
        assert answer.status == 200 and body.get("status") == "success", f"{path} {params}: {answer.status} {str(body)[:500]}"
        return body.get("data")

    def query(self, expression, time, **params):
        """The result of an instant query."""
        return self.data("/api/v1/query", query=expression, time=time, **params)["result"]

    def value(self, expression, time, **params):
        """The one value of an instant query, or None for no sample."""
        result = self.query(expression, time, **params)
        assert len(result) <= 1, f"{expression}: {len(result)} samples, one expected: {str(result)[:500]}"
        return float(result[0]["value"][1]) if result else None

    def query_range(self, expression, start, end, step, **params):
        return self.data("/api/v1/query_range", query=expression, start=start, end=end, step=step, **params)["result"]

    def endpoints(self):
        """The endpoints of a querier, all types in one list, each with its type."""
        return [dict(one, type=kind) for kind, ones in self.data("/api/v1/stores").items() for one in ones or []]

    def sees(self, count):
        """Whether a querier has so many healthy endpoints that announced what they hold."""
        healthy = [one for one in self.endpoints() if not one.get("lastError") and one.get("labelSets")]
        return len(healthy) >= count
