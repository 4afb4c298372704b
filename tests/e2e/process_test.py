# SPDX-License-Identifier: Apache-2.0
"""The process: how it ends, what it leaves behind, what it needs, and its pages."""

import fcntl
import gzip
import os
import re
import select
import signal
import tempfile
import time
import unittest

from harness import children, kernel_objects, outcome
from harness.exporter import BINARY, ROOT, SHIPPED, Exporter, wait_until
from harness.unprivileged import AS_NOBODY, public_copy

SERVICE = os.path.join(ROOT, "deploy", "systemd", "bpf_exporter.service")
UP = "ebpf_exporter_config_up"


class Ends(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        outcome.need_program("bpftool")
        self.before = kernel_objects.existing()

    def assert_nothing_left(self):
        # The kernel frees them a little after the last descriptor is closed.
        wait_until(
            lambda: not kernel_objects.left_behind(self.before),
            10,
            "all programs, maps and links are gone",
        )

    def held(self, exporter):
        """What the exporter holds in the kernel; all kinds, or this test would prove nothing."""
        held = kernel_objects.held_by(exporter.process.pid)
        self.assertEqual({"prog", "map", "link"}, {kind for kind, _ in held})
        self.assertLessEqual(held, kernel_objects.existing())
        return held

    def test_sigterm_and_sigint_leave_nothing_behind(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name), Exporter() as exporter:
                held = self.held(exporter)
                exporter.page()
                self.assertEqual(0, exporter.stop(number))
                wait_until(lambda: not held & kernel_objects.existing(), 10, "its own are gone")
                self.assert_nothing_left()

    def test_sigkill_leaves_nothing_behind(self):
        with Exporter() as exporter:
            held = self.held(exporter)
            self.assertEqual(-signal.SIGKILL, exporter.stop(signal.SIGKILL))
            wait_until(lambda: not held & kernel_objects.existing(), 10, "its own are gone")
            self.assert_nothing_left()

    def test_sigterm_while_it_starts_leaves_nothing_behind(self):
        for delay in (0.02, 0.05, 0.1, 0.2):
            with self.subTest(delay):
                exporter = Exporter()
                exporter.start()
                time.sleep(delay)
                # Before it handles signals the default action ends it.
                self.assertIn(exporter.stop(), (0, -signal.SIGTERM), exporter.log())
                exporter.close()
                self.assert_nothing_left()

    def test_check_ends_at_once_whatever_it_does(self):
        wrong = "".join(f"unknown_{number}: 1\n" for number in range(100))
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name), tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(wrong)
                file.flush()
                checking = children.start([BINARY, "check", file.name], stdout=children.PIPE, stderr=children.PIPE)
                with checking:
                    for pipe in (checking.stdout, checking.stderr):
                        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
                    # Nobody reads what it says, so it waits in a write.
                    ready = select.select([checking.stdout, checking.stderr], [], [], 10)[0]
                    self.assertTrue(ready, "it says nothing")
                    time.sleep(0.2)
                    self.assertIsNone(checking.poll())
                    self.assertEqual(-number, children.stop(checking, number))

    def test_sighup_does_not_end_it(self):
        with Exporter() as exporter:
            for _ in range(3):
                exporter.process.send_signal(signal.SIGHUP)
                time.sleep(0.2)
                self.assertIsNone(exporter.process.poll())
                self.assertEqual(1, exporter.page().value(UP, config="packets", name="packets"))

    def test_two_run_side_by_side(self):
        with Exporter() as first, Exporter() as second:
            for exporter in (first, second):
                self.assertEqual(
                    dict.fromkeys(SHIPPED.split(","), 1), exporter.page().by_label(UP, "config")
                )
            self.assertEqual(0, first.stop())
            self.assertEqual(1, second.page().value(UP, config="runqlat", name="runqlat"))
            self.assertEqual(0, second.stop())
        self.assert_nothing_left()

    def test_the_service_s_capabilities_are_enough(self):
        with open(SERVICE, encoding="utf-8") as file:
            ambient = re.search(r"^AmbientCapabilities=(.*)$", file.read(), re.MULTILINE).group(1)
        names = ",".join(["-all", *(f"+{name[4:].lower()}" for name in ambient.split())])
        sets = [f"--{kind}={names}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
        folder = public_copy(self)
        exporter = Exporter(
            config=f"{folder}/config",
            programs=f"{folder}/programs",
            binary=f"{folder}/bpf_exporter",
            prefix=[*AS_NOBODY, *sets],
        )
        with exporter:
            up = exporter.page().by_label(UP, "config")
            self.assertEqual(dict.fromkeys(SHIPPED.split(","), 1), up)
            self.assertEqual(0, exporter.stop())
        self.assert_nothing_left()

    def test_open_files_do_not_grow_with_scrapes(self):
        with Exporter() as exporter:
            folder = f"/proc/{exporter.process.pid}/fd"
            for _ in range(3):
                exporter.page()
            # They listen, filter packets, and hear of interfaces that come and go; CivetWeb's own one,
            # and two for each thread that answers.
            wait_until(lambda: self.sockets(folder) <= 4 + 16, 10, "connections are closed")
            before = len(os.listdir(folder))
            for _ in range(20):
                exporter.page()
            wait_until(lambda: len(os.listdir(folder)) <= before, 10, f"{before} open files")

    def sockets(self, folder):
        links = (os.path.join(folder, name) for name in os.listdir(folder))
        return sum(os.path.lexists(link) and "socket:" in self.target(link) for link in links)

    def target(self, link):
        try:
            return os.readlink(link)
        except FileNotFoundError:
            return ""


class Page(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def test_gzip_is_the_same_page(self):
        with Exporter(interval="1h") as exporter:
            _, headers, plain = exporter.get("/metrics")
            self.assertNotIn("Content-Encoding", headers)
            _, headers, packed = exporter.get("/metrics", {"Accept-Encoding": "gzip"})
            self.assertEqual("gzip", headers["Content-Encoding"])
        self.assertLess(len(packed), len(plain) / 2)
        self.assertEqual(plain.decode(), gzip.decompress(packed).decode())

    def test_answers_its_paths_and_no_others(self):
        with Exporter() as exporter:
            for path, status in {
                "/": 200,
                "/metrics": 200,
                "/healthz": 200,
                "/readyz": 200,
                "/nothing": 404,
                "/metrics/more": 404,
            }.items():
                with self.subTest(path):
                    self.assertEqual(status, exporter.get(path)[0])

    def test_a_flag_moves_the_page(self):
        with Exporter("--web.telemetry-path=/bpf") as exporter:
            self.assertEqual(200, exporter.get("/bpf")[0])
            self.assertEqual(404, exporter.get("/metrics")[0])


if __name__ == "__main__":
    outcome.main()
