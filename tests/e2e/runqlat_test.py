# SPDX-License-Identifier: Apache-2.0
"""runqlat: one wait for each context switch to a task, as the kernel's own counters tell."""

import os
import subprocess
import sys
import unittest

from harness import children, outcome
from harness.exporter import Exporter

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "workloads")
ROUNDS = 20_000


def system_switches():
    """Context switches of all CPUs since boot, those to the idle tasks included."""
    with open("/proc/stat", encoding="ascii") as stat:
        return next(int(line.split()[1]) for line in stat if line.startswith("ctxt "))


def busy(cpu):
    """A task of the lowest priority that keeps `cpu` from its idle task."""
    spin = (
        "import os\n"
        f"os.sched_setaffinity(0, {{{cpu}}})\n"
        "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
        "print('busy', flush=True)\n"
        "while True: pass\n"
    )
    process = children.start([sys.executable, "-c", spin], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


class RunQueueLatency(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def start(self, process):
        self.addCleanup(process.stdout.close)
        self.addCleanup(children.stop, process)
        return process

    def test_counts_the_context_switches_of_a_known_workload(self):
        # With every CPU busy there is no switch to an idle task, so the kernel's counter of
        # switches counts just the ends of waits: the workload's and everybody else's.
        for cpu in os.sched_getaffinity(0):
            self.start(busy(cpu))
        workload = self.start(
            children.start(
                [sys.executable, os.path.join(FOLDER, "switches.py"), ROUNDS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        self.addCleanup(workload.stdin.close)
        workload.stdout.readline()
        with Exporter(names="runqlat") as exporter:
            before, all_before = exporter.page(), system_switches()
            workload.stdin.write("go\n")
            workload.stdin.flush()
            known = int(workload.stdout.readline())
            after, all_after = exporter.page(), system_switches()

        def grown(series):
            return after.value(series) - before.value(series)

        self.assertGreaterEqual(known, 1.99 * ROUNDS)
        others = all_after - all_before - known
        counted = grown("ebpf_exporter_runqlat_seconds_count") - others
        print(f"known {known}, others {others}, counted {counted:.0f}")
        self.assertLessEqual(abs(counted - known), 0.02 * known)
        self.assertEqual(0, after.value("ebpf_exporter_runqlat_dropped_total"))
        self.assertGreater(grown("ebpf_exporter_runqlat_seconds_sum"), 0)


if __name__ == "__main__":
    outcome.main()
