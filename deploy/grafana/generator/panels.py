# SPDX-License-Identifier: Apache-2.0
"""One panel of a specification as Grafana's JSON."""

from . import queries

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
KINDS = ("rate", "gauge", "quantiles", "count", "total", "mean", "heatmap", "queries", "stat")
KEYS = {"title", "description", "unit", "by", "top", "where", "aggregate", "width", "height", *KINDS}
KEYS |= {"legend", "thresholds", "decimals", "max"}
QUANTILES = (0.5, 0.9, 0.99)


class SpecError(Exception):
    """A specification is wrong; the text says where and how."""


def panel(spec, place):
    """`spec` as JSON, without id and position; `place` is its file, for errors."""
    where = f"{place}: panel '{spec.get('title', '?')}'"
    kinds = [kind for kind in KINDS if kind in spec]
    if unknown := sorted(set(spec) - KEYS):
        raise SpecError(f"{where}: unknown key '{unknown[0]}'")
    if len(kinds) != 1:
        raise SpecError(f"{where}: needs one of {', '.join(KINDS)}")
    for key in ("title", "description", "unit"):
        if not spec.get(key):
            raise SpecError(f"{where}: needs '{key}'")
    kind = kinds[0]
    make = {"heatmap": _heatmap, "stat": _stat}.get(kind, _timeseries)
    return {
        "type": "timeseries",
        "title": spec["title"],
        "description": " ".join(spec["description"].split()),
        "datasource": DATASOURCE,
        **make(spec, kind),
    }


def _targets(pairs, **more):
    """(expression, legend) pairs as Grafana's targets."""
    return [
        {
            "refId": chr(ord("A") + number),
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": expression,
            "legendFormat": legend,
            "range": True,
            **more,
        }
        for number, (expression, legend) in enumerate(pairs)
    ]


def _pairs(spec, kind):
    labels, matchers, top = spec.get("by", []), spec.get("where", ""), spec.get("top")
    legend = spec.get("legend") or " ".join(f"{{{{{label}}}}}" for label in labels)
    if kind == "queries":
        return [(queries.filled(query["expr"]), query["legend"]) for query in spec["queries"]]
    if kind == "quantiles":
        metric = spec["quantiles"]
        return [
            (queries.quantile(number, metric, labels, matchers), f"p{number * 100:g} {legend}".strip())
            for number in QUANTILES
        ]
    metrics = spec[kind] if isinstance(spec[kind], dict) else {spec[kind]: legend}
    pairs = []
    for metric, name in metrics.items():
        text = f"{name} {legend}".strip() if isinstance(spec[kind], dict) else name
        if kind == "gauge":
            how = spec.get("aggregate", "sum")
            expression = queries.gauge(metric, labels, matchers, top, how)
        elif kind == "mean":
            expression = queries.mean(metric, labels, matchers)
        else:
            expression = getattr(queries, kind)(metric, labels, matchers, top)
        pairs.append((expression, text or spec["title"]))
    return pairs


def _defaults(spec, **more):
    defaults = {"unit": spec["unit"], **more}
    for key in ("decimals", "max"):
        if key in spec:
            defaults[key] = spec[key]
    return defaults


def _timeseries(spec, kind):
    stacked = kind in ("rate", "count", "total") and bool(spec.get("by")) and "top" not in spec
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 20 if stacked else 5,
        "showPoints": "never",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
    }
    return {
        "fieldConfig": {"defaults": _defaults(spec, min=0, custom=custom), "overrides": []},
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": _targets(_pairs(spec, kind)),
    }


def _stat(spec, _):
    steps = [{"color": "green", "value": None}]
    for color, value in spec.get("thresholds", {}).items():
        steps.append({"color": color, "value": value})
    thresholds = {"mode": "absolute", "steps": steps}
    return {
        "type": "stat",
        "fieldConfig": {
            "defaults": _defaults(spec, thresholds=thresholds, mappings=[]),
            "overrides": [],
        },
        "options": {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "colorMode": "value",
            "graphMode": "area",
            "textMode": "auto",
            "justifyMode": "auto",
            "orientation": "auto",
            "wideLayout": True,
            "showPercentChange": False,
            "percentChangeColorMode": "standard",
        },
        "targets": _targets([(queries.filled(spec["stat"]), spec["title"])]),
    }


def _heatmap(spec, _):
    classic, native = queries.heatmaps(spec["heatmap"], spec.get("where", ""))
    hide = {"legend": False, "tooltip": False, "viz": False}
    custom = {"hideFrom": hide, "scaleDistribution": {"type": "linear"}}
    return {
        "type": "heatmap",
        "fieldConfig": {"defaults": {"custom": custom}, "overrides": []},
        "options": {
            "calculate": False,
            "cellGap": 1,
            "cellValues": {"unit": "ops"},
            "color": {
                "mode": "scheme",
                "scheme": "Oranges",
                "fill": "dark-orange",
                "scale": "exponential",
                "exponent": 0.5,
                "steps": 64,
                "reverse": False,
            },
            "exemplars": {"color": "rgba(255,0,255,0.7)"},
            "filterValues": {"le": 1e-9},
            "legend": {"show": True},
            "rowsFrame": {"layout": "auto"},
            "showValue": "never",
            "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": False},
            "yAxis": {"axisPlacement": "left", "reverse": False, "unit": spec["unit"]},
        },
        "targets": _targets([(classic, "{{le}}"), (native, "")], format="heatmap"),
    }
