# SPDX-License-Identifier: Apache-2.0
"""Child processes that do something known when they are told to, and wait before and after it."""

import contextlib
import glob
import os
import subprocess
import sys

from harness import children
from harness.exporter import wait_until

# Waits for a line, runs argv[2:] as Python, says that it is done, and waits for the end of input.
_WAIT = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
print("ready", flush=True)
sys.stdin.readline()
exec(sys.argv[2])
print("done", flush=True)
sys.stdin.read()
"""


class Task:
    """A process on one CPU that runs `code` at go(); finish() waits until it has and sleeps again.
    Ends with the `with` block."""

    def __init__(self, code, cpu):
        self._process = children.start(
            [sys.executable, "-c", _WAIT, cpu, code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid

    def __enter__(self):
        self._process.stdout.readline()
        self._wait_until_asleep()
        return self

    def __exit__(self, *unused):
        children.stop(self._process)
        self._process.stdin.close()
        self._process.stdout.close()

    def go(self):
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def finish(self):
        self._process.stdout.readline()
        self._wait_until_asleep()

    def schedstat(self):
        """(nanoseconds on a CPU, nanoseconds of waiting for one, how often it got one)."""
        return tuple(map(int, self._read("schedstat").split()))

    def switches(self):
        """(voluntary, involuntary) switches away from it."""
        lines = self._read("status").splitlines()
        return tuple(int(line.split()[1]) for line in lines if "ctxt_switches" in line)

    def _wait_until_asleep(self):
        wait_until(lambda: self._read("stat").rsplit(")", 1)[1].split()[0] == "S", 10, "asleep")

    def _read(self, name):
        with open(f"/proc/{self.pid}/{name}", encoding="utf-8") as file:
            return file.read()


def switches_of_init():
    """How often threads of the machine's first process have left a CPU. Kernels of some virtual
    machines run no program while one of them is the running task, so nobody hears of those."""
    total = 0
    for path in glob.glob("/proc/1/task/*/status"):
        with contextlib.suppress(OSError), open(path, encoding="utf-8") as file:
            total += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return total


def first_cpu():
    return min(os.sched_getaffinity(0))
