# SPDX-License-Identifier: Apache-2.0
"""What the exporter tells its programs: kernel addresses (kaddrs) and cgroups (cgroup_id_map)."""

import os
import re
import shutil
import sys
import tempfile
import time
import unittest

from harness import children, outcome
from harness.cgroups import cgroup2_root
from harness.exporter import E2E, TEST_PROGRAMS, Exporter, wait_until
from harness.kernel_objects import bpftool, map_of

CALLS = 300
# Waits to be put into a cgroup before it calls.
WORKLOAD = f"""
import os, sys
print("started", flush=True)
sys.stdin.readline()
for _ in range({CALLS}):
    os.umask(0o22)
"""

ONLY_CALLS = """
metrics:
  counters:
    - name: wanted_calls_total
      help: Calls of umask in the wanted cgroups
      labels: [{name: cgroup, size: 8, decoders: [{name: uint}, {name: cgroup}]}]
"""


def kallsyms(symbol):
    """The address of the first symbol of that name."""
    with open("/proc/kallsyms", encoding="ascii") as lines:
        return next(int(line.split()[0], 16) for line in lines if line.split()[2] == symbol)


def kernel_tells_of_cgroups():
    """Whether fanotify knows cgroup2, since Linux 6.6."""
    return tuple(int(part) for part in re.findall("[0-9]+", os.uname().release)[:2]) >= (6, 6)


