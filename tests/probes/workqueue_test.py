# SPDX-License-Identifier: Apache-2.0
"""workqueue: work of a known number, and all work as the kernel traces it."""

import os
import re

from probe import ProbeTest
from trace_events import TraceEvents

ROUNDS = 300
EVENTS = ("queue_work", "execute_start", "execute_end")


def refresh_statistics():
    """Each time work for every CPU goes through the queue "events", and is waited for."""
    for _ in range(ROUNDS):
        with open("/proc/sys/vm/stat_refresh", "w", encoding="ascii") as file:
            file.write("1")


class WorkQueues(ProbeTest):
    def grown(self, name):
        """{queue: by how much the histogram's count has grown between the pages}."""
        before, after = (
            page.by_label(f"ebpf_exporter_workqueue_{name}_seconds_count", "workqueue")
            for page in (self.before, self.after)
        )
        return {queue: count - before.get(queue, 0) for queue, count in after.items()}

    def test_counts_what_the_kernel_traces(self):
        with TraceEvents(*(f"workqueue/workqueue_{event}" for event in EVENTS)) as trace:
            self.before = self.page()
            refresh_statistics()
            self.after = self.page()
            trace.stop()
            lines = trace.lines()
        known = ROUNDS * os.sysconf("SC_NPROCESSORS_ONLN")
        running = os.cpu_count()  # work that had begun, and had not ended, at the first page
        traced = {
            event: [text for name, text in lines if name == f"workqueue_{event}"]
            for event in EVENTS
        }
        # Flushing starts work that is put before its worker, and never into a queue.
        barriers = sum("wq_barrier_func" in text for text in traced["execute_start"])
        self.assertGreaterEqual(self.grown("wait")["events"], known)
        self.assertGreaterEqual(self.grown("run")["events"], known)
        # The trace began before the first page and ended after the second.
        started = len(traced["execute_start"]) - barriers
        self.assertLessEqual(sum(self.grown("wait").values()), started)
        self.assertLessEqual(sum(self.grown("run").values()), started + running)
        queues = [re.search(r" workqueue=(\S+)", text).group(1) for text in traced["queue_work"]]
        if "events" in queues:  # 5.10 traces addresses
            self.assertLessEqual(self.grown("wait")["events"], queues.count("events") + running)
        unmeasured = "ebpf_exporter_workqueue_unmeasured_total"
        missed = self.after.value(unmeasured) - self.before.value(unmeasured)
        self.assertLessEqual(missed, barriers + 0.01 * known)
        self.assertEqual(0, self.after.value("ebpf_exporter_workqueue_dropped_total"))
