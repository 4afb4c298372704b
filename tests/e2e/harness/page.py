# SPDX-License-Identifier: Apache-2.0
"""A page in Prometheus' text format 0.0.4, read without the exporter's own code."""

import re

_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?')
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}


class Page:
    """Samples of one scrape."""

    def __init__(self, text):
        self.text = text
        self._samples = {}
        for line in text.splitlines():
            if line.startswith("#") or not line:
                continue
            match = _SAMPLE.fullmatch(line)
            if match is None:
                raise ValueError(f"not a sample: {line!r}")
            name, labels, value = match.groups()
            key = (name, frozenset(_labels(labels or "")))
            if key in self._samples:
                raise ValueError(f"a series twice on one page: {line!r}")
            self._samples[key] = float(value)

    def value(self, name, /, **labels):
        """The value of one series; 0 if the page does not have it."""
        return self._samples.get((name, frozenset(labels.items())), 0)

    def has(self, name, /, **labels):
        return (name, frozenset(labels.items())) in self._samples

    def by_label(self, name, label):
        """{label's value: sample's value} of all series of `name`."""
        return {
            dict(labels)[label]: value
            for (found, labels), value in self._samples.items()
            if found == name
        }

    def samples_of(self, name):
        """[({label: value}, sample's value)] of all series of `name`."""
        return [
            (dict(labels), value)
            for (found, labels), value in self._samples.items()
            if found == name
        ]

    def labels_of(self, name):
        """[{label: value}] of all series of `name`."""
        return [labels for labels, _ in self.samples_of(name)]

    def names(self):
        return {name for name, _ in self._samples}


def _labels(text):
    position = 0
    while position < len(text):
        match = _LABEL.match(text, position)
        if match is None:
            raise ValueError(f"not labels: {text!r}")
        yield match.group(1), re.sub(r'\\[\\"n]', lambda m: _ESCAPES[m.group()], match.group(2))
        position = match.end()
