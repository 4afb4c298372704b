# SPDX-License-Identifier: Apache-2.0
"""What it says when it cannot run, and that one broken configuration costs the others nothing."""

import os
import re
import shutil
import socket
import unittest

from harness import outcome
from harness.exporter import PROGRAMS, ROOT, SHIPPED, TEST_PROGRAMS, Exporter, free_port, run_to_end
from harness.unprivileged import AS_NOBODY, public_copy

BROKEN = """
metrics:
  counters:
    - {name: hits_total, help: Hits, map: hits, labels: [{name: slot, decoders: [{name: uint}]}]}
"""
UP = "ebpf_exporter_config_up"


class CannotRun(unittest.TestCase):
    """One clear line and the exit code that tells systemd whether to try again."""

    def fails(self, status, telling, *flags, **options):
        """The exporter ends with `status`; one line on stderr matches `telling`, and there is
        nothing that looks like a crash."""
        done = run_to_end(*flags, **options)
        output = done.stdout + done.stderr
        self.assertEqual(status, done.returncode, output)
        lines = [line for line in done.stderr.splitlines() if re.search(telling, line)]
        self.assertEqual(1, len(lines), output)
        self.assertNotRegex(output, "terminate called|Sanitizer|Aborted|core dumped")

    def flags(self, folder=None, port=None):
        folder = folder or ROOT
        programs = PROGRAMS if folder == ROOT else os.path.join(folder, "programs")
        return [
            f"--config.dir={folder}/config",
            f"--programs.dir={programs}",
            f"--web.listen-address=127.0.0.1:{port or free_port()}",
        ]

    def test_unknown_flag(self):
        self.fails(2, "--no.such.flag", "--no.such.flag")

    def test_missing_directory(self):
        self.fails(
            3, "/no/such/directory.*No such file or directory", "--config.dir=/no/such/directory"
        )

    def test_unknown_configuration(self):
        self.fails(3, "no_such_name", *self.flags(), "--config.names=no_such_name")

    def test_port_in_use(self):
        outcome.need_root()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.fails(1, f"127.0.0.1:{port}.*[Aa]ddress already in use", *self.flags(port=port))

    def test_no_privilege(self):
        outcome.need_root()  # to become nobody
        folder = public_copy(self)
        self.fails(
            1,
            "CAP_BPF",
            *self.flags(folder),
            prefix=AS_NOBODY,
            binary=os.path.join(folder, "bpf_exporter"),
        )

    def test_check_needs_no_privilege(self):
        outcome.need_root()
        folder = public_copy(self)
        done = run_to_end(
            "check",
            f"--programs.dir={folder}/programs",
            *(f"{folder}/config/{name}.yaml" for name in SHIPPED.split(",")),
            prefix=AS_NOBODY,
            binary=os.path.join(folder, "bpf_exporter"),
        )
        self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)


class OthersRunOn(unittest.TestCase):
    """A third configuration that cannot work costs the other two nothing."""

    def setUp(self):
        outcome.need_root()
        self.folder = public_copy(self)
        os.remove(os.path.join(self.folder, "config", "runqlat.yaml"))

    def write(self, name, text):
        with open(os.path.join(self.folder, "config", name), "w", encoding="utf-8") as file:
            file.write(text)

    def assert_the_other_two_run(self, telling, look=lambda exporter, page: None):
        exporter = Exporter(
            names="packets,broken,syscalls",
            config=os.path.join(self.folder, "config"),
            programs=os.path.join(self.folder, "programs"),
        )
        with exporter:
            page = exporter.page()
            self.assertEqual({"packets": 1, "broken": 0, "syscalls": 1}, page.by_label(UP, "config"))
            self.assertGreater(page.value("ebpf_exporter_syscalls_total", syscall="read"), 0)
            lines = [line for line in exporter.log().splitlines() if "broken" in line]
            self.assertTrue([line for line in lines if re.search(telling, line)], exporter.log())
            look(exporter, page)

    def test_a_program_that_the_verifier_rejects(self):
        shutil.copy(
            os.path.join(TEST_PROGRAMS, "rejected.bpf.o"),
            os.path.join(self.folder, "config", "broken.bpf.o"),
        )
        optional = "probes: [{program: sound, raw_tracepoint: sys_enter, optional: true}]\n"
        self.write("broken.yaml", optional + BROKEN)

        def look(exporter, page):
            missed = page.by_label("ebpf_exporter_programs_missed", "config")
            self.assertEqual({"packets": 0, "broken": 1, "syscalls": 0}, missed)
            landing = exporter.get("/")[2].decode()
            why = ", the object is not in the kernel<br>"
            self.assertIn("sound (raw_tp/sys_enter): left out" + why, landing)
            self.assertIn('<span class="down">not attached</span>' + why, landing)

        self.assert_the_other_two_run("program 'unchecked'", look)

    def test_an_object_that_is_cut_short(self):
        with open(os.path.join(PROGRAMS, "runqlat.bpf.o"), "rb") as whole:
            half = whole.read()[:1000]
        with open(os.path.join(self.folder, "config", "broken.bpf.o"), "wb") as file:
            file.write(half)
        self.write("broken.yaml", BROKEN)
        self.assert_the_other_two_run("broken.bpf.o")

    def test_a_file_that_is_not_yaml(self):
        self.write("broken.yaml", "metrics: [\n")
        self.assert_the_other_two_run("broken.yaml:")

    def test_a_missing_file(self):
        self.assert_the_other_two_run("broken")


class NothingAttached(unittest.TestCase):
    """A configuration none of whose programs could be attached is not up, but is served."""

    CONFIG = """
probes:
  - {program: by_raw_tracepoint, raw_tracepoint: no_such_tracepoint}
metrics:
  counters:
    - name: hits_total
      help: Hits
      map: hits
      labels: [{name: slot, decoders: [{name: uint}]}]
"""

    def setUp(self):
        outcome.need_root()
        self.folder = public_copy(self)
        shutil.copy(
            os.path.join(TEST_PROGRAMS, "probe_hooks.bpf.o"),
            os.path.join(self.folder, "config", "hooks.bpf.o"),
        )
        with open(os.path.join(self.folder, "config", "hooks.yaml"), "w", encoding="utf-8") as file:
            file.write(self.CONFIG)
        self.flags = {"names": "hooks", "config": os.path.join(self.folder, "config")}

    def test_is_served_and_says_why(self):
        with Exporter(**self.flags, ready="/healthz") as exporter:
            page = exporter.page()
            self.assertEqual({"hooks": 0}, page.by_label(UP, "config"))
            missed = page.by_label("ebpf_exporter_programs_missed", "config")
            self.assertEqual({"hooks": 1}, missed)
            slots = page.by_label("ebpf_exporter_hits_total", "slot")
            self.assertEqual({str(slot): 0 for slot in range(32)}, slots)
            self.assertEqual(503, exporter.get("/readyz")[0])
            self.assertRegex(exporter.log(), "program 'by_raw_tracepoint': raw_tracepoint")
            self.assertRegex(exporter.log(), "none of its programs .* could be attached")

    def test_ends_a_strict_start(self):
        done = run_to_end(
            f"--config.dir={self.flags['config']}",
            "--config.names=hooks",
            f"--web.listen-address=127.0.0.1:{free_port()}",
            "--config.strict",
        )
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("not every program could be attached", done.stderr)


if __name__ == "__main__":
    outcome.main()
