# SPDX-License-Identifier: Apache-2.0
"""numa: a large buffer is read; where the CPU does not count, nothing is shown."""

from probe import PREFIX, ProbeTest

LINE, LINES = 64, 4_000_000  # 256 MB


class Nodes(ProbeTest):
    def test_loads_are_counted_where_the_cpu_counts(self):
        if "numa_load" in self.expected.missing:
            self.assertEqual([], self.page().samples_of(f"{PREFIX}numa_loads_total"))
            return
        buffer = memoryview(bytearray(LINE * LINES))
        before = self.page().by_label(f"{PREFIX}numa_loads_total", "node")
        sum(buffer[::LINE])
        after = self.page().by_label(f"{PREFIX}numa_loads_total", "node")
        loads, remote = (after.get(node, 0) - before.get(node, 0) for node in ("any", "remote"))
        self.assertGreaterEqual(loads, LINES / 10)  # the CPU fetches lines ahead, uncounted
        self.assertLessEqual(remote, 1.1 * loads)
