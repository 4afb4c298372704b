# SPDX-License-Identifier: Apache-2.0
"""writeback: a slow disk that is written to faster than it can, against the kernel's own tracing and
/proc/vmstat."""

import os

import disks
from harness import children
from probe import PREFIX, ProbeTest
from trace_events import TraceEvents, number

MEGABYTES = 24
# How much may be dirty before a program is held back. A guest on a busy host may write more slowly
# than the disk takes it; then less must do.
LIMITS = (4 << 20, 1 << 20, 512 << 10)
EVENT = "writeback/balance_dirty_pages"


class Writeback(ProbeTest):
    def setUp(self):
        super().setUp()
        self.disk = disks.of_guest("slow")
        if self.disk is None:
            self.skipTest("needs the slow disk of a guest")
        self.addCleanup(self.restore)

    def restore(self):
        # The kernel's own values, which put an end to the bytes.
        disks.write_setting("/proc/sys/vm/dirty_background_ratio", "10")
        disks.write_setting("/proc/sys/vm/dirty_ratio", "20")

    def pauses_of_writing(self, folder, limit):
        """Milliseconds of each pause in which the kernel held back a program that writes."""
        disks.write_setting("/proc/sys/vm/dirty_background_bytes", str(limit // 4))
        disks.write_setting("/proc/sys/vm/dirty_bytes", str(limit))
        with TraceEvents(EVENT) as trace:
            path = os.path.join(folder, "data")
            line = ["dd", "if=/dev/zero", f"of={path}", "bs=256k", f"count={4 * MEGABYTES}"]
            children.run(line, check=True)
            trace.stop()
            pauses = [number("pause", text) for _, text in trace.lines()]
        return [pause for pause in pauses if pause > 0]

    def test_programs_that_are_held_back(self):
        name = PREFIX + "writeback_throttle_seconds"
        with disks.mounted(self.disk) as folder:
            for limit in LIMITS:
                before = self.page()
                pauses = self.pauses_of_writing(folder, limit)
                after = self.page()
                if pauses:
                    break
        self.assertGreater(len(pauses), 0)
        count, total = (
            after.value(name + end, device=self.disk) - before.value(name + end, device=self.disk)
            for end in ("_count", "_sum")
        )
        self.assertEqual(len(pauses), count)
        self.assertAlmostEqual(sum(pauses) / 1000, total)

    def test_pages_that_sync_writes(self):
        with disks.mounted(self.disk) as folder:
            os.sync()
            before = self.page()
            written = disks.read_fields("/proc/vmstat")["nr_written"]
            with open(os.path.join(folder, "data"), "wb") as file:
                file.write(bytes(2 << 20))
            os.sync()
            written = disks.read_fields("/proc/vmstat")["nr_written"] - written
            after = self.page()
        pages = PREFIX + "writeback_pages_total"
        grown = {
            labels["reason"]: value - before.value(pages, **labels)
            for labels, value in after.samples_of(pages)
            if labels["device"] == self.disk
        }
        self.assertGreaterEqual(grown["sync"], (2 << 20) / 4096)
        # What the file system writes by itself, such as its journal, is in the kernel's alone; and a
        # CPU keeps up to 125 of its counter to itself.
        self.assertLessEqual(abs(sum(grown.values()) - written), 125 * os.cpu_count() + 64)
        labels = {"device": self.disk, "reason": "sync"}
        count = PREFIX + "writeback_seconds_count"
        self.assertGreater(after.value(count, **labels), before.value(count, **labels))
