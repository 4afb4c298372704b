# SPDX-License-Identifier: Apache-2.0
"""softirq: the runs of each vector's handler, against /proc/softirqs."""

import os
import socket
import threading

from probe import ProbeTest

PACKETS = 5_000


def handled():
    """{vector: softirqs handled on all CPUs since boot}."""
    with open("/proc/softirqs", encoding="ascii") as table:
        return {
            line.split(":")[0].strip(): sum(map(int, line.split()[1:]))
            for line in table
            if ":" in line
        }


def traffic():
    """Packets through the loopback: each is a softirq of the vector NET_RX, or shares one."""
    with socket.socket(type=socket.SOCK_DGRAM) as to, socket.socket(type=socket.SOCK_DGRAM) as out:
        to.bind(("127.0.0.1", 0))
        for _ in range(PACKETS):
            out.sendto(b"x", to.getsockname())
            to.recv(1)


class Softirqs(ProbeTest):
    def counts(self, metric):
        return self.page().by_label(f"ebpf_exporter_{metric}_count", "vector")

    def test_counts_what_proc_softirqs_counts(self):
        # The kernel's counters go up at a handler's start, ours at its end, and everybody on the
        # machine makes softirqs: each read of ours lies between two of the kernel's.
        least_before = handled()
        before = self.counts("softirq_run_seconds")
        most_before = handled()
        thread = threading.Thread(target=traffic)
        thread.start()
        traffic()
        thread.join()
        least_after = handled()
        after = self.counts("softirq_run_seconds")
        most_after = handled()
        running = os.cpu_count()  # handlers that have begun and not ended
        for vector in most_after:
            with self.subTest(vector=vector):
                grown = after.get(vector, 0) - before.get(vector, 0)
                self.assertGreaterEqual(grown, least_after[vector] - most_before[vector] - running)
                self.assertLessEqual(grown, most_after[vector] - least_before[vector] + running)
        self.assertGreaterEqual(after["NET_RX"] - before["NET_RX"], PACKETS)

    def test_every_run_was_a_wait(self):
        before = {name: self.counts(f"softirq_{name}_seconds")["NET_RX"] for name in ("wait", "run")}
        traffic()
        after = {name: self.counts(f"softirq_{name}_seconds")["NET_RX"] for name in ("wait", "run")}
        waits, runs = (after[name] - before[name] for name in ("wait", "run"))
        self.assertGreaterEqual(waits, PACKETS)
        self.assertLessEqual(abs(waits - runs), 0.02 * runs)  # NAPI may poll again without a raise
