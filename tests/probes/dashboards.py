# SPDX-License-Identifier: Apache-2.0
"""Whether the panels of deploy/grafana show something of what the tests did."""

import glob
import json
import os
import re
import time

import kernel_table
from harness.exporter import ROOT

FOLDER = os.path.join(ROOT, "deploy", "grafana", "dashboards")
CONFIG = os.path.join(ROOT, "config")
CONFIGURATIONS = sorted(
    os.path.basename(path).removesuffix(".yaml") for path in glob.glob(f"{CONFIG}/*.yaml")
)
VALUES = {"__interval": "2s", "__range": "1m"}
SETTLED = 4  # seconds after which the last events are in what Prometheus has scraped
_METRIC = re.compile(r"ebpf_exporter_(\w+)")


def queries():
    """(dashboard, panel's title, its queries) of all panels."""
    for path in sorted(glob.glob(f"{FOLDER}/*.json")):
        with open(path, encoding="utf-8") as file:
            dashboard = json.load(file)
        for panel in dashboard["panels"]:
            if expressions := [target["expr"] for target in panel.get("targets", [])]:
                yield dashboard["title"], panel["title"], expressions


def without_data(prometheus, began, ended=None, kernel=None, rate_interval="10s"):
    """The panels that have no data from `began` to `ended`, or now, but for those of probes that
    the table of kernels does not have whole on this one, or on that. Prints each of them."""
    excused = _metrics_that_may_lack(kernel or kernel_table.column())
    ended, empty = ended or time.time(), []
    values = {**VALUES, "__rate_interval": rate_interval}
    for dashboard, title, expressions in queries():
        if any(_has_data(prometheus, text, began, ended, values) for text in expressions):
            continue
        names = set(_METRIC.findall(" ".join(expressions)))
        if any(name.startswith(tuple(excused)) for name in names):
            print(f"no data, as this kernel lacks the probe: {dashboard}: {title}")
            continue
        print(f"NO DATA: {dashboard}: {title}")
        empty.append(title)
    return empty


def _has_data(prometheus, expression, began, ended, values):
    text = re.sub(
        r"\$(?:\{(\w+)\}|(\w+))",
        lambda match: values.get(match.group(1) or match.group(2), ".*"),
        expression,
    )
    return any(
        value != "NaN"
        for series in prometheus.over(text, began, ended, 1)
        for _, value in series["values"]
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
