# SPDX-License-Identifier: Apache-2.0
"""A dashboard of rows of panels, with variables, links to the others and annotations."""

from . import queries
from .panels import DATASOURCE, SpecError, panel

COLUMNS = 24  # of Grafana's grid
SCHEMA_VERSION = 39  # Grafana 11
INFO = "ebpf_exporter_build_info"
TAG = "bpf_exporter"
KILLS = "ebpf_exporter_oom_kills_total{$of}"


def dashboard(spec, wanted, rows):
    """`spec` of dashboards.yaml as JSON; `rows` are its rows by the file that they come from, of
    which those that `spec` names in `first` come first."""
    order = spec.get("first", [])
    names = {path.rsplit("/", 1)[-1].removesuffix(".yaml"): path for path in rows}
    if missing := [name for name in order if name not in names]:
        raise SpecError(f"dashboards.yaml: '{spec['name']}' has no row '{missing[0]}'")
    ordered = [names[name] for name in order] + sorted(
        path for name, path in names.items() if name not in order
    )
    return {
        "uid": f"bpf-exporter-{spec['name']}",
        "title": f"eBPF: {spec['title']}",
        "description": spec["description"],
        "tags": [TAG],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "timezone": "browser",
        "time": {"from": "now-1h", "to": "now"},
        "timepicker": {},
        "fiscalYearStartMonth": 0,
        "weekStart": "",
        "links": [_link(other) for other in wanted if other is not spec],
        "annotations": {"list": [_annotation(*each) for each in ANNOTATIONS]},
        "templating": {"list": _variables()},
        "panels": list(_placed(rows, ordered)),
    }


def _placed(rows, ordered):
    """Rows and panels with their ids, from left to right and from top to bottom."""
    number, y = 0, 0
    for path in ordered:
        number += 1
        position = {"h": 1, "w": COLUMNS, "x": 0, "y": y}
        title = rows[path]["title"]
        yield {
            "id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
            "gridPos": position,
        }  # fmt: skip
        y += 1
        x, tallest = 0, 0
        for spec in rows[path]["panels"]:
            number += 1
            width = spec.get("width", 4 if "stat" in spec else 12)
            height = spec.get("height", 4 if "stat" in spec else 8)
            if x + width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            position = {"h": height, "w": width, "x": x, "y": y}
            yield {"id": number, **panel(spec, path), "gridPos": position}
            x, tallest = x + width, max(tallest, height)
        y += tallest


def _link(spec):
    return {
        "title": spec["title"],
        "type": "link",
        "url": f"/d/bpf-exporter-{spec['name']}",
        "tooltip": spec["description"],
        "icon": "dashboard",
        "tags": [],
        "asDropdown": False,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
    }


# Name, colour, query and text. Each query has a result only when there is something to tell.
ANNOTATIONS = (
    (
        "Exporter starts",
        "blue",
        "changes(process_start_time_seconds{$of}[$__rate_interval]) > 0"
        f" and on (job, instance) {INFO}",
        "{{instance}}: the exporter has started",
    ),
    (
        "OOM kills",
        "red",
        # The first kill of a control group is a new series, which increase() does not see.
        f"sum by (instance) ({KILLS} unless {KILLS} offset $__rate_interval"
        f" or increase({KILLS}[$__rate_interval])) > 0",
        "{{instance}}: the kernel killed a process for want of memory",
    ),
)


def _annotation(name, color, expression, text):
    return {
        "name": name,
        "enable": True,
        "hide": False,
        "iconColor": color,
        "datasource": DATASOURCE,
        "expr": queries.filled(expression),
        "step": "30s",
        "titleFormat": name,
        "textFormat": text,
        "useValueForTime": False,
    }


def _variables():
    source = {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "hide": 0,
        "includeAll": False,
        "multi": False,
        "options": [],
        "refresh": 1,
        "regex": "",
    }
    return [
        source,
        _label("cluster", "Cluster", INFO),
        _label("job", "Job", f'{INFO}{{cluster=~"$cluster"}}'),
        _label("instance", "Instance", f'{INFO}{{cluster=~"$cluster",job=~"$job"}}'),
    ]


def _label(name, title, selector):
    """A variable of the values of a label. "All" also matches series that lack it: one server
    that scrapes one cluster has no label for it."""
    query = f"label_values({selector}, {name})"
    return {
        "name": name,
        "label": title,
        "type": "query",
        "datasource": DATASOURCE,
        "definition": query,
        "query": {"query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "hide": 0,
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "options": [],
        "refresh": 2,
        "regex": "",
        "sort": 1,
    }
