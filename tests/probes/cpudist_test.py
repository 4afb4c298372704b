# SPDX-License-Identifier: Apache-2.0
"""cpudist: the switches of known tasks and the time that they ran, as the kernel counts them."""

import contextlib
import os

from probe import ProbeTest
from tasks import Task, first_cpu

NAPS, NAP_SECONDS = 100, 0.002
# A host that takes the CPU away from a virtual machine between the kernel's look at its clock and ours
# lets the times differ by as much; the numbers never do.
ROUNDS = 3
# Runs a while between naps. Two share a CPU, so that one is also made to leave for the other.
NAPPING = f"""
for _ in range({NAPS}):
    end = time.process_time() + 0.001
    while time.process_time() < end: pass
    time.sleep({NAP_SECONDS})
"""


def all_switches():
    """Switches on all CPUs since boot, those from and to the idle tasks included."""
    with open("/proc/stat", encoding="ascii") as stat:
        return next(int(line.split()[1]) for line in stat if line.startswith("ctxt "))


def run_time():
    """Seconds that tasks ran on all CPUs until they left, where the kernel tells."""
    with contextlib.suppress(FileNotFoundError), open("/proc/schedstat", encoding="ascii") as table:
        return sum(int(line.split()[7]) for line in table if line.startswith("cpu")) / 1e9
    return None


class TimesOnCpu(ProbeTest):
    def shown(self):
        """{(metric, leaving): (count, sum)}."""
        page = self.page()
        return {
            (name, leaving): tuple(
                page.value(f"ebpf_exporter_cpudist_{name}_cpu_seconds_{part}", leaving=leaving)
                for part in ("count", "sum")
            )
            for name in ("on", "off")
            for leaving in ("voluntary", "involuntary")
        }

    def test_counts_what_the_kernel_counts(self):
        close = any(self.times_are_those_of_the_kernel() for _ in range(ROUNDS))
        self.assertTrue(close, "seconds differ in each round")

    def times_are_those_of_the_kernel(self):
        """Whether they are close; the numbers must be right."""
        with Task(NAPPING, first_cpu()) as one, Task(NAPPING, first_cpu()) as other:
            tasks = (one, other)
            least_before = all_switches(), run_time()
            before = self.shown()
            most_before = all_switches(), run_time()
            known_before = [(task.schedstat()[0], *task.switches()) for task in tasks]
            for task in tasks:
                task.go()
            for task in tasks:
                task.finish()
            known_after = [(task.schedstat()[0], *task.switches()) for task in tasks]
            least_after = all_switches(), run_time()
            after = self.shown()
            most_after = all_switches(), run_time()
        ran, voluntary, involuntary = (
            sum(now) - sum(then)
            for then, now in zip(zip(*known_before), zip(*known_after))
        )
        counts, sums = (
            {key: after[key][part] - before[key][part] for key in after} for part in (0, 1)
        )
        print(f"known: {ran / 1e9:.3f} s, {voluntary} and {involuntary}; {counts} {sums}")
        self.assertGreaterEqual(counts["on", "voluntary"], voluntary)
        self.assertGreaterEqual(counts["on", "involuntary"], involuntary)
        self.assertGreaterEqual(counts["off", "voluntary"], voluntary)
        self.assertGreaterEqual(sums["off", "voluntary"], len(tasks) * NAPS * NAP_SECONDS)
        on = sum(sums["on", leaving] for leaving in ("voluntary", "involuntary"))
        # Each read of ours lies between two of the kernel's.
        switched = sum(counts["on", leaving] for leaving in ("voluntary", "involuntary"))
        self.assertLessEqual(switched, most_after[0] - least_before[0] + os.cpu_count())
        self.assertEqual(0, self.value("cpudist_dropped_total"))
        close = on >= 0.99 * ran / 1e9
        if least_before[1]:
            least, most = least_after[1] - most_before[1], most_after[1] - least_before[1]
            print(f"all: {least:.3f} to {most:.3f} s, counted {on:.3f} s")
            close = close and 0.98 * least <= on <= 1.02 * most
        return close
