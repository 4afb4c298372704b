# SPDX-License-Identifier: Apache-2.0
"""syscalls: counted calls. tests/e2e/syscalls_test.py compares with strace."""

import os

from probe import IN_GUEST, ProbeTest

COUNT = 300


class SystemCalls(ProbeTest):
    def call(self):
        for _ in range(COUNT):
            os.getsid(0)

    def test_counts_calls_by_name(self):
        grown = self.growth(self.call, "syscalls_total", syscall="getsid")
        if IN_GUEST:
            self.assertEqual(COUNT, grown)
        self.assertGreaterEqual(grown, COUNT)
        self.assertEqual(0, self.value("syscalls_dropped_total"))
