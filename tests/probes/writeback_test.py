# SPDX-License-Identifier: Apache-2.0
"""writeback: a slow disk that is written to faster than it can, against the kernel's own tracing and
/proc/vmstat."""

import os

import disks
from harness import children
from probe import PREFIX, ProbeTest
from trace_events import TraceEvents, number

MEGABYTES = 24
SETTINGS = {"dirty_background_bytes": 1 << 20, "dirty_bytes": 4 << 20}
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

    def test_programs_that_are_held_back(self):
        name = PREFIX + "writeback_throttle_seconds"
        with disks.mounted(self.disk) as folder:
            for setting, value in SETTINGS.items():
                disks.write_setting(f"/proc/sys/vm/{setting}", str(value))
            before = self.page()
            with TraceEvents(EVENT) as trace:
                path = os.path.join(folder, "data")
                line = ["dd", "if=/dev/zero", f"of={path}", "bs=256k", f"count={4 * MEGABYTES}"]
                children.run(line, check=True)
                trace.stop()
                seen = trace.lines()
            after = self.page()
        pauses = [number("pause", text) for _, text in seen]
        pauses = [pause for pause in pauses if pause > 0]
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
