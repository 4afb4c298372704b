# SPDX-License-Identifier: Apache-2.0
"""A page in Prometheus' text format 0.0.4, read without the exporter's own code."""

import functools
import re

_SERIES = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?")
_TYPE = re.compile(r"^# TYPE (\S+) .*\n", re.MULTILINE)
_SUFFIX = re.compile(r"_(bucket|sum|count|total|created)$")  # the last two of OpenMetrics
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Page:
    """Samples of one scrape. A family is read, and checked, when it is asked for; check() reads all."""

    def __init__(self, text):
        self.text = text
        before, *parts = _TYPE.split(text)
        self._lines = dict(zip(parts[::2], parts[1::2]))  # of each family
        if len(self._lines) * 2 != len(parts):
            raise ValueError(f"a family twice on one page: {parts[::2]}")
        if lines := list(_sample_lines(before)):
            raise ValueError(f"samples of no family: {lines}")
        self._families = {}  # those that have been read: name -> {(name, labels): value}

    def check(self):
        """Fails with what is wrong on the page, if anything is."""
        for family in self._lines:
            self._read(family)
        return self

    def value(self, name, /, **labels):
        """The value of one series; 0 if the page does not have it."""
        return self._of(name).get((name, frozenset(labels.items())), 0)

    def has(self, name, /, **labels):
        return (name, frozenset(labels.items())) in self._of(name)

    def by_label(self, name, label):
        """{label's value: sample's value} of all series of `name`."""
        return {labels[label]: value for labels, value in self.samples_of(name)}

    def samples_of(self, name):
        """[({label: value}, sample's value)] of all series of `name`."""
        return [
            (dict(labels), value)
            for (found, labels), value in self._of(name).items()
            if found == name
        ]

    def labels_of(self, name):
        """[{label: value}] of all series of `name`."""
        return [labels for labels, _ in self.samples_of(name)]

    def names(self):
        return {name for family in self._lines for name, _ in self._read(family)}

    def _of(self, name):
        """The samples of the family that has series of that name."""
        family = name if name in self._lines else _SUFFIX.sub("", name)
        return self._read(family) if family in self._lines else {}

    def _read(self, family):
        samples = self._families.get(family)
        if samples is None:
            samples = self._families[family] = {}
            for line in _sample_lines(self._lines[family]):
                series, _, value = line.rpartition(" ")
                key = _series(series)
                if key in samples:
                    raise ValueError(f"a series twice on one page: {line!r}")
                if family not in (key[0], _SUFFIX.sub("", key[0])):
                    raise ValueError(f"not of the family {family}: {line!r}")
                samples[key] = float(value)
        return samples


def _sample_lines(text):
    return (line for line in text.splitlines() if line and not line.startswith("#"))


@functools.lru_cache(maxsize=100_000)  # pages of one exporter have mostly the same series
def _series(text):
    """(name, labels) of a sample without its value."""
    match = _SERIES.fullmatch(text)
    if match is None:
        raise ValueError(f"not a series: {text!r}")
    name, labels = match.groups()
    return name, frozenset(_labels(labels or ""))


def _labels(text):
    position = 0
    while position < len(text):
        match = _LABEL.match(text, position)
        if match is None:
            raise ValueError(f"not labels: {text!r}")
        yield match.group(1), re.sub(r'\\[\\"n]', lambda m: _ESCAPES[m.group()], match.group(2))
        position = match.end()
