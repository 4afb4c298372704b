# SPDX-License-Identifier: Apache-2.0
"""hardirq: the runs of each interrupt's handlers, against /proc/interrupts."""

import mmap
import os
import tempfile
import termios

from harness.exporter import BUILD
from probe import ProbeTest

READS, LINES = 300, 60
BLOCK = 4096


def handled():
    """{interrupt: (how often on all CPUs since boot, the line's end with its handlers)}."""
    with open("/proc/interrupts", encoding="ascii") as table:
        cpus = len(next(table).split())
        rows = [line.split() for line in table]
    return {
        row[0].rstrip(":"): (sum(map(int, row[1 : 1 + cpus])), " ".join(row[1 + cpus :]))
        for row in rows
        if row[0].rstrip(":").isdigit()
    }


def interrupts():
    """Interrupts of a disk, or of a guest's serial line, as its files are in memory."""
    with tempfile.NamedTemporaryFile(dir=BUILD) as file:
        if os.major(os.fstat(file.fileno()).st_dev) == 0:
            serial_output()
            return
        file.write(b"x" * BLOCK)
        file.flush()
        os.fsync(file.fileno())
        disk = os.open(file.name, os.O_RDONLY | os.O_DIRECT)
        block = mmap.mmap(-1, BLOCK)  # where O_DIRECT may write
        for _ in range(READS):
            os.preadv(disk, [block], 0)
        os.close(disk)


def serial_output():
    line = os.open("/dev/ttyS0", os.O_WRONLY | os.O_NOCTTY)
    for _ in range(LINES):
        os.write(line, b"-" * 7 + b"\n")
        termios.tcdrain(line)  # or one interrupt may do for all
    os.close(line)


class HardIrqs(ProbeTest):
    def counts(self):
        """{interrupt: {handler: runs}}."""
        counts = {}
        for labels, value in self.page().samples_of("ebpf_exporter_hardirq_run_seconds_count"):
            counts.setdefault(labels["irq"], {})[labels["handler"]] = value
        return counts

    def test_counts_what_proc_interrupts_counts(self):
        # Each read of ours lies between two of the kernel's, since there are other interrupts.
        least_before = handled()
        before = self.counts()
        most_before = handled()
        interrupts()
        least_after = handled()
        after = self.counts()
        most_after = handled()
        running = os.cpu_count()  # interrupts whose handlers have not ended
        total = 0
        for irq, (most, line) in most_after.items():
            for handler, count in after.get(irq, {}).items():
                with self.subTest(irq=irq, handler=handler):
                    grown = count - before.get(irq, {}).get(handler, 0)
                    total += grown
                    self.assertIn(handler, line)
                    least = least_after[irq][0] - most_before[irq][0]
                    self.assertGreaterEqual(grown, least - running)
                    self.assertLessEqual(grown, most - least_before[irq][0] + running)
        self.assertGreater(total, LINES / 2)  # several may share an interrupt
        self.assertEqual(0, self.value("hardirq_dropped_total"))

    def test_misses_no_interrupt_that_has_a_handler(self):
        before, counted_before = handled(), self.counts()
        interrupts()
        after, counted = handled(), self.counts()
        for irq, (count, line) in after.items():
            if count - before.get(irq, (0, ""))[0] > os.cpu_count():
                ours = (sum(counts.get(irq, {}).values()) for counts in (counted_before, counted))
                self.assertLess(*ours, line)
