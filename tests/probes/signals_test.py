# SPDX-License-Identifier: Apache-2.0
"""signals: counted signals of kinds that nothing else on the machine sends."""

import os
import resource
import signal

from probe import ProbeTest

COUNT = 50
UNUSED = signal.SIGRTMIN + 9


class Signals(ProbeTest):
    def sent(self, number, name, results, send=None):
        """Sends the signal COUNT times to this process, and compares what came of that."""
        page = self.page()
        labels = [{"signal": name, "result": result} for result in results]
        before = [page.value("ebpf_exporter_signals_total", **each) for each in labels]
        for _ in range(COUNT):
            (send or os.kill)(os.getpid(), number)
        page = self.page()
        after = [page.value("ebpf_exporter_signals_total", **each) for each in labels]
        self.assertEqual(list(results.values()), [new - old for new, old in zip(after, before)])

    def test_delivered(self):
        for number, name in ((UNUSED, "SIGRTMIN+9"), (signal.SIGSTKFLT, "SIGSTKFLT")):
            with self.subTest(signal=name):
                old = signal.signal(number, lambda *_: None)
                try:
                    # One that waits while the next one is sent would be told as already pending.
                    self.sent(number, name, {"delivered": COUNT})
                finally:
                    signal.signal(number, old)

    def test_ignored(self):
        old = signal.signal(UNUSED, signal.SIG_IGN)
        try:
            self.sent(UNUSED, "SIGRTMIN+9", {"ignored": COUNT, "delivered": 0})
        finally:
            signal.signal(UNUSED, old)

    def blocked(self, number, name, results):
        old = signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, {number})
        try:
            self.sent(number, name, results)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
            signal.signal(number, old)

    def test_already_pending(self):
        self.blocked(
            signal.SIGSTKFLT, "SIGSTKFLT", {"delivered": 1, "already_pending": COUNT - 1}
        )

    def test_queued_without_information(self):
        """kill() of a signal that queues does not fail when the queue is full."""
        limits = resource.getrlimit(resource.RLIMIT_SIGPENDING)
        resource.setrlimit(resource.RLIMIT_SIGPENDING, (0, limits[1]))
        try:
            self.blocked(UNUSED, "SIGRTMIN+9", {"queued_without_info": COUNT, "delivered": 0})
        finally:
            resource.setrlimit(resource.RLIMIT_SIGPENDING, limits)
