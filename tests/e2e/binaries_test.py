# SPDX-License-Identifier: Apache-2.0
"""Probes in programs and libraries that are many, come later, are replaced and go."""

import os
import shutil
import subprocess
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import TEST_PROGRAMS, Exporter, wait_until

CONFIG = """
object: {objects}/binary_hooks.bpf.o
probes:
  - program: on_call
    uprobe: {{binary: {binary}, symbol: "{symbol}"}}
metrics:
  counters:
    - name: hits_total
      help: Calls
      map: hits
      skip_zero: true
      labels: [slot]
"""
# Of a program whose section names the binary.
SECTION = """
object: {objects}/binary_section.bpf.o
metrics:
  counters:
    - {{name: hits_total, help: Calls, map: hits, skip_zero: true, labels: [slot]}}
"""
# Reads numbers and makes as many calls for each.
PROGRAM = """
#include <stdio.h>
__attribute__((noinline)) void bpf_exporter_work(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) void bpf_exporter_word(void) { __asm__ volatile("" ::: "memory"); }
int main(void) {
  int calls;
  while (scanf("%d", &calls) == 1) {
    for (int i = 0; i < calls; ++i) bpf_exporter_work();
    for (int i = 0; i < calls; ++i) bpf_exporter_word();
    puts("done");
    fflush(stdout);
  }
}
"""


