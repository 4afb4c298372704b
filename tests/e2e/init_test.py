# SPDX-License-Identifier: Apache-2.0
"""`bpf_exporter init`: what it proposes for every object of this repository passes `check`, and shows what is counted."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import BINARY, COMPATIBILITY_PROGRAMS, PROGRAMS, TEST_PROGRAMS, Exporter

# Objects of which no configuration can be right.
WRONG = {"no_maps", "impossible", "legacy_map", "static_map", "variable_elsewhere"}
# What `check` says of the rest that it does not accept: objects whose maps are too large on purpose.
TOO_LARGE = re.compile(r".*: error: map '.*': it would take .* of kernel memory .*\n")


def propose(path):
    return children.run([BINARY, "init", path])


class Init(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def write(self, path):
        """The proposal for an object as a file beside a copy of it."""
        copy = shutil.copy(path, self.folder)
        done = propose(copy)
        self.assertEqual((0, ""), (done.returncode, done.stderr), path)
        yaml = copy.removesuffix(".bpf.o") + ".yaml"
        with open(yaml, "w", encoding="utf-8") as file:
            file.write(done.stdout)
        return yaml

    def test_check_accepts_what_it_prints_for_every_object(self):
        objects = [path for folder in (PROGRAMS, TEST_PROGRAMS, COMPATIBILITY_PROGRAMS) for path in glob.glob(f"{folder}/*.bpf.o")]
        self.assertGreater(len(objects), 100)
        for path in sorted(objects):
            name = os.path.basename(path).removesuffix(".bpf.o")
            if name in WRONG:
                continue
            yaml = self.write(path)
            done = children.run([BINARY, "check", yaml])
            if done.returncode != 0 and (name.startswith("vast_") or name == "too_large_map"):
                self.assertRegex(done.stderr, TOO_LARGE)
            else:
                self.assertEqual((0, f"{yaml}: ok\n"), (done.returncode, done.stdout), done.stderr)
                self.assertNotIn("may be counted more than once", done.stderr)

    def test_what_it_proposes_counts(self):
        outcome.need_root()
        self.write(os.path.join(PROGRAMS, "syscalls.bpf.o"))
        with Exporter(config=self.folder, names="syscalls", programs=self.folder) as exporter:
            page = exporter.page()
            counted = [name for name in page.names() if name.startswith("ebpf_exporter_syscalls")]
            self.assertTrue(any(value > 0 for name in counted for _, value in page.samples_of(name)), page.text)

    def test_it_fails_where_nothing_can_be_written(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run(
                [BINARY, "init", os.path.join(PROGRAMS, "syscalls.bpf.o")],
                stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            )
        self.assertEqual(
            (1, "bpf_exporter: standard output: No space left on device\n"), (done.returncode, done.stderr)
        )

    def test_it_says_why_no_configuration_fits(self):
        done = propose(os.path.join(TEST_PROGRAMS, "impossible.bpf.o"))
        self.assertEqual((3, ""), (done.returncode, done.stdout))
        self.assertEqual(1, done.stderr.count("\n"), done.stderr)
        self.assertIn("object 'impossible.bpf.o': map '", done.stderr)

    def test_it_says_why_it_cannot_read_an_object(self):
        done = propose(os.path.join(TEST_PROGRAMS, "no_maps.bpf.o"))
        self.assertEqual((3, ""), (done.returncode, done.stdout))
        self.assertIn("it has no maps and no global variables", done.stderr)


if __name__ == "__main__":
    outcome.main()