def call_in(cgroup, make=lambda path: None):
    """Runs the workload in a cgroup, which `make` may make once the workload only waits for it."""
    process = children.start(
        [sys.executable, "-c", WORKLOAD], stdin=children.PIPE, stdout=children.PIPE
    )
    try:
        process.stdout.readline()
        make(cgroup)
        with open(os.path.join(cgroup, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write(str(process.pid))
        time.sleep(0.02)
        process.communicate(b"\n", timeout=30)
    finally:
        children.stop(process)


def wanted_call(exporter, cgroup):
    """Puts a cgroup into the program's map of wanted ones, and runs the workload in it."""
    number = map_of(exporter.process.pid, "cgroups")
    key = os.stat(cgroup).st_ino.to_bytes(8, "little").hex(" ").split()
    bpftool("map", "update", "id", number, "key", "hex", *key, "value", "hex", "01", *["00"] * 7)
    call_in(cgroup)


class Addresses(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        shutil.copy(os.path.join(E2E, "addresses.yaml"), self.folder)
        shutil.copy(os.path.join(TEST_PROGRAMS, "addresses.bpf.o"), self.folder)

    def exporter(self, *flags, **options):
        return Exporter(
            *flags, names="addresses", config=self.folder, programs=self.folder, **options
        )

    def make_cgroup(self, name):
        path = os.path.join(cgroup2_root(), f"{name}_{os.getpid()}")
        os.mkdir(path)
        self.addCleanup(os.rmdir, path)
        return path

    def make_and_remove(self, name, use=lambda path: None):
        path = os.path.join(cgroup2_root(), f"{name}_{os.getpid()}")
        os.mkdir(path)
        try:
            use(path)
        finally:
            os.rmdir(path)
        return path

    def test_constants_hold_the_addresses_of_kallsyms(self):
        with self.exporter() as exporter:
            os.umask(os.umask(0o22))
            page = exporter.page()
        for symbol in ("schedule", "vfs_read"):
            name = f"ebpf_exporter_{symbol}_address"
            self.assertEqual({str(kallsyms(symbol)): 1}, page.by_label(name, "address"))

    def test_a_symbol_that_is_not_there_is_named(self):
        path = os.path.join(self.folder, "addresses.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("[schedule, vfs_read]", "[schedule, vfs_read, no_such]"))
        done = children.run(
            [
                Exporter(names="addresses", config=self.folder, programs=self.folder).command[0],
                f"--config.dir={self.folder}",
                f"--programs.dir={self.folder}",
                "--config.check",
            ]
        )
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("object 'addresses.bpf.o' has no variable 'kaddr_no_such'", done.stderr)

    def test_of_several_symbols_the_first_counts_whatever_its_module(self):
        symbols = os.path.join(self.folder, "kallsyms")
        with open(symbols, "w", encoding="ascii") as file:
            file.write("ffffffff81000010 T schedule_other\n")
            file.write("ffffffffc0000020 t schedule\t[module]\n")
            file.write("ffffffff81000030 T schedule\n")
            file.write("ffffffffc0000040 t vfs_read\t[module]\n")
        mounted = 'mount --bind "$0" /proc/kallsyms; exec "$@"'
        prefix = ["unshare", "--mount", "sh", "-c", mounted, symbols]
        with self.exporter(prefix=prefix) as exporter:
            os.umask(os.umask(0o22))
            page = exporter.page()
        for symbol, address in (("schedule", 0xFFFFFFFFC0000020), ("vfs_read", 0xFFFFFFFFC0000040)):
            name = f"ebpf_exporter_{symbol}_address"
            self.assertEqual({str(address): 1}, page.by_label(name, "address"))

    def test_hidden_addresses_are_an_error_and_not_zeros(self):
        hidden = os.path.join(self.folder, "kallsyms")
        with open(hidden, "w", encoding="ascii") as file:
            file.write("0000000000000000 T schedule\n0000000000000000 T vfs_read\n")
        mounted = 'mount --bind "$0" /proc/kallsyms; exec "$@"'
        exporter = Exporter(names="addresses", config=self.folder, programs=self.folder)
        done = children.run(["unshare", "--mount", "sh", "-c", mounted, hidden, *exporter.command])
        self.assertNotEqual(0, done.returncode)
        self.assertIn("'kaddrs': the kernel hides the address of 'schedule'", done.stderr)

    def test_only_wanted_cgroups_are_in_the_map(self):
        outcome.need(cgroup2_root() is not None, "a cgroup2 mount")
        before = self.make_cgroup("bpf_exporter_wanted")
        other = self.make_cgroup("bpf_exporter_other")
        with self.exporter() as exporter:
            call_in(before)
            call_in(other)
            counts = {before: CALLS}
            name = "ebpf_exporter_wanted_calls_total"
            wait_until(
                lambda: exporter.page().by_label(name, "cgroup") == counts, 10, f"{counts}"
            )
            # A cgroup that is made while the exporter runs is followed soon.
            later = os.path.join(before, f"bpf_exporter_wanted_{os.getpid()}")
            os.mkdir(later)
            try:
                def counted():
                    call_in(later)
                    return exporter.page().by_label(name, "cgroup").get(later, 0) > 0

                wait_until(counted, 20, "the later cgroup is followed")
                self.assertNotIn(other, exporter.page().by_label(name, "cgroup"))
            finally:
                os.rmdir(later)

    def test_a_cgroup_that_lives_for_a_moment_is_in_the_map(self):
        root = cgroup2_root()
        outcome.need(root is not None, "a cgroup2 mount")
        outcome.need(kernel_tells_of_cgroups(), "Linux 6.6, which tells of new cgroups")
        with self.exporter() as exporter:
            for number in range(9):
                path = f"{root}/bpf_exporter_wanted_{os.getpid()}{number}"
                try:
                    call_in(path, os.mkdir)  # lives for 20 ms
                finally:
                    os.rmdir(path)
            page = exporter.page()
        counts = page.by_label("ebpf_exporter_wanted_calls_total", "cgroup")
        caught = sum(1 for count in counts.values() if count == CALLS)
        # A busy machine may delay some; looking a few times a second would miss most.
        self.assertGreaterEqual(caught, 6, counts)

    def test_cgroups_that_come_and_go_unseen_are_named(self):
        outcome.need_program("bpftool")
        outcome.need(cgroup2_root() is not None, "a cgroup2 mount")
        with open("/proc/sys/fs/fanotify/max_queued_events", encoding="ascii") as file:
            queue = int(file.read())
        outcome.need(queue <= 100_000, f"a queue of fewer than {queue} events")
        with open(os.path.join(self.folder, "addresses.yaml"), "w", encoding="utf-8") as file:
            file.write(ONLY_CALLS)
        with self.exporter() as exporter:
            for number in range(queue // 2 + 1):
                self.make_and_remove(f"bpf_exporter_flood{number}")
                if number % 1000 == 0:
                    time.sleep(0.3)  # even when the exporter takes a rest
            gone = self.make_and_remove(
                "bpf_exporter_gone", lambda path: wanted_call(exporter, path)
            )
            # Nobody asked for any cgroup until now.
            page = exporter.page()
        self.assertEqual(
            {gone: CALLS}, page.by_label("ebpf_exporter_wanted_calls_total", "cgroup")
        )

    def test_new_cgroups_are_followed_without_capabilities(self):
        outcome.need(cgroup2_root() is not None, "a cgroup2 mount")
        name = "ebpf_exporter_wanted_calls_total"
        with self.exporter("--capabilities.keep=none") as exporter:
            later = self.make_cgroup("bpf_exporter_wanted")

            def counted():
                call_in(later)
                return exporter.page().by_label(name, "cgroup").get(later, 0) > 0

            wait_until(counted, 20, "the new cgroup is followed and named")


if __name__ == "__main__":
    outcome.main()
