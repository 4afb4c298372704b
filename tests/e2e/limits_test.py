# SPDX-License-Identifier: Apache-2.0
"""Limits and faults of the process: a log that nobody reads, descriptors and threads that run out, files with odd names."""

import fcntl
import os
import re
import shutil
import signal
import tempfile
import time
import unittest

from harness import children, outcome
from harness.exporter import CONFIG, Exporter, wait_until

UP = "ebpf_exporter_config_up"
F_SETPIPE_SZ = 1031


class Log(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def test_a_log_that_nobody_reads_stops_nothing(self):
        exporter = Exporter(names="packets", interval="200ms")
        reader, writer = os.pipe()
        fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
        exporter.process = children.start(exporter.command, stdout=writer, stderr=writer)
        os.close(writer)
        try:
            wait_until(exporter._ready, 30, "it is ready")
            for _ in range(150):  # each is a line
                exporter.process.send_signal(signal.SIGHUP)
                time.sleep(0.01)
            lost = "ebpf_exporter_log_lines_lost_total"
            wait_until(lambda: exporter.page().value(lost) > 0, 10, "lines are counted as lost")
            before = exporter.page().value("ebpf_exporter_snapshots_total")
            wait_until(
                lambda: exporter.page().value("ebpf_exporter_snapshots_total") > before,
                10,
                "snapshots go on",
            )
            os.set_blocking(reader, False)
            os.read(reader, 1 << 16)
            exporter.process.send_signal(signal.SIGHUP)
            text = b""

            def told():
                nonlocal text
                try:
                    text += os.read(reader, 1 << 16)
                except BlockingIOError:
                    pass
                return b"lines were lost here" in text

            wait_until(told, 10, "it tells of the lines that were lost")
            for _ in range(150):
                exporter.process.send_signal(signal.SIGHUP)
                time.sleep(0.01)
            self.assertEqual(0, exporter.stop())
        finally:
            exporter.stop(signal.SIGKILL)
            os.close(reader)


class Descriptors(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def test_closed_standard_descriptors_do_not_become_sockets(self):
        with Exporter(names="packets", prefix=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]) as exporter:
            for number in range(3):
                link = os.readlink(f"/proc/{exporter.process.pid}/fd/{number}")
                self.assertEqual("/dev/null", link)
            for _ in range(6):
                exporter.process.send_signal(signal.SIGHUP)  # which is logged
                self.assertEqual(1, exporter.page().value(UP, config="packets", name="packets"))

    def test_the_soft_limit_is_raised_to_the_hard_one(self):
        with Exporter(names="packets", prefix=["prlimit", "--nofile=64:4096"]) as exporter:
            self.assertEqual(4096, exporter.page().value("process_max_fds"))

    def test_a_limit_that_is_too_low_to_serve_is_named(self):
        for limit in (20, 30, 37):
            with self.subTest(limit):
                few = ["prlimit", f"--nofile={limit}:{limit}"]
                done = children.run(Exporter(names="packets", prefix=few).command, 60)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertIn(
                    "bpf_exporter: HTTP: open a socket: Too many open files; the process may have "
                    f"{limit} open files (ulimit -n, LimitNOFILE= of a systemd unit)",
                    done.stderr,
                )

    def test_a_limit_that_is_too_low_is_named(self):
        for limit in (5, 7):  # too few for a child, and for what the child loads
            with self.subTest(limit):
                few = ["prlimit", f"--nofile={limit}:{limit}"]
                done = children.run(Exporter("--config.check", names="packets", prefix=few).command, 60)
                self.assertEqual(3, done.returncode, done.stderr)
                told = f"the process may have {limit} open files (ulimit -n, LimitNOFILE= of a systemd unit)"
                self.assertIn(f"Too many open files; {told}", done.stderr)


class Threads(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def pids_folder(self):
        for root in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup"):
            path = os.path.join(root, f"bpf_exporter_limits_{os.getpid()}")
            try:
                os.mkdir(path)
            except OSError:
                continue
            if os.path.exists(os.path.join(path, "pids.max")):
                self.addCleanup(os.rmdir, path)
                return path
            os.rmdir(path)
        return None

    def test_a_limit_of_open_files_is_named_wherever_it_is_met(self):
        outcome.need_program("prlimit")
        command = Exporter("--config.check").command
        for limit in range(9, 14):
            with self.subTest(limit):
                done = children.run(["prlimit", f"--nofile={limit}:{limit}", *command], 60)
                self.assertEqual(1, done.returncode, done.stderr)
                told = [line for line in done.stderr.splitlines() if re.search("object '|program '", line)]
                self.assertNotEqual([], told)
                for line in told:
                    self.assertIn(
                        f"Too many open files; the process may have {limit} open files "
                        "(ulimit -n, LimitNOFILE= of a systemd unit)",
                        line,
                    )

    def test_a_limit_of_threads_is_named_and_nothing_aborts(self):
        folder = self.pids_folder()
        outcome.need(folder is not None, "the cgroup controller pids")
        enter = ["sh", "-c", f'echo $$ >{folder}/cgroup.procs; exec "$@"', "sh"]
        for limit in (2, 4, 8):
            with self.subTest(limit):
                with open(f"{folder}/pids.max", "w", encoding="ascii") as file:
                    file.write(str(limit))
                command = Exporter(names="packets", interval="1s", prefix=enter).command
                done = children.run(command, 60)
                self.assertEqual(1, done.returncode, done.stderr)
                self.assertRegex(done.stderr, "make a thread: .*raise the limit of threads: pids.max")
                self.assertNotIn("ready:", done.stderr)


    def test_a_limit_of_processes_is_named(self):
        folder = self.pids_folder()
        outcome.need(folder is not None, "the cgroup controller pids")
        with open(f"{folder}/pids.max", "w", encoding="ascii") as file:
            file.write("1")
        enter = ["sh", "-c", f'echo $$ >{folder}/cgroup.procs; exec "$@"', "sh"]
        done = children.run(Exporter("--config.check", names="packets", prefix=enter).command, 60)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("fork: Resource temporarily unavailable; no more processes may be made: pids.max", done.stderr)


class Names(unittest.TestCase):
    def test_a_file_with_an_odd_name_costs_itself_only(self):
        outcome.need_root()
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(CONFIG, "packets.yaml"), folder)
            for name in ("a\x01b.yaml", "c\nd.yaml", b"\xff.yaml".decode(errors="surrogateescape")):
                shutil.copy(os.path.join(CONFIG, "packets.yaml"), os.path.join(folder, name))
            exporter = Exporter(config=folder, interval="1s")
            exporter.command = [part for part in exporter.command if "--config.names" not in part]
            with exporter:
                self.assertEqual({"packets": 1}, exporter.page().by_label(UP, "config"))
                self.assertIn("a file is left out: configuration name", exporter.log())


if __name__ == "__main__":
    outcome.main()
