# SPDX-License-Identifier: Apache-2.0
"""Whether the panels of deploy/grafana show something of what the tests did."""

import glob
import json
import os
import re

import kernel_table
from harness import servers
from harness.exporter import ROOT
from harness.prometheus import Prometheus

FOLDER = os.path.join(ROOT, "deploy", "grafana", "dashboards")
CONFIG = os.path.join(ROOT, "config")
CONFIGURATIONS = sorted(
    os.path.basename(path).removesuffix(".yaml") for path in glob.glob(f"{CONFIG}/*.yaml")
)
# Guests are slow, and pages far apart.
VALUES = {"__interval": "2s", "__range": "1m", "__rate_interval": "30s"}
STARTS = "Exporter starts"  # an annotation
SETTLED = 4  # seconds after which the last events are in what Prometheus has scraped
NATIVE = "--enable-feature=native-histograms"
_METRIC = re.compile(r"ebpf_exporter_(\w+)")


def servers_of(target):
    """{name: a Prometheus that scrapes `target`}, one for each way in which histograms are stored."""
    return {
        "2.42": Prometheus(target, servers.prometheus("2.42")),
        "3.5": Prometheus(target, servers.prometheus("3.5")),
        "3.5, native": Prometheus(target, servers.prometheus("3.5"), [NATIVE]),
    }


def queries(by_panel):
    """(dashboard, title, expressions) of the queries of all panels, together or each, and of the
    annotations, which are the same on each. Those of a heat map are always together, as it has one
    for each form of a histogram, of which one has data."""
    for path in sorted(glob.glob(f"{FOLDER}/*.json")):
        with open(path, encoding="utf-8") as file:
            dashboard = json.load(file)
        for panel in dashboard["panels"]:
            expressions = [target["expr"] for target in panel.get("targets", [])]
            together = len(expressions) if by_panel or panel["type"] == "heatmap" else 1
            for at in range(0, len(expressions), together or 1):
                yield dashboard["title"], panel["title"], expressions[at : at + together]
    for annotation in dashboard["annotations"]["list"]:
        yield "annotation", annotation["name"], [annotation["expr"]]


def without_data(name, prometheus, began, ended, kernel=None, metrics=None, but=()):
    """The queries that have no data from `began` to `ended`, but for probes that the table of kernels
    does not have whole on this one, or on that; of all but those with some titles, or of those that
    ask for one of `metrics`. Prints each with the server's name, and how many were asked for. On
    this kernel a panel may have data of one of its queries: disks that fail and memory that is
    short are for guests."""
    excused = _metrics_that_may_lack(kernel or kernel_table.column())
    empty, asked = [], 0
    for dashboard, title, expressions in queries(by_panel=kernel is None):
        names = set(_METRIC.findall(" ".join(expressions)))
        if title in but or metrics is not None and not names & metrics:
            continue
        asked += 1
        if any(_has_data(prometheus, text, began, ended) for text in expressions):
            continue
        if any(one.startswith(tuple(excused)) for one in names):
            print(f"{name}: no data, as this kernel lacks the probe: {dashboard}: {title}")
            continue
        print(f"{name}: NO DATA: {dashboard}: {title}: {' | '.join(expressions)}")
        empty.append(expressions)
    what = "panels and annotations" if kernel is None else "queries"
    print(f"Prometheus {name}: {asked} {what}, without data: {len(empty)}", flush=True)
    return empty


def _has_data(prometheus, expression, began, ended):
    text = re.sub(
        r"\$(?:\{(\w+)\}|(\w+))",
        lambda match: VALUES.get(match.group(1) or match.group(2), ".*"),
        expression,
    )
    return any(
        "histograms" in series or any(value != "NaN" for _, value in series["values"])
        for series in prometheus.over(text, began, ended, 1)
    )


def _metrics_that_may_lack(kernel):
    """Metrics of the probes of which a kernel, a column of the table, lacks something."""
    names = []
    for probe, row in kernel_table.rows().items():
        if row.get(kernel, "yes") == "yes":
            continue
        with open(os.path.join(CONFIG, f"{probe}.yaml"), encoding="utf-8") as file:
            names += re.findall(r"^    - name: (\w+)$", file.read(), re.MULTILINE)
    return names
