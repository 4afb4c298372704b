# SPDX-License-Identifier: Apache-2.0
"""Pages that the tests of probes have read, with their times: written down in a guest, where there is no Prometheus, and
told to one outside."""

import re
import struct
import time
import zlib

DISK = "pages"  # the serial number of a guest's disk for a recording
PAUSE = 0.5  # seconds between pages that are kept, unless something else comes in between
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


class Recorder:
    """An exporter whose pages are kept until close() writes them to a file or a disk: not before,
    as tests count what is written. Of pages that follow each other at once, the first and the last
    are kept."""

    def __init__(self, exporter, path):
        self._exporter = exporter
        self._path = path
        self._kept = []  # (seconds since 1970, text), packed
        self._last = None  # a page that is kept unless another one follows at once

    def __getattr__(self, name):
        return getattr(self._exporter, name)

    def page(self, **options):
        page = self._exporter.page(**options)
        now = time.time()
        if not self._kept or now - self._kept[-1][0] >= PAUSE:
            self._keep_last()
            self._last = (now, page.text)
            self._keep_last()
        else:
            self._last = (now, page.text)
        return page

    def close(self):
        self._keep_last()
        with open(self._path, "r+b") as file:
            for when, packed in (*self._kept, (0, b"")):
                file.write(struct.pack(">dQ", when, len(packed)) + packed)

    def _keep_last(self):
        if self._last is not None:
            when, text = self._last
            self._kept.append((when, zlib.compress(text.encode(), 1)))
            self._last = None


def read(path):
    """[(seconds since 1970, text of the page)] of a recording."""
    pages = []
    with open(path, "rb") as file:
        while True:
            when, size = struct.unpack(">dQ", file.read(16))
            if when == 0:
                return pages
            pages.append((when, zlib.decompress(file.read(size)).decode()))


def as_open_metrics(pages, labels):
    """Lines of OpenMetrics, with the time of each sample, as promtool makes blocks of them. All
    samples get the labels, such as 'instance="guest"', and beside each page is what Prometheus
    itself says of a target."""
    for when, text in pages:
        yield f"up{{{labels}}} 1 {when:.3f}\n"
        for line in text.splitlines():
            sample = _SAMPLE.match(line)
            if sample is not None:
                name, own, value = sample.groups()
                yield f"{name}{{{','.join(filter(None, (own, labels)))}}} {value} {when:.3f}\n"
    yield "# EOF\n"
