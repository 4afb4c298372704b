# SPDX-License-Identifier: Apache-2.0
"""The examples of the documentation: their programs compile, load and count, their configurations are right.

A fenced block whose info string ends in `file=NAME` is an example, and NAME the file that it goes to."""

import os
import re
import subprocess
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import BINARY, PROGRAMS, ROOT, Exporter

DOCUMENTS = ["README.md", "config/README.md"]
FENCE = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TARGETS = {"x86_64": "x86", "aarch64": "arm64"}


def examples():
    """{file name: text} of every example; two of one name are a mistake."""
    found = {}
    for document in DOCUMENTS:
        with open(os.path.join(ROOT, document), encoding="utf-8") as file:
            for name, text in FENCE.findall(file.read()):
                name = os.path.basename(name)
                if name in found:
                    raise AssertionError(f"two examples are called {name}")
                found[name] = text
    return found


def compile_object(source):
    machine = os.uname().machine
    command = f"clang -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_{TARGETS[machine]} -Wall -Werror"
    command += f" -idirafter /usr/include/{machine}-linux-gnu -I{ROOT}/programs"
    subprocess.run([*command.split(), "-c", source, "-o", source[:-2] + ".o"], check=True)


class Examples(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.names = sorted(examples())
        for name, text in examples().items():
            with open(os.path.join(cls.folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        for name in cls.names:
            if name.endswith(".bpf.c"):
                compile_object(os.path.join(cls.folder, name))

    def test_there_are_examples_in_every_document(self):
        self.assertIn("forks.yaml", self.names)
        self.assertIn("threads.yaml", self.names)

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


if __name__ == "__main__":
    outcome.main()
