# SPDX-License-Identifier: Apache-2.0
"""promtool of several years reads our pages, and has nothing to say of the shipped names."""

import os
import re
import subprocess
import unittest

from harness import outcome, servers
from harness.exporter import Exporter

REGISTRIES, AT_ONCE = 10_000, 500
PROMTOOLS = (("prometheus", "bookworm"), ("promtool", "trixie"), ("promtool", "forky"))


def text_pages(writer, first, count):
    """The pages in text of random registries (tests/unit/formats/random_registries.cc)."""
    data = subprocess.run([writer, str(first), str(count)], capture_output=True, check=True).stdout
    pages, at = [], 0
    while at < len(data):
        end = data.index(b"\n", at)
        size = int(data[at:end])
        pages.append(data[end + 1 : end + 1 + size])
        at = end + 1 + size
    return pages[::4]


class Family:
    """The lines of a family, and what promtool says of them: what its rules are, by the names alone."""

    def __init__(self, lines):
        self.text = b"# HELP " + lines
        help_line, type_line, *self.samples = self.text.decode().rstrip("\n").split("\n")
        self.name, kind = type_line.split(" ")[2:]
        assert help_line.startswith(f"# HELP {self.name} "), help_line
        self.complaints = set()
        if kind == "counter" and not self.name.endswith("_total"):
            self.complaints.add(f'{self.name} counter metrics should have "_total" suffix')
        if "kilobytes" in self.name:
            self.complaints.add(f'{self.name} use base unit "bytes" instead of "kilobytes"')


def check(promtool, families, *flags):
    """(exit code, output, complaints) of `promtool check metrics`."""
    page = b"".join(family.text for family in families)
    done = subprocess.run([promtool, "check", "metrics", *flags], input=page, capture_output=True, timeout=120)
    return done.returncode, done.stdout.decode(), set(done.stderr.decode().splitlines())


class Promtool(unittest.TestCase):
    maxDiff = 2000

    def test_every_version_reads_the_pages_of_random_registries(self):
        writer = os.environ.get("RANDOM_REGISTRIES")
        outcome.need(writer, "RANDOM_REGISTRIES, the program of unit/formats")
        promtools = [servers.program(package, suite, "promtool") for package, suite in PROMTOOLS]
        for first in range(0, REGISTRIES, AT_ONCE):
            page = b"".join(text_pages(writer, first, AT_ONCE))
            families = [Family(lines) for lines in re.split(rb"^# HELP ", page, flags=re.MULTILINE)[1:]]
            good = [family for family in families if not family.complaints]
            complaints = set().union(*(family.complaints for family in families))
            series = {family.name: len(family.samples) for family in good}
            for promtool in promtools:
                self.assertEqual((3, "", complaints), check(promtool, families), promtool)
                code, table, said = check(promtool, good, "--extended")
                self.assertEqual((0, set()), (code, said))
                rows = [line.split() for line in table.splitlines()[1:-1]]  # between titles and total
                self.assertEqual(series, {row[0]: int(row[1]) for row in rows}, promtool)

    def test_every_version_has_nothing_to_say(self):
        outcome.need_root()
        with Exporter() as exporter:
            exporter.page()  # so that the request counters have something
            page = exporter.page().text
        for package, suite in PROMTOOLS:
            with self.subTest(suite):
                done = subprocess.run(
                    [servers.program(package, suite, "promtool"), "check", "metrics"],
                    input=page, capture_output=True, text=True, timeout=60,
                )
                self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))


if __name__ == "__main__":
    outcome.main()
