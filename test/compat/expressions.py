"""Random PromQL expressions, directed by the grammar: every kind of node that Prometheus 2.42 knows, well typed nearly always.

An expression is a tree of Nodes that print themselves; shrink candidates are smaller trees of the same type."""

from dataclasses import dataclass, field

from differential_data import INSTANCES, METRICS, SECONDS, START

DEPTH_MAX = 4
GRID_OFFSET = 0.007  # Samples lie at 3 ms, evaluations at 7 ms modulo 10: no sample is ever exactly at the end of a range.

RANGE_FUNCTIONS = ["rate", "increase", "irate", "delta", "idelta", "deriv", "changes", "resets", "avg_over_time", "min_over_time",
                   "max_over_time", "sum_over_time", "count_over_time", "stddev_over_time", "stdvar_over_time", "last_over_time",
                   "present_over_time", "absent_over_time"]
VECTOR_FUNCTIONS = ["abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "round", "absent", "timestamp", "sort", "sort_desc",
                    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "deg", "rad",
                    "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"]
AGGREGATIONS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISONS = ["==", "!=", ">", "<", ">=", "<="]
SETS = ["and", "or", "unless"]
LABELS = ["instance", "job", "code", "zone", "le"]
NUMBERS = ["0", "1", "2", "-1", "0.5", "3.7", "100", "1e3", "0x1f", "Inf", "NaN", "300", "-0.25"]
DURATIONS = ["30s", "1m", "90s", "5m", "10m", "37s", "20m"]


@dataclass
class Node:
    """`text` with {0}, {1}… for its children; `plain` is the same without modifiers."""
    type: str
    text: str
    children: list = field(default_factory=list)
    plain: str = ""

    def __str__(self):
        return self.text.format(*self.children)

    def size(self):
        return 1 + len(self.text) / 1000 + sum(child.size() for child in self.children)

    def descendants(self):
        for child in self.children:
            yield child
            yield from child.descendants()


LEAVES = {"vector": Node("vector", "gauge"), "scalar": Node("scalar", "1"), "matrix": Node("matrix", "gauge[5m]")}


