# SPDX-License-Identifier: Apache-2.0
"""tests/distro/run leaves no tree, mount or process, whatever ends it. debootstrap is one of the tests' own here."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

RUN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "run")
SKIPPED = 77
SECONDS = 60
# A mount in the tree and a process, as debootstrap has them at work; then its end, or its wait for one.
DEBOOTSTRAP = """#!/bin/sh
mkdir -p "$4/proc" && mount -t tmpfs none "$4/proc" && touch "$4/proc/mounted" || exit 1
sleep 987 &
echo $$ >"$WORKING"
{then}
"""


def lines_of_mounts(folder):
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return [line for line in file if folder in line]


class Harness(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.script = os.path.join(self.folder, "tests", "distro", "run")
        os.makedirs(os.path.dirname(self.script))
        shutil.copy(RUN, self.script)
        self.tree = os.path.join(self.folder, "build", "distro", "trixie", "tree")
        self.working = os.path.join(self.folder, "working")

    def start(self, then):
        """The script at work, with a debootstrap that ends in the shell commands `then`."""
        path = os.path.join(self.folder, "debootstrap")
        with open(path, "w", encoding="utf-8") as file:
            file.write(DEBOOTSTRAP.format(then=then))
        os.chmod(path, 0o755)
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "WORKING": self.working}
        process = subprocess.Popen(
            [self.script, "trixie"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def wait_until(self, what):
        end = time.monotonic() + SECONDS
        while not what():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def processes(self):
        """Those that have the script's lock open, which all that it starts inherit."""
        lock = os.path.join(os.path.dirname(self.tree), "lock")
        holders = []
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                fds = [os.readlink(f"/proc/{process}/fd/{fd}") for fd in os.listdir(f"/proc/{process}/fd")]
            except OSError:
                continue  # it ended
            holders += [process] if lock in fds else []
        return holders

    def test_after_a_step_that_fails(self):
        process = self.start("echo the mirror is gone; exit 1")
        output, _ = process.communicate(timeout=SECONDS)
        self.assertEqual(1, process.returncode, output)
        self.assertIn("the mirror is gone", output)
        self.assertIn("debootstrap could not make a tree of 'trixie'", output)
        self.assertFalse(os.path.exists(self.tree))
        self.assertEqual([], lines_of_mounts(self.folder))
        self.assertEqual([], self.processes())

    def test_after_a_signal(self):
        process = self.start("sleep 986")
        self.wait_until(lambda: os.path.exists(self.working))
        self.assertTrue(os.path.isdir(self.tree))
        self.assertEqual([], lines_of_mounts(self.folder))  # none is seen outside
        self.assertNotEqual([], self.processes())
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=SECONDS)
        self.assertEqual(143, process.returncode, output)
        self.assertFalse(os.path.exists(self.tree))
        self.assertEqual([], lines_of_mounts(self.folder))
        self.assertEqual([], self.processes())

    def test_after_it_was_killed_the_next_run_removes_the_tree(self):
        process = self.start("sleep 985")
        self.wait_until(lambda: os.path.exists(self.working))
        process.kill()
        process.communicate(timeout=SECONDS)
        self.wait_until(lambda: not self.processes())
        self.assertTrue(os.path.isdir(self.tree))
        self.assertEqual([], lines_of_mounts(self.folder))
        process = self.start("exit 1")
        process.communicate(timeout=SECONDS)
        self.assertFalse(os.path.exists(self.tree))

    def test_refuses_a_second_run_beside_the_first(self):
        self.start("sleep 984")
        self.wait_until(lambda: os.path.exists(self.working))
        second = self.start("exit 1")
        output, _ = second.communicate(timeout=SECONDS)
        self.assertEqual(1, second.returncode, output)
        self.assertIn("another run works in", output)
        self.assertTrue(os.path.isdir(self.tree))


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: needs root, for mounts and namespaces")
        sys.exit(1 if os.environ.get("REQUIRE_KERNEL") else SKIPPED)
    unittest.main()
