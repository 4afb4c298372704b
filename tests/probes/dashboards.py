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


def queries():
    """(dashboard, title, queries) of all panels, and of the annotations, which are the same on each."""
    for path in sorted(glob.glob(f"{FOLDER}/*.json")):
        with open(path, encoding="utf-8") as file:
            dashboard = json.load(file)
        for panel in dashboard["panels"]:
            if expressions := [target["expr"] for target in panel.get("targets", [])]:
                yield dashboard["title"], panel["title"], expressions
    for annotation in dashboard["annotations"]["list"]:
        yield "annotation", annotation["name"], [annotation["expr"]]


def without_data(name, prometheus, began, ended, kernel=None, metrics=None, but=()):
    """The titles of what has no data from `began` to `ended`, but for probes that the table of
    kernels does not have whole on this one, or on that; of all but some titles, or of what asks
    for one of `metrics`. Prints each of them with the server's name, and how many were asked for."""
    excused = _metrics_that_may_lack(kernel or kernel_table.column())
    empty, asked = [], 0
    for dashboard, title, expressions in queries():
        names = set(_METRIC.findall(" ".join(expressions)))
        if title in but or metrics is not None and not names & metrics:
            continue
        asked += 1
        if any(_has_data(prometheus, text, began, ended) for text in expressions):
            continue
        if any(one.startswith(tuple(excused)) for one in names):
            print(f"{name}: no data, as this kernel lacks the probe: {dashboard}: {title}")
            continue
        print(f"{name}: NO DATA: {dashboard}: {title}")
        empty.append(title)
    print(f"Prometheus {name}: {asked} panels and annotations, without data: {len(empty)}", flush=True)
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
