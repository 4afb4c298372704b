# SPDX-License-Identifier: Apache-2.0
"""--once: one page on standard output, and the exit codes."""

import os
import signal
import subprocess
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import BINARY, CONFIG, PROGRAMS, TEST_PROGRAMS, fetch, free_port, run_to_end, wait_until
from harness.page import Page

FLAGS = (f"--config.dir={CONFIG}", f"--programs.dir={PROGRAMS}")


def once(*flags, names="syscalls"):
    return run_to_end(*FLAGS, f"--config.names={names}", *flags)


class Once(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        outcome.need_root()

    def test_prints_one_page_of_what_it_counted(self):
        done = once("--once=500ms")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertTrue(done.stdout.endswith("\n"))
        page = Page(done.stdout)
        self.assertGreater(page.value("ebpf_exporter_syscalls_total", syscall="read"), 0)

    def test_leaves_out_what_node_exporter_has_itself(self):
        names = {line.split("{")[0].split(" ")[0] for line in once("--once=0s").stdout.split("\n")}
        self.assertEqual(set(), {name for name in names if name.startswith("process_")})

    def test_opens_no_port_and_a_signal_ends_the_wait(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with tempfile.TemporaryFile("w+") as page, tempfile.TemporaryFile("w+") as log:
                port = free_port()
                process = children.start(
                    [
                        *(BINARY, *FLAGS, "--config.names=syscalls", "--once=1h"),
                        f"--web.listen-address=127.0.0.1:{port}",
                    ],
                    stdout=page,
                    stderr=log,
                )
                try:
                    wait_until(lambda: self.text(log).count(": up, "), 30, "it is up")
                    with self.assertRaises(OSError):
                        fetch(f"http://127.0.0.1:{port}/metrics")
                    process.send_signal(number)
                    self.assertEqual(0, process.wait(20))
                finally:
                    children.stop(process)
                self.assertIn("ebpf_exporter_syscalls_total{", self.text(page))

    def text(self, file):
        file.seek(0)
        return file.read()

    def test_prints_the_format_that_is_asked_for(self):
        openmetrics = once("--once=0s", "--format=openmetrics").stdout
        self.assertTrue(openmetrics.endswith("\n# EOF\n"))
        self.assertIn("ebpf_exporter_syscalls_created{", openmetrics)
        without = once("--once=0s", "--format=openmetrics", "--no-openmetrics.created").stdout
        self.assertTrue(without.endswith("\n# EOF\n"))
        self.assertNotIn("_created", without)
        command = [BINARY, *FLAGS, "--config.names=syscalls", "--once=0s", "--format=protobuf"]
        page = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
        # The length of the first family, and its field 1, the name.
        self.assertEqual(b"\x0a\x18ebpf_exporter_build_info", page.stdout[2:28])

    def test_has_the_exit_codes_of_every_run(self):
        self.assertEqual(3, once("--once", names="nothing").returncode)
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "syscalls.yaml"), "w", encoding="utf-8") as file:
                file.write("metrics: 7\n")
            done = run_to_end(f"--config.dir={folder}", f"--programs.dir={PROGRAMS}", "--once")
        self.assertEqual((3, ""), (done.returncode, done.stdout))
        for wrong in (
            ["--once=never"],
            ["--once=-1s"],
            ["--once", "--format=xml"],
            ["--format=openmetrics"],
        ):
            self.assertEqual((2, ""), self.code_and_page(once(*wrong)), wrong)

    def code_and_page(self, done):
        return done.returncode, done.stdout

    def of_test_program(self, name, metrics, *flags):
        """The run of one of the tests' own objects."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, f"{name}.yaml"), "w", encoding="utf-8") as file:
                file.write(f"metrics: {metrics}\n")
            return self.code_and_page(run_to_end(
                *(f"--config.dir={folder}", f"--programs.dir={TEST_PROGRAMS}", f"--config.names={name}"),
                *("--once=0s", *flags),
            ))

    def test_a_program_that_the_kernel_refuses_is_no_page(self):
        hits = "{counters: [{name: hits_total, help: H, map: hits, labels: [slot]}]}"
        self.assertEqual((3, ""), self.of_test_program("rejected", hits))

    def test_a_program_that_is_not_attached_is_a_failure_if_strict(self):
        units = "{histograms: [{name: units_0, help: H, bucket_type: native}]}"
        code, page = self.of_test_program("native", units)
        self.assertEqual(0, code)
        up = Page(page).by_label("ebpf_exporter_config_up", "config")
        self.assertEqual({"native": 0}, up)
        self.assertEqual((1, ""), self.of_test_program("native", units, "--config.strict"))

    def test_a_page_that_cannot_be_written_is_a_failure(self):
        command = [BINARY, *FLAGS, "--config.names=syscalls", "--once=0s"]
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(
                command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30
            )
        self.assertEqual(1, done.returncode)
        self.assertIn("bpf_exporter: standard output: No space left on device", done.stderr)


if __name__ == "__main__":
    outcome.main()
