# SPDX-License-Identifier: Apache-2.0
"""Objects that others made: those of Debian's libbpf-tools become metrics by the configurations that `bpf_exporter init`
prints, as they are, and none counts twice what its own tool counts.

`--build FOLDER` makes objects and configurations for a guest, which names the folder in BPF_EXPORTER_BORROWED and has the
tools among its programs."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import borrowed
from harness import children, outcome
from harness.exporter import BINARY, Exporter, wait_until
from harness.kernel_objects import held_by
from harness.page import Page

BUILT = os.environ.get("BPF_EXPORTER_BORROWED")
if not BUILT:
    from harness import libbpf_tools, servers
GUEST_TOOLS = "/tools"
# So that what a tool says is in its file at once.
BY_LINES = ["stdbuf", "-oL"]
# In the folder of the objects: which suite of Debian they are of.
SUITE = "suite"
PREFIX = "ebpf_exporter_"
WORKLOAD = os.path.join(os.path.dirname(__file__), "workloads", "mixed.py")
PYTHON = "/usr/bin/python3"
# Machines need not have tracefs mounted, so exporter and tools get one of their own.
WITH_TRACEFS = ["unshare", "--mount", "sh", "-c", 'mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null; exec "$@"', "sh"]
TIMED_OUT = 124  # what timeout(1) then returns
# Tools lose a few records, and stop a little after the exporter's page was made. Twice would be 2.
BOUND = 1.2


def propose(folder):
    """Writes objects and their configurations into the folder; {name: what init said} of those that it refused."""
    refused = {}
    made = libbpf_tools.make()
    print(f"the objects: {made.said}", flush=True)
    with open(os.path.join(folder, SUITE), "w", encoding="utf-8") as file:
        file.write(made.suite)
    for name in made.names():
        path = shutil.copy(os.path.join(made.folder, f"{name}.bpf.o"), folder)
        done = children.run([BINARY, "init", path])
        if done.returncode == 0:
            with open(os.path.join(folder, f"{name}.yaml"), "w", encoding="utf-8") as yaml:
                yaml.write(done.stdout)
        else:
            refused[name] = done.stderr
    return refused


def command_of(name):
    """Runs the packaged program, with the C library that it was built for."""
    if not BUILT:
        made = libbpf_tools.make()
        return [*made.loader(), made.program(name)]
    loader = os.path.join(GUEST_TOOLS, "loader")
    return [*([loader, "--library-path", GUEST_TOOLS] if os.path.exists(loader) else []), os.path.join(GUEST_TOOLS, name)]


class Tool:
    """A packaged tool that runs from start() to stop(); then `counted` is what it said since begin(), or None if this kernel
    is not one for it."""

    def __init__(self, name, oracle):
        self.name, self.oracle = name, oracle
        self._command = [*WITH_TRACEFS, *BY_LINES, *command_of(name), *self.oracle.arguments.split()]
        self.counted = None
        self._runs = False
        self._begin = 0

    def start(self):
        self._output = tempfile.TemporaryFile()
        self.process = children.start(self._command, stdout=self._output, stderr=subprocess.STDOUT)

    def cpu(self):
        """The CPU time that it has taken, in ticks; 0 if it has ended."""
        if self.process.poll() is not None:
            return 0
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            return sum(int(ticks) for ticks in stat.read().rpartition(")")[2].split()[11:13])

    def has_loaded(self):
        return self.process.poll() is not None or bool(held_by(self.process.pid))

    def begin(self):
        """Lets what it said so far not count."""
        self._begin = os.fstat(self._output.fileno()).st_size

    def interrupt(self):
        self._runs = self.process.poll() is None
        if self._runs:
            self.process.send_signal(signal.SIGINT)

    def stop(self):
        children.stop(self.process, signal.SIGINT)
        if self._runs:
            self._output.seek(self._begin)
            self.counted = self.oracle.total(self._output.read().decode(errors="replace"))
        self._output.close()


def wait_until_all_wait(tools):
    """Until each has loaded its programs and mostly waits for events, or has ended."""
    used = [None]

    def settled():
        before, used[0] = used[0], sum(tool.cpu() for tool in tools)
        time.sleep(0.5)
        return before is not None and used[0] - before < len(tools) and all(tool.has_loaded() for tool in tools)

    wait_until(settled, 240, "the tools wait for events")


class Borrowed(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        outcome.need_root()
        outcome.need_program("bash", "bpftool", "stdbuf", "unshare")
        cls.folder = BUILT or cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.refused = {}
        if not BUILT:
            try:
                cls.refused = propose(cls.folder)
            except servers.Unavailable as missing:
                outcome.need(False, str(missing))
        with open(os.path.join(cls.folder, SUITE), encoding="utf-8") as file:
            cls.known = borrowed.Known(file.read())
        cls.names = {file[:-6] for file in os.listdir(cls.folder) if file.endswith(".bpf.o")}
        cls.measure()

    @classmethod
    def measure(cls):
        """Lets exporter and tools count the same workload, all at once."""
        written = sorted(file[:-5] for file in os.listdir(cls.folder) if file.endswith(".yaml"))
        tools = [Tool(name, oracle) for name, oracle in cls.known.oracles().items() if name in cls.names]
        options = {"config": cls.folder, "names": ",".join(written), "programs": cls.folder, "prefix": WITH_TRACEFS}
        options["start_seconds"] = 400  # there are many
        with Exporter(**options) as exporter:
            try:
                for tool in tools:
                    tool.start()
                wait_until_all_wait(tools)
                before = exporter.get("/metrics")[2]
                for tool in tools:
                    tool.begin()
                cls.work()
                after = exporter.get("/metrics")[2]
                wait_until_all_wait(tools)  # they drop what they have not read when they are interrupted
                for tool in tools:
                    tool.interrupt()
            finally:
                for tool in tools:
                    tool.stop()
            cls.log = exporter.log()
        cls.before, cls.after = (Page(page.decode()).check() for page in (before, after))
        cls.counted = {tool.name: tool.counted for tool in tools}

    @staticmethod
    def work():
        """Runs the workload often enough for what the tools are late by to make little of it."""
        for _ in range(1 if BUILT else 4):
            done = children.run([PYTHON, WORKLOAD], 200)
            if done.returncode != 0:
                raise AssertionError(done.stderr)
        time.sleep(1)  # a thread reads the buffers

    def test_check_accepts_every_proposal(self):
        self.assertEqual({}, self.refused)
        for name in sorted(self.names):
            path = os.path.join(self.folder, f"{name}.yaml")
            done = children.run([BINARY, "check", path])
            self.assertEqual((0, f"{path}: ok\n"), (done.returncode, done.stdout), done.stderr)

    def test_all_but_those_on_the_list_count(self):
        silent = {name for name in self.names if not self.grown(name)}
        expected = {name for name in self.known.silent() if name in self.names}
        self.assertEqual(([], []), (sorted(expected - silent), sorted(silent - expected)), f"count now, count no more; {self.log}")

    def test_almost_nine_in_ten_give_series(self):
        # Of those that this kernel can have at all, and whose events there are: a record makes the first series of a buffer.
        possible = self.names - set(self.known.impossible()) - set(self.known.without_events())
        with_series = {name for name in possible if self.series(self.after, name)}
        print(f"{len(with_series)} of {len(possible)} give series, {len(possible - set(self.known.silent()))} count; of all {len(self.names)}, these do not:")
        for name, why in sorted(self.known.silent().items()):
            if name in self.names:
                print(f"  {name}: {why}")
        self.assertGreaterEqual(len(with_series), borrowed.LEAST_SHARE * len(possible))

    def test_what_this_kernel_cannot_have_its_own_tool_cannot_either(self):
        for name in self.known.impossible():
            if name in self.names:
                arguments = borrowed.ARGUMENTS.get(name, "").split()
                # One that can count does so until it is interrupted.
                done = children.run(["timeout", "60", *WITH_TRACEFS, *command_of(name), *arguments], 90)
                self.assertNotEqual(TIMED_OUT, done.returncode, f"{name} runs: {done.stdout}{done.stderr}")

    def test_none_counts_twice_what_its_own_tool_counts(self):
        compared = 0
        for name, total in self.counted.items():
            if total is None:
                continue
            oracle = self.known.oracles()[name]
            ours = sum(self.grown(name, oracle.metric).values())
            print(f"{name}: {ours:.0f}, its tool {total:.0f}")
            with self.subTest(tool=name):
                self.assertGreater(ours, 0)
                self.assertLessEqual(ours, BOUND * total)
            compared += 1
        self.assertGreaterEqual(compared, borrowed.LEAST_COMPARED)

    def series(self, page, name, metric=r"\w+"):
        """{series: value} of the configuration's metrics whose name that matches."""
        found = {}
        path = os.path.join(self.folder, f"{name}.yaml")
        if not os.path.exists(path):
            return found
        with open(path, encoding="utf-8") as yaml:
            metrics = re.findall(r"- name: (\w+)", yaml.read())
        for family in metrics:
            for end in ("", "_count"):
                if re.fullmatch(metric, family + end):
                    for labels, value in page.samples_of(PREFIX + family + end):
                        found[family + end, frozenset(labels.items())] = value
        return found

    def grown(self, name, metric=r"\w+"):
        """{series: by how much} of those that grew."""
        before = self.series(self.before, name, metric)
        after = self.series(self.after, name, metric)
        return {key: value - before.get(key, 0) for key, value in after.items() if value > before.get(key, 0)}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        if said := propose(sys.argv[2]):
            sys.exit(f"init refuses {said}")
        with open(os.path.join(sys.argv[2], "tools.json"), "w", encoding="utf-8") as file:
            json.dump(libbpf_tools.make().for_guest(GUEST_TOOLS), file)
    else:
        outcome.main()
