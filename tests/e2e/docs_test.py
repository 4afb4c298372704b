# SPDX-License-Identifier: Apache-2.0
"""The examples of the documentation: their programs compile, load and count, their configurations are right. Those of
programs/examples.md are counted by examples_test.py."""

import os
import socket
import tempfile
import unittest

from harness import children, outcome
from harness.examples import build
from harness.exporter import BINARY, PROGRAMS, Exporter


class Examples(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.names = build(cls.folder)

    def test_there_are_examples_in_every_document(self):
        self.assertIn("forks.yaml", self.names)
        self.assertIn("threads.yaml", self.names)
        self.assertIn("execs.yaml", self.names)
        self.assertIn("signals_sent.yaml", self.names)

    def test_check_accepts_every_configuration(self):
        # One at a time: some show the same metric in another way.
        for name in self.names:
            if name.endswith(".yaml"):
                path = os.path.join(self.folder, name)
                done = children.run([BINARY, "check", path, "--programs.dir", PROGRAMS])
                self.assertEqual((0, f"{path}: ok\n", ""), (done.returncode, done.stdout, done.stderr))

    def test_the_first_configuration_counts_forks(self):
        outcome.need_root()
        with Exporter(config=self.folder, names="forks", programs=self.folder) as exporter:
            loop = "i=0; while [ $i -lt 50 ]; do (:); i=$((i+1)); done"
            # A name that nothing else on this machine has.
            shell = os.path.join(self.folder, "forks_example")
            os.symlink("/bin/sh", shell)
            self.assertEqual(0, children.run([shell, "-c", loop]).returncode)
            series = 'ebpf_exporter_forks_total{comm="forks_example"}'
            self.assertIn(f"\n{series} 50\n", exporter.page().text)

    def test_the_guide_s_counter_counts_programs_that_a_user_starts(self):
        outcome.need_root()
        user = 54321  # nobody else's
        with Exporter(config=self.folder, names="execs", programs=self.folder) as exporter:
            loop = "i=0; while [ $i -lt 40 ]; do /bin/true; i=$((i+1)); done"
            self.assertEqual(0, children.run(["/bin/sh", "-c", loop], user=user).returncode)
            page = exporter.page()
            self.assertEqual(1 + 40, page.value("ebpf_exporter_execs_total", uid=str(user)))
            self.assertEqual(0, page.value("ebpf_exporter_execs_dropped_total"))

    def test_the_guide_s_switch_counts_by_cgroup_if_wanted(self):
        outcome.need_root()
        user = 54322  # nobody else's
        loop = "i=0; while [ $i -lt 40 ]; do /bin/true; i=$((i+1)); done"
        for flags, labels in (((), {"uid"}), (("--config.by-cgroup=execs_by",), {"uid", "cgroup"})):
            with Exporter(*flags, config=self.folder, names="execs_by", programs=self.folder) as exporter:
                self.assertEqual(0, children.run(["/bin/sh", "-c", loop], user=user).returncode)
                found = list(exporter.page().samples_of("ebpf_exporter_execs_by_total"))
            mine = [(of, count) for of, count in found if of["uid"] == str(user)]
            self.assertEqual([1 + 40], [count for _, count in mine])
            self.assertLessEqual(labels, set(mine[0][0]))
            self.assertEqual("cgroup" in labels, mine[0][0].get("cgroup", "").startswith("/sys/fs/cgroup"))

    def test_the_guide_s_variables_count_what_the_kernel_counts(self):
        outcome.need_root()

        def forks():
            with open("/proc/stat", encoding="ascii") as stat:
                return next(int(line.split()[1]) for line in stat if line.startswith("processes "))

        with Exporter(config=self.folder, names="task_events", programs=self.folder) as exporter:
            outer_start, before, inner_start = forks(), exporter.page(), forks()
            loop = "i=0; while [ $i -lt 40 ]; do /bin/true; i=$((i+1)); done"
            self.assertEqual(0, children.run(["/bin/sh", "-c", loop]).returncode)
            inner_end, after, outer_end = forks(), exporter.page(), forks()
            events = [page.by_label("ebpf_exporter_task_events_total", "event") for page in (before, after)]
            self.assertEqual({"FORKED", "EXECUTED", "EXITED"}, set(events[0]))
            counted = {event: events[1][event] - events[0][event] for event in events[0]}
            self.assertGreaterEqual(counted["FORKED"], inner_end - inner_start)
            self.assertLessEqual(counted["FORKED"], outer_end - outer_start)
            self.assertGreaterEqual(counted["EXECUTED"], 41)
            self.assertGreaterEqual(counted["EXITED"], 40)

    def test_the_guide_s_native_histogram_has_the_lives_of_tasks(self):
        outcome.need_root()

        def seen(page):
            name = "ebpf_exporter_task_lifetime_seconds"
            return page.value(f"{name}_count"), page.value(f"{name}_sum"), page.by_label(f"{name}_bucket", "le")

        with Exporter(config=self.folder, names="lifetimes", programs=self.folder) as exporter:
            before = seen(exporter.page())
            loop = "i=0; while [ $i -lt 10 ]; do sleep 0.3; i=$((i+1)); done"
            self.assertEqual(0, children.run(["/bin/sh", "-c", loop]).returncode)
            after = seen(exporter.page())
        count, total, buckets = after
        self.assertGreaterEqual(count - before[0], 11)
        self.assertGreaterEqual(total - before[1], 10 * 0.3 + 3.0)
        self.assertEqual(1 + 6 + 20 + 1, len(buckets))  # 2^-20 to 2^6 seconds, and +Inf
        longer = (count - buckets["0.25"]) - (before[0] - before[2]["0.25"])
        self.assertGreaterEqual(longer, 11)

    def test_the_reference_s_variables_of_every_shape_are_shown(self):
        outcome.need_root()
        with Exporter(config=self.folder, names="globals", programs=self.folder) as exporter:
            page = exporter.page()
            self.assertEqual({"READ", "WRITE", "FLUSH"}, set(page.by_label("ebpf_exporter_calls_by_verb_total", "verb")))
            calls = page.value("ebpf_exporter_calls_total")
            self.assertGreater(calls, 0)
            self.assertLess(page.value("ebpf_exporter_level"), 100)
            queues = page.by_label("ebpf_exporter_queue_bytes_total", "queue")
            self.assertEqual({str(queue) for queue in range(8)}, set(queues))
            self.assertEqual(0, sum(queues.values()) % 512)
            self.assertEqual(set(queues), set(page.by_label("ebpf_exporter_queue_time_count", "queue")))
            self.assertGreater(sum(page.by_label("ebpf_exporter_queue_time_sum", "queue").values()), 1000)

    def test_the_guide_s_histogram_counts_packets_by_size(self):
        outcome.need_root()
        with Exporter(config=self.folder, names="packet_sizes", programs=self.folder) as exporter:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(25):
                    sender.sendto(bytes(40000), ("127.0.0.1", 9))
            page = exporter.page()
            buckets = page.by_label("ebpf_exporter_packet_size_bytes_bucket", "le")
            # The scrape's own packets are smaller.
            self.assertEqual(25, buckets["65536"] - buckets["32768"])
            self.assertEqual(buckets["131072"], buckets["65536"])
            self.assertGreater(page.value("ebpf_exporter_packet_size_bytes_sum"), 25 * 40000)

    def test_the_example_of_the_reference_counts_threads(self):
        outcome.need_root()
        loop = "i=0; while [ $i -lt 30 ]; do (:); i=$((i+1)); done"
        with Exporter(config=self.folder, names="threads", programs=self.folder) as exporter:
            shell = os.path.join(self.folder, "threads_sample")
            os.symlink("/bin/sh", shell)
            self.assertEqual(0, children.run([shell, "-c", loop]).returncode)
            page = exporter.page()
            for event, count in (("STARTED", 30), ("ENDED", 31)):
                labels = {"comm": "threads_sample", "event": event}
                self.assertEqual(count, page.value("ebpf_exporter_thread_events_total", **labels))
            lifetimes = page.value("ebpf_exporter_thread_lifetime_seconds_count", comm="threads_sample")
            self.assertEqual(31, lifetimes)


if __name__ == "__main__":
    outcome.main()