class Generator:
    def __init__(self, random):
        self.random = random

    def expression(self):
        return self.vector(DEPTH_MAX) if self.random.random() < 0.93 else self.scalar(DEPTH_MAX)

    def pick(self, *choices):
        return self.random.choice(choices)

    # Leaves.
    def matchers(self):
        found = []
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            label = self.random.choice(LABELS)
            value = self.pick(self.random.choice(INSTANCES), "api", "db", "200", "500", "a", ".*", "", "b.*", "api|db", "[a-c]", ".+", "5..")
            operator = self.pick("=", "!=", "=~", "!~")
            found.append(f'{label}{operator}"{value}"')
        return "{{" + ",".join(found) + "}}" if found else ""

    def time_modifiers(self):
        text = ""
        if self.random.random() < 0.12:
            text += " offset " + self.pick("", "-") + self.pick("1m", "7m", "30m", "13s")
        if self.random.random() < 0.1:
            text += " @ " + self.pick("start()", "end()", f"{START + self.random.randrange(600, SECONDS) + GRID_OFFSET:.3f}")
        return text

    def selector(self):
        name = self.random.choice(METRICS)
        if self.random.random() < 0.05:
            return '{{__name__=~"' + self.pick("gauge|other", "lat.*", "counter_.*") + '"}}'
        return name + self.matchers()

    def vector_selector(self):
        selector = self.selector()
        return Node("vector", selector + self.time_modifiers(), plain="gauge")

    def matrix(self, depth):
        if depth > 1 and self.random.random() < 0.25:
            step = self.pick("", "1m", "30s", "17s")
            inner = self.vector(depth - 1)
            return Node("matrix", "({0})[" + self.pick("5m", "10m", "3m") + f":{step}]" + self.time_modifiers(), [inner], "({0})[5m:1m]")
        selector = self.selector()
        return Node("matrix", f"{selector}[{self.random.choice(DURATIONS)}]" + self.time_modifiers(), plain="gauge[5m]")

    def scalar(self, depth):
        roll = self.random.random()
        if depth <= 0 or roll < 0.5:
            return Node("scalar", self.random.choice(NUMBERS))
        if roll < 0.6:
            return Node("scalar", self.pick("time()", "pi()"))
        if roll < 0.7:
            return Node("scalar", "scalar({0})", [self.vector(depth - 1)])
        if roll < 0.8:
            return Node("scalar", self.pick("-{0}", "({0})", "+{0}"), [self.scalar(depth - 1)])
        operator = self.pick(*ARITHMETIC, *(f"{c} bool" for c in COMPARISONS))
        return Node("scalar", f"({{0}} {operator} {{1}})", [self.scalar(depth - 1), self.scalar(depth - 1)])

    # Vectors.
    def vector(self, depth):
        if depth <= 0:
            return self.vector_selector()
        makers = [self.vector_selector, self.range_function, self.range_function, self.vector_function, self.aggregation, self.aggregation,
                  self.with_parameter, self.with_scalar, self.with_vector, self.with_vector, self.set_operation, self.unary, self.odd_function]
        maker = self.random.choice(makers)
        return maker() if maker == self.vector_selector else maker(depth - 1)

    def range_function(self, depth):
        roll = self.random.random()
        if roll < 0.08:
            return Node("vector", f"quantile_over_time({self.pick('0.5', '0.9', '0', '1', '-1', '2', 'NaN')}, {{0}})", [self.matrix(depth)])
        if roll < 0.14:
            return Node("vector", f"predict_linear({{0}}, {self.pick('60', '3600', '-100')})", [self.matrix(depth)])
        return Node("vector", f"{self.random.choice(RANGE_FUNCTIONS)}({{0}})", [self.matrix(depth)])

    def vector_function(self, depth):
        return Node("vector", f"{self.random.choice(VECTOR_FUNCTIONS)}({{0}})", [self.vector(depth)])

    def grouping(self):
        if self.random.random() < 0.25:
            return ""
        labels = self.random.sample(LABELS, self.random.choice([0, 1, 1, 2]))
        return f" {self.pick('by', 'by', 'without')} ({', '.join(labels)}) "

    def aggregation(self, depth):
        name = self.random.choice(AGGREGATIONS)
        return Node("vector", f"{name}{self.grouping()}({{0}})", [self.vector(depth)], f"{name}({{0}})")

    def with_parameter(self, depth):
        name = self.pick("topk", "bottomk", "quantile", "count_values")
        parameter = {"quantile": self.pick("0.5", "0.25", "1", "-0.1"), "count_values": '"value"'}.get(name, self.pick("1", "2", "3", "0"))
        return Node("vector", f"{name}{self.grouping()}({parameter}, {{0}})", [self.vector(depth)], f"{name}({parameter}, {{0}})")

    def with_scalar(self, depth):
        operator = self.pick(*ARITHMETIC, *COMPARISONS, *(f"{c} bool" for c in COMPARISONS))
        both = [self.vector(depth), self.scalar(depth)]
        if self.random.random() < 0.3:
            return Node("vector", f"({{1}} {operator} {{0}})", both)
        return Node("vector", f"({{0}} {operator} {{1}})", both)

    def with_vector(self, depth):
        operator = self.pick(*ARITHMETIC, *COMPARISONS, *(f"{c} bool" for c in COMPARISONS))
        left, right = self.vector(depth), self.vector(depth)
        labels = ", ".join(self.random.sample(["instance", "job", "code", "zone"], self.random.choice([1, 1, 2])))
        matching = self.pick("", f"on ({labels})", f"ignoring ({labels})", "on (instance)")
        if matching and self.random.random() < 0.5:
            matching += self.pick(" group_left", " group_right", " group_left (zone)", " group_right (job)")
            if self.random.random() < 0.6:  # Make one side unique more often than chance does.
                one = Node("vector", "max by (instance) ({0})", [right if "left" in matching else left])
                left, right = (left, one) if "left" in matching else (one, right)
                matching = "on (instance)" + matching[matching.index(" group"):]
        return Node("vector", f"({{0}} {operator} {matching} {{1}})", [left, right], f"({{0}} {operator} {{1}})")

    def set_operation(self, depth):
        matching = self.pick("", "on (instance)", "ignoring (code)", "on (job, instance)", "on ()")
        operator = self.random.choice(SETS)
        return Node("vector", f"({{0}} {operator} {matching} {{1}})", [self.vector(depth), self.vector(depth)], f"({{0}} {operator} {{1}})")

    def unary(self, depth):
        return Node("vector", self.pick("-{0}", "({0})", "+{0}", "-({0})"), [self.vector(depth)])

    def odd_function(self, depth):
        text = self.pick(
            "clamp({0}, -10, 50)", "clamp_min({0}, 3)", "clamp_max({0}, 7)", "round({0}, 0.5)", "vector(scalar({0}))",
            'label_replace({0}, "new", "$1-x", "instance", "(.)")', 'label_replace({0}, "job", "", "code", "5.*")',
            'label_join({0}, "joined", "/", "instance", "job")', "histogram_quantile(0.9, {0})",
            "histogram_quantile(0.5, rate(latency_bucket[5m])) + {0}", "histogram_quantile(1.5, sum by (le) (latency_bucket)) or {0}")
        return Node("vector", text, [self.vector(depth)])


def replaced(tree, target, new):
    """The tree with one node (by identity) made another."""
    if tree is target:
        return new
    return Node(tree.type, tree.text, [replaced(child, target, new) for child in tree.children], tree.plain)


def smaller(tree):
    """Smaller trees of the same type, the boldest first."""
    candidates = []
    for node in [tree, *tree.descendants()]:
        candidates += [replaced(tree, node, below) for below in node.descendants() if below.type == node.type]
        leaf = LEAVES[node.type]
        if str(node) != str(leaf):
            candidates.append(replaced(tree, node, leaf))
        if node.plain and node.plain != node.text:
            candidates.append(replaced(tree, node, Node(node.type, node.plain, node.children)))
    return sorted((c for c in candidates if c.size() < tree.size() or len(str(c)) < len(str(tree))), key=lambda c: (c.size(), len(str(c))))
