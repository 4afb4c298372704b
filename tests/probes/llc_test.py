# SPDX-License-Identifier: Apache-2.0
"""llc: a buffer larger than the caches is read; where the CPU does not count, nothing is shown."""

from probe import PREFIX, ProbeTest

LINE, LINES = 64, 4_000_000  # 256 MB


class Caches(ProbeTest):
    def test_reading_memory_is_counted_where_the_cpu_counts(self):
        if "llc_reference" in self.expected.missing:
            self.assertEqual([], self.page().samples_of(f"{PREFIX}llc_events_total"))
            return
        buffer = memoryview(bytearray(LINE * LINES))
        before = self.page().by_label(f"{PREFIX}llc_events_total", "event")
        sum(buffer[::LINE])
        after = self.page().by_label(f"{PREFIX}llc_events_total", "event")
        references, misses = (
            after[event] - before.get(event, 0) for event in ("reference", "miss")
        )
        self.assertGreaterEqual(references, LINES / 10)  # the CPU fetches lines ahead, uncounted
        self.assertLessEqual(misses, 1.1 * references)