class Process:
    """A process that runs a copy of PROGRAM."""

    def __init__(self, path):
        self.process = children.start(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, times):
        self.process.stdin.write(f"{times}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def end(self):
        children.stop(self.process)
        self.process.stdin.close()
        self.process.stdout.close()


class Binaries(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        outcome.need_root()
        outcome.need_program("cc")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.built = self.at("built")
        done = subprocess.run(
            ["cc", "-x", "c", "-", "-o", self.built],
            input=PROGRAM,
            text=True,
            capture_output=True,
            timeout=60,
        )
        self.assertEqual("", done.stderr)

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def install(self, *names):
        """A copy of the program there, with an inode of its own; its path."""
        path = self.at(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(self.built, path + ".new")
        os.rename(path + ".new", path)
        return path

    def start(self, path):
        process = Process(path)
        self.addCleanup(process.end)
        return process

    def call(self, path, times):
        process = Process(path)
        process.call(times)
        process.end()

    def exporter(self, binary, symbol="bpf_exporter_work"):
        with open(self.at("binaries.yaml"), "w", encoding="utf-8") as file:
            file.write(CONFIG.format(objects=TEST_PROGRAMS, binary=binary, symbol=symbol))
        return Exporter(config=self.folder, names="binaries", ready="/healthz")

    def hits(self, exporter):
        return exporter.page().value("ebpf_exporter_hits_total", slot="0")

    def attached(self, exporter):
        """{path: 0 or 1} of the places that are in the folder."""
        found = {}
        for labels, value in exporter.page().samples_of("ebpf_exporter_ebpf_program_attached"):
            place = labels.get("place", "")
            found[place.removeprefix(f"uprobe {self.folder}/").split(":")[0]] = value
        return found

    def wait_for_line(self, exporter, text):
        wait_until(lambda: text in exporter.log(), 15, f"the log has '{text}'")

    def test_counts_in_each_of_a_list_and_a_glob_and_each_file_once(self):
        first, second = self.install("a", "app"), self.install("b", "app")
        os.makedirs(self.at("c"))
        os.link(first, self.at("c", "app"))
        with self.exporter(f'["{first}", "{self.folder}/[bc]/app"]') as exporter:
            self.assertEqual({"a/app": 1, "b/app": 1}, self.attached(exporter))
            self.call(first, 10)
            self.call(second, 200)
            self.call(self.at("c", "app"), 3000)
            self.assertEqual(3210, self.hits(exporter))

    def test_counts_in_a_binary_that_comes_later_and_lets_go_when_it_goes(self):
        with self.exporter(f'"{self.folder}/*/app"') as exporter:
            self.assertEqual([0], list(self.attached(exporter).values()))
            path = self.install("a", "app")
            self.wait_for_line(exporter, f"attached to uprobe {path}:bpf_exporter_work")
            self.call(path, 7)
            self.assertEqual(7, self.hits(exporter))
            os.remove(path)
            self.wait_for_line(
                exporter, f"detached from uprobe {path}:bpf_exporter_work: the binary is gone"
            )
            self.assertEqual([0], list(self.attached(exporter).values()))

    def test_counts_in_the_old_file_and_the_new_when_a_binary_is_replaced(self):
        path = self.install("app")
        old = self.start(path)
        old.call(5)
        with self.exporter(f'"{path}"') as exporter:
            old.call(10)
            self.install("app")
            self.wait_for_line(exporter, f"attached to uprobe {path}:bpf_exporter_work")
            old.call(200)
            self.call(path, 3000)
            self.assertEqual(3210, self.hits(exporter))
            self.assertNotIn("detached", exporter.log())

    def test_counts_each_function_of_a_pattern_also_in_a_file_that_comes_later(self):
        path = self.install("app")
        old = self.start(path)
        old.call(5)
        with self.exporter(f'"{path}"', "bpf_exporter_wor?") as exporter:
            place = f"uprobe {path}:bpf_exporter_wor?"
            self.assertIn(f"attached to {place} (2 functions)", exporter.log())
            self.assertEqual({"app": 1}, self.attached(exporter))
            old.call(10)
            self.install("app")
            wait_until(lambda: exporter.log().count(place) == 2, 15, "attached to the new file")
            old.call(200)
            self.call(path, 3000)
            self.assertEqual(2 * 3210, self.hits(exporter))
            landing = exporter.get("/")[2].decode()
            self.assertIn(f"{place}: attached, 2 functions<br>", landing)

    def test_counts_in_the_new_file_of_a_section_when_a_binary_is_replaced(self):
        path = self.install("bpf_exporter_replaced")
        with open(self.at("binary_section.yaml"), "w", encoding="utf-8") as file:
            file.write(SECTION.format(objects=TEST_PROGRAMS))
        environment = ["env", f"PATH={self.folder}:{os.environ['PATH']}"]
        options = {"config": self.folder, "names": "binary_section", "prefix": environment}
        with Exporter(**options) as exporter:
            self.call(path, 10)
            self.install("bpf_exporter_replaced")
            self.wait_for_line(exporter, "program 'on_call': attached to bpf_exporter_replaced")
            self.call(path, 200)
            self.assertEqual(210, self.hits(exporter))
            os.remove(path)
            self.wait_for_line(exporter, "'on_call': detached from bpf_exporter_replaced: the binary is gone")
            self.assertEqual(1, exporter.page().value("ebpf_exporter_programs_missed", config="binary_section"))

    def test_counts_once_what_two_containers_have_from_one_image(self):
        self.install("image", "app")
        mounts = []
        for name in ("one", "two"):
            for part in ("upper", "work", "root"):
                os.makedirs(self.at(name, part))
            options = (
                f"lowerdir={self.at('image')},upperdir={self.at(name, 'upper')},"
                f"workdir={self.at(name, 'work')}"
            )
            mounts.append(f"mount -t overlay -o {options} overlay {self.at(name, 'root')}")
        holder = children.start(
            ["unshare", "--mount", "sh", "-c", f"{' && '.join(mounts)} && echo ready; sleep 60"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.addCleanup(holder.stdout.close)
        self.addCleanup(children.stop, holder)
        said = holder.stdout.readline()
        outcome.need(said == "ready\n", f"overlay mounts: {said}")
        roots = f"/proc/{holder.pid}/root{self.folder}"
        with self.exporter(f'"{roots}/*/root/app"') as exporter:
            for name, times in (("one", 10), ("two", 200)):
                inside = ["nsenter", f"--mount=/proc/{holder.pid}/ns/mnt", self.at(name, "root/app")]
                done = subprocess.run(
                    inside, input=f"{times}\n", text=True, capture_output=True, timeout=30
                )
                self.assertEqual("done\n", done.stdout)
            self.assertEqual(210, self.hits(exporter))


if __name__ == "__main__":
    outcome.main()
