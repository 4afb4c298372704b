# SPDX-License-Identifier: Apache-2.0
"""What flags do to the whole process: capabilities, statistics, intervals, and what it tells others."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from harness import outcome
from harness.exporter import CONFIG, PROGRAMS, TEST_PROGRAMS, Exporter, run_to_end, wait_until

SYSCALLS = "ebpf_exporter_syscalls_total"
SNAPSHOTS = "ebpf_exporter_snapshots_total"


def capabilities(pid, line):
    """The values of that line of status, of all threads."""
    tasks = f"/proc/{pid}/task"
    found = set()
    for task in os.listdir(tasks):
        with open(f"{tasks}/{task}/status", encoding="ascii") as status:
            found |= {row.split()[1] for row in status if row.startswith(line + ":")}
    return found


class Startup(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def counted(self, exporter):
        return sum(exporter.page().by_label(SYSCALLS, "syscall").values())

    def test_reads_maps_without_any_capability(self):
        with Exporter("--capabilities.keep=none", names="syscalls", interval="100ms") as exporter:
            pid = exporter.process.pid
            self.assertEqual({"0" * 16}, capabilities(pid, "CapEff"))
            self.assertEqual({"0" * 16}, capabilities(pid, "CapPrm"))
            before = self.counted(exporter)
            wait_until(lambda: self.counted(exporter) > before, 10, "the counts grow")

    def test_keeps_the_listed_capabilities(self):
        keep = "--capabilities.keep=cap_bpf,cap_perfmon"
        with Exporter(keep, names="syscalls") as exporter:
            self.assertEqual({"000000c000000000"}, capabilities(exporter.process.pid, "CapEff"))

    def test_check_tells_that_a_capability_cannot_be_kept(self):
        outcome.need_program("setpriv")
        done = run_to_end(
            "--config.check",
            f"--config.dir={CONFIG}",
            "--config.names=syscalls",
            f"--programs.dir={PROGRAMS}",
            "--capabilities.keep=cap_syslog",
            prefix=["setpriv", "--bounding-set=-syslog", "--inh-caps=-syslog"],
        )
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("capabilities: 'cap_syslog' cannot be kept", done.stderr)

    def test_calls_the_mark_once_after_attaching(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        shutil.copy(os.path.join(TEST_PROGRAMS, "mark.bpf.o"), folder)
        with open(os.path.join(folder, "mark.yaml"), "w", encoding="utf-8") as file:
            file.write("metrics: {counters: [{name: marks_total, help: Marks seen}]}\n")
        with Exporter(config=folder, names="mark") as exporter:
            self.assertEqual(1, exporter.page().value("ebpf_exporter_marks_total"))

    def test_counts_runs_as_the_kernel_does(self):
        outcome.need_program("bpftool")
        with Exporter("--bpf.stats", names="syscalls") as exporter:
            name = "ebpf_exporter_ebpf_program_run_count_total"
            first = exporter.page().by_label(name, "id")
            self.assertEqual(1, len(first))
            (number, least), *_ = first.items()
            shown = subprocess.run(
                ["bpftool", "--json", "prog", "show", "id", number],
                check=True,
                capture_output=True,
                timeout=30,
            )
            kernels = json.loads(shown.stdout)["run_cnt"]
            most = exporter.page().by_label(name, "id")[number]
            self.assertLess(least, most)
            self.assertLessEqual(least, kernels)
            self.assertLessEqual(kernels, most)

    def test_takes_snapshots_on_its_own_or_at_scrapes(self):
        with Exporter(names="packets", interval="100ms") as exporter:
            start = time.monotonic()
            before = exporter.page().value(SNAPSHOTS)
            time.sleep(1)
            taken = exporter.page().value(SNAPSHOTS) - before
            self.assertGreaterEqual(taken, 3)  # about ten, but for a busy machine
            self.assertLessEqual(taken, (time.monotonic() - start) / 0.1 + 1)
        with Exporter(names="packets", interval="0") as exporter:
            before = exporter.page().value(SNAPSHOTS)
            time.sleep(0.3)
            self.assertEqual(before + 1, exporter.page().value(SNAPSHOTS))

    def test_tells_systemd_when_it_serves_and_when_it_leaves(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(
            socket.AF_UNIX, socket.SOCK_DGRAM
        ) as systemd:
            path = os.path.join(folder, "notify")
            systemd.bind(path)
            systemd.settimeout(30)
            exporter = Exporter(names="packets", prefix=("env", f"NOTIFY_SOCKET={path}"))
            exporter.start()
            try:
                self.assertEqual("STATUS=loading configurations (1)", systemd.recv(4096).decode())
                self.assertIn("READY=1", systemd.recv(4096).decode().splitlines())
                self.assertEqual(200, exporter.get("/readyz")[0])
            finally:
                exporter.stop()
                exporter.close()
            self.assertEqual("STOPPING=1", systemd.recv(4096).decode())


if __name__ == "__main__":
    outcome.main()
