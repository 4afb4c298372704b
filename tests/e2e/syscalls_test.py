# SPDX-License-Identifier: Apache-2.0
"""syscalls: the counts of a command's calls as strace counts them in the same run."""

import os
import sys
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import Exporter
from workloads.calls import CALLS

WORKLOAD = os.path.join(os.path.dirname(os.path.realpath(__file__)), "workloads", "calls.py")
SERIES = "ebpf_exporter_syscalls_total"


def strace(command):
    """{call: count} of `command` and its children."""
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "table")
        columns = "--summary-columns=calls,name"
        done = children.run(["strace", "-f", "-c", columns, "-o", table, *command])
        if done.returncode != 0:
            raise AssertionError(f"strace: {done.stderr}")
        with open(table, encoding="ascii") as lines:
            rows = [line.split() for line in lines]
    return {row[1]: int(row[0]) for row in rows if row[0].isdigit() and row[1] != "total"}


class SystemCalls(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        outcome.need_program("strace")

    def test_counts_equal_strace(self):
        with Exporter(names="syscalls") as exporter:
            before = exporter.page().by_label(SERIES, "syscall")
            expected = strace([sys.executable, "-B", WORKLOAD])
            after = exporter.page().by_label(SERIES, "syscall")
        grown = {name: after.get(name, 0) - before.get(name, 0) for name in expected}

        # Calls that nothing else makes: exactly strace's counts, which are the workload's.
        self.assertEqual(CALLS, {name: expected[name] for name in CALLS})
        self.assertEqual(CALLS, {name: grown[name] for name in CALLS})
        # Every other call: at least strace's, for the rest of the machine makes them too.
        missed = {name: n for name, n in expected.items() if grown[name] < n}
        self.assertEqual({}, missed)


if __name__ == "__main__":
    outcome.main()
