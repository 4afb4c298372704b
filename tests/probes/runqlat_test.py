# SPDX-License-Identifier: Apache-2.0
"""runqlat: waits of two tasks that wake each other, against /proc/schedstat, in a guest. On a machine
tests/e2e/runqlat_test.py keeps all CPUs busy meanwhile."""

import os

from probe import IN_GUEST, ProbeTest

ROUNDS = 300
ARRIVALS = 9  # field of a CPU's line: how often a task was given the CPU


def arrivals():
    """How many tasks the kernel has counted that were given a CPU."""
    with open("/proc/schedstat", encoding="ascii") as file:
        lines = [line.split() for line in file]
    return sum(int(fields[ARRIVALS]) for fields in lines if fields[0].startswith("cpu"))


def wake_each_other():
    there, back = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for _ in range(ROUNDS):
                os.write(back[1], os.read(there[0], 1))
        finally:
            os._exit(0)
    for _ in range(ROUNDS):
        os.write(there[1], b"x")
        os.read(back[0], 1)
    os.waitpid(child, 0)
    for end in (*there, *back):
        os.close(end)


class RunQueueLatency(ProbeTest):
    def test_counts_the_arrivals_of_schedstat(self):
        if not IN_GUEST:
            self.skipTest("needs a guest, where nothing else is switched to without a wait")
        name = "runqlat_seconds_count"
        outer, before, inner = arrivals(), self.value(name), arrivals()
        wake_each_other()
        inner, grown = arrivals() - inner, self.value(name) - before
        outer = arrivals() - outer
        self.assertGreater(inner, ROUNDS)  # else the workload was none
        self.assertGreaterEqual(grown, inner)
        self.assertLessEqual(grown, outer)
        self.assertEqual(0, self.value("runqlat_dropped_total"))
