# SPDX-License-Identifier: Apache-2.0
"""PromQL for counters, gauges and histograms, the latter however the server stores them.

A histogram is classic (_bucket, _sum, _count), native, or classic and converted to native with
custom bounds (Prometheus' convert_classic_histograms_to_nhcb), where _bucket is gone. A query
that is right for one of them has no result for the others, so `or` joins the two.
"""

PREFIX = "ebpf_exporter_"
SELECTOR = 'cluster=~"$cluster",job=~"$job",instance=~"$instance"'
WINDOW = "[$__rate_interval]"


def filled(expression):
    """A query as it is written in a specification: $of is the selector of all variables."""
    return expression.replace("$of", SELECTOR)


def series(metric, matchers=""):
    """The series of a metric on the chosen hosts; `matchers` narrows them down."""
    return f"{PREFIX}{metric}{{{SELECTOR}{',' if matchers else ''}{matchers}}}"


def _by(labels):
    return f" by ({', '.join(labels)})" if labels else ""


def _rates(metric, labels, matchers):
    return f"sum{_by(labels)} (rate({series(metric, matchers)}{WINDOW}))"


def _classic_and_native(metric, labels, matchers):
    """The same histogram in the two forms, as rates that histogram_quantile() takes."""
    return (
        _rates(f"{metric}_bucket", ["le", *labels], matchers),
        _rates(metric, labels, matchers),
    )


def rate(metric, labels, matchers="", top=None):
    """Events a second of a counter."""
    return _top(_rates(metric, labels, matchers), top)


def gauge(metric, labels, matchers="", top=None, aggregate="sum"):
    return _top(f"{aggregate}{_by(labels)} ({series(metric, matchers)})", top)


def quantile(number, metric, labels, matchers=""):
    classic, native = _classic_and_native(metric, labels, matchers)
    return f"histogram_quantile({number}, {classic}) or histogram_quantile({number}, {native})"


def count(metric, labels, matchers="", top=None):
    """Observations a second."""
    native = _rates(metric, labels, matchers)
    classic = _rates(f"{metric}_count", labels, matchers)
    return _top(f"({classic} or histogram_count({native}))", top)


def total(metric, labels, matchers="", top=None):
    """What was observed a second: seconds of time, bytes."""
    native = _rates(metric, labels, matchers)
    classic = _rates(f"{metric}_sum", labels, matchers)
    return _top(f"({classic} or histogram_sum({native}))", top)


def mean(metric, labels, matchers=""):
    return f"{total(metric, labels, matchers)} / {count(metric, labels, matchers)}"


def heatmaps(metric, matchers=""):
    """Two queries for one heat map: where there are both forms the native one is left out."""
    classic, native = _classic_and_native(metric, [], matchers)
    return classic, f"{native} unless on () group({series(f'{metric}_bucket', matchers)})"


def _top(expression, number):
    return f"topk({number}, {expression})" if number else expression
