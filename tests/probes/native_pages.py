# SPDX-License-Identifier: Apache-2.0
"""Histograms of recorded text pages as a server has them that takes native ones."""

import dataclasses
import math
import re

_SAMPLE = re.compile(r"^(\w+)_(bucket|sum)(?:\{(.*)\})? (\S+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclasses.dataclass
class Histogram:
    """A histogram with a bound at every power of two from 2^first on: what the zero bucket has,
    which is all up to there, and what is between the bounds and over the last."""

    first: int
    zeros: int
    counts: list
    sum: float

    @property
    def count(self):
        return self.zeros + sum(self.counts)


def series(pages, labels):
    """[(labels with __name__, [(seconds since 1970, Histogram)])] of the histograms of pages, each
    (seconds, text), that are native where a server takes these: in text they have a bound at
    every doubling. All get `labels`."""
    points = {}
    for when, text in pages:
        for key, histogram in _of_page(text):
            points.setdefault(key, []).append((when, histogram))
    return [
        ({"__name__": name, **dict(own), **labels}, values)
        for (name, own), values in points.items()
    ]


def _of_page(text):
    """((name, its labels), Histogram) of those that are native."""
    rows, sums = {}, {}
    for name, kind, own, value in filter(None, map(_parsed, text.splitlines())):
        if kind == "sum":
            sums[name, own] = value
        else:
            bounds = dict(own)
            bound = float(bounds.pop("le"))
            rows.setdefault((name, tuple(bounds.items())), []).append((bound, int(value)))
    for key, buckets in rows.items():
        bounds, totals = zip(*buckets)
        fraction, exponent = math.frexp(bounds[0])
        first = exponent - 1
        if fraction == 0.5 and bounds[:-1] == tuple(2.0 ** (first + i) for i in range(len(bounds) - 1)):
            counts = [more - less for less, more in zip(totals, totals[1:])]
            yield key, Histogram(first, totals[0], counts, sums[key])


def _parsed(line):
    """(name without its ending, that, labels, value) of a sample of a histogram, else None."""
    sample = _SAMPLE.match(line)
    if sample is None:
        return None
    name, kind, own, value = sample.groups()
    labels = tuple((key, _unescaped(text)) for key, text in _LABEL.findall(own or ""))
    return name, kind, labels, float(value)


def _unescaped(text):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)
