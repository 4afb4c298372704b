# SPDX-License-Identifier: Apache-2.0
"""The examples of programs/examples.md count what is made to happen. `--build FOLDER` builds them for a guest, which
names the folder in BPF_EXPORTER_EXAMPLES: kernels of virtual machines may have no kprobes."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from harness import children, outcome
from harness.cgroups import cgroup2_root
from harness.examples import build
from harness.exporter import Exporter, wait_until
from harness.kernel_objects import map_of
from harness.network import INSIDE, Network

DOCUMENT = "programs/examples.md"
BUILT = os.environ.get("BPF_EXPORTER_EXAMPLES")
PYTHON = "/usr/bin/python3"  # any user may run it, and it has static tracepoints
# Machines need not have tracefs mounted, so the exporter gets one of its own.
WITH_TRACEFS = ["unshare", "--mount", "sh", "-c", 'mount -t tracefs tracefs /sys/kernel/tracing; exec "$@"', "sh"]
USER = 54321  # nobody else's
IN_A_NAMESPACE = ["frames", "networks"]
OF_FUNCTIONS = ["tcp_connects"]
# Kernels of some virtual machines have none; that of the guest has.
WITH_FUNCTIONS = BUILT or os.path.exists("/sys/bus/event_source/devices/kprobe")
PREFIX = "ebpf_exporter_"
FORKS, EXECS, THREADS, SLEEPERS = 30, 40, 25, 15
LOOP = "i=0; while [ $i -lt {} ]; do {}; i=$((i+1)); done"
# A program that calls itself argv[1]; argv[2] is what it does, with `libc` and `done(what it says)`.
NAMED = """
import ctypes, gc, json, os, signal, socket, sys, threading, time
libc = ctypes.CDLL(None)
libc.prctl(15, sys.argv[1].encode(), 0, 0, 0)  # PR_SET_NAME
exec(sys.argv[2])
"""
SIGNALS = """
signal.signal(63, lambda *_: None)
for _ in range(20):
    os.kill(os.getpid(), 63)
"""
START_THREADS = f"""
for _ in range({THREADS}):
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
"""
LOOKUPS = """
for host in [None] * 3 + ["127.0.0.1"] * 20:
    socket.getaddrinfo(host, 9)
"""
COLLECTIONS = """
gc.disable()
for _ in range(15):
    gc.collect(1)
"""
BURN = """
began = time.process_time()
while time.process_time() < began + 1:
    pass
print(json.dumps(time.process_time() - began))
"""
SEND_IN_CGROUP = """
with open(f"{sys.argv[1]}/cgroup.procs", "w") as file:
    file.write("0")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as by:
    to.bind(("127.0.0.1", 0))
    for _ in range(20):
        by.sendto(bytes(1000), to.getsockname())
"""
FRAME_TYPE, FRAMES = 0x88B5, 30  # of experiments
SEND_FRAMES = f"""
import socket
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as packets:
    packets.bind(("far", 0))
    for _ in range({FRAMES}):
        packets.send(bytes([255] * 6 + [2, 0, 0, 0, 0, 1]) + ({FRAME_TYPE}).to_bytes(2, "big") + bytes(46))
"""
SEND_TO = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for _ in range(int(sys.argv[2])):
        sender.sendto(b"x", (sys.argv[1], 9))
"""


def run(command, **options):
    done = children.run(command, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def run_named(name, what, **options):
    return run([PYTHON, "-c", NAMED, name, what], **options)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        outcome.need_root()
        outcome.need_program("bpftool", "ip", "nsenter", "unshare")
        cls.folder = BUILT or cls.enterClassContext(tempfile.TemporaryDirectory())
        if not BUILT:
            build(cls.folder, [DOCUMENT])
        cls.names = sorted(name[:-5] for name in os.listdir(cls.folder) if name.endswith(".yaml"))
        cls.slice = cls.enterClassContext(system_slice())
        others = {*IN_A_NAMESPACE, *([] if WITH_FUNCTIONS else OF_FUNCTIONS)}
        names = ",".join(name for name in cls.names if name not in others)
        cls.exporter = cls.enterClassContext(
            Exporter(config=cls.folder, names=names, programs=cls.folder, prefix=WITH_TRACEFS)
        )

    def growth(self, workload, name, /, **labels):
        """By how much the series grows, and what the workload said."""
        before = self.exporter.page().value(PREFIX + name, **labels)
        said = workload()
        return self.exporter.page().value(PREFIX + name, **labels) - before, said

    def assert_counts(self, count, workload, name, /, **labels):
        self.assertEqual(count, self.growth(workload, name, **labels)[0], name)

    def test_every_program_is_attached(self):
        page = self.exporter.page()
        without = {labels["name"] for labels, up in page.samples_of(f"{PREFIX}config_up") if up != 1}
        self.assertEqual(set(), without, self.exporter.log())

    def test_the_tracepoint_counts_signals(self):
        self.assert_counts(20, lambda: run_named("signals", SIGNALS), "signals_sent_total", signal="63")

    def test_the_typed_tracepoint_counts_processes_and_threads(self):
        labels = {"uid": str(USER)}
        forks = ["/bin/sh", "-c", LOOP.format(FORKS, "(:)")]
        self.assert_counts(FORKS, lambda: run(forks, user=USER), "tasks_started_total", kind="PROCESS", **labels)
        threads = lambda: run_named("threads", START_THREADS, user=USER)  # noqa: E731
        self.assert_counts(THREADS, threads, "tasks_started_total", kind="THREAD", **labels)

    if WITH_FUNCTIONS:

        def test_the_kprobe_counts_connections(self):
            with socket.create_server(("127.0.0.1", 0)) as server:
                address = server.getsockname()

                def connect():
                    for _ in range(12):
                        socket.create_connection(address).close()

                self.assert_counts(12, connect, "tcp_connects_total", port=str(address[1]))

    def test_the_uprobe_counts_lookups(self):
        name = "lookups_example"
        self.assert_counts(20, lambda: run_named(name, LOOKUPS), "name_lookups_total", comm=name)

    def test_the_usdt_counts_collections(self):
        name = "collects_often"
        self.assert_counts(
            15, lambda: run_named(name, COLLECTIONS), "python_collections_total", comm=name, generation="1"
        )

    def test_the_perf_event_samples_a_program_as_long_as_it_runs(self):
        name = "burns_cpu"
        samples, seconds = self.growth(lambda: run_named(name, BURN), "cpu_samples_total", comm=name)
        # A busy host takes the CPU away, so that ticks come late or not at all.
        self.assertGreater(samples, 0.4 * 99 * json.loads(seconds))
        self.assertLess(samples, 1.5 * 99 * json.loads(seconds))

    def start_programs(self, user=USER):
        run(["/bin/sh", "-c", LOOP.format(EXECS, "/bin/true")], user=user)

    def test_hashes_count_programs(self):
        uid = str(USER)
        began = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        before = self.exporter.page()
        self.start_programs()
        page, ended = self.exporter.page(), time.clock_gettime_ns(time.CLOCK_BOOTTIME)

        def grown(name, **labels):
            return sum_of(page, name, uid=uid, **labels) - sum_of(before, name, uid=uid, **labels)

        self.assertEqual(1 + EXECS, grown("execs_by_user_total", gid="0"))
        self.assertEqual(1 + EXECS, grown("execs_by_user_and_cpu_total"))
        self.assertEqual(1 + EXECS, grown("last_execs"))
        self.assertEqual(1 + EXECS, grown("recent_execs"))
        last = page.value(f"{PREFIX}last_exec_boottime", uid=uid)
        self.assertTrue(began < last < ended, (began, last, ended))
        self.assertEqual(0, page.value(f"{PREFIX}exec_hashes_dropped_total"))

    def test_arrays_count_programs(self):
        before = self.exporter.page()
        self.start_programs()
        page = self.exporter.page()
        names = "execs_by_owner_total", "execs_by_cpu_total"
        for name, labels in zip(names, ({"owner": "others"}, {})):
            self.assertGreaterEqual(sum_of(page, name, **labels) - sum_of(before, name, **labels), 1 + EXECS)
        self.assertEqual({"root", "others"}, set(page.by_label(PREFIX + names[0], "owner")))
        self.assertGreaterEqual(len(page.by_label(PREFIX + names[1], "cpu")), os.cpu_count())

    def test_records_arrive(self):
        user = USER + 1  # a thread reads the buffers, so records of other tests may come later than their pages
        self.start_programs(user)

        def arrived(name):
            page, labels = self.exporter.page(), {"uid": str(user)}
            return {comm: page.value(PREFIX + name, comm=comm, **labels) for comm in ("sh", "true")}

        for way in ("records", "perf_records", "queued", "stacked"):
            name = f"exec_{way}_total"
            wait_until(lambda: arrived(name) == {"sh": 1, "true": EXECS}, 10, name)

    def test_storage_of_tasks_measures_how_long_programs_run(self):
        begin = self.exporter.page()
        self.start_programs()
        run(["sleep", "0.2"], user=USER)
        page, name = self.exporter.page(), "program_run_seconds"
        self.assertEqual(1 + EXECS + 1, self.difference(begin, page, f"{name}_count"))
        self.assertGreater(self.difference(begin, page, f"{name}_sum"), 0.19)

    def difference(self, before, after, name):
        return sum_of(after, name, uid=str(USER)) - sum_of(before, name, uid=str(USER))

    def test_storage_of_cgroups_counts_packets(self):
        if self.slice is None:
            outcome.need(False, "a cgroup2 mount")
        folder, others = self.slice
        inner = os.path.join(folder, f"bpf_exporter_example_{os.getpid()}")
        os.mkdir(inner)
        self.addCleanup(os.rmdir, inner)
        before = self.exporter.page()
        run_named(inner, SEND_IN_CGROUP)
        page = self.exporter.page()
        for name, count in (("cgroup_packets_total", 20), ("cgroup_bytes_total", 20 * (1000 + 28))):
            grown = sum_of(page, name, cgroup=folder) - sum_of(before, name, cgroup=folder)
            (self.assertGreaterEqual if others else self.assertEqual)(grown, count, name)

    def test_the_gauge_goes_up_and_down(self):
        uid = str(USER)
        script = LOOP.format(SLEEPERS, "sleep 60 & pids=\"$pids $!\"") + "; echo; read line; kill $pids; wait"
        alive = lambda: self.exporter.page().value(f"{PREFIX}tasks_alive", uid=uid)  # noqa: E731
        before = alive()
        shell = children.start(
            ["/bin/sh", "-c", script], user=USER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with shell:
            shell.stdout.readline()
            self.assertEqual(SLEEPERS, alive() - before)
            shell.stdin.write(b"\n")
            shell.stdin.flush()
            shell.wait(30)
        # The shell began as root and ended as the user.
        wait_until(lambda: alive() - before == -1, 10, "all have ended")


class InANamespace(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        outcome.need_program("bpftool", "ip", "nsenter", "unshare")
        folder = BUILT or self.enterContext(tempfile.TemporaryDirectory())
        if not BUILT:
            build(folder, [DOCUMENT])
        self.network = self.enterContext(Network())
        program = shutil.which("ip")  # by its path, for busybox runs an ip of its own
        self.network.run(program, "link", "add", "eth0", "type", "veth", "peer", "name", "far")
        for link in ("eth0", "far"):
            self.network.run(program, "link", "set", link, "up")
        # The kernel drops what is sent before its own work queue has noticed that the link is up.
        shown = lambda: self.network.run(program, "link", "show", "far")  # noqa: E731
        wait_until(lambda: "state UP" in shown(), 10, "the link is up")
        names = ",".join(IN_A_NAMESPACE)
        options = {"host": INSIDE, "port": 9435, "prefix": self.network.enter()}
        self.exporter = self.enterContext(Exporter(config=folder, names=names, programs=folder, **options))

    def test_xdp_counts_frames(self):
        self.network.run(PYTHON, "-c", SEND_FRAMES)
        frames = lambda: self.exporter.page().value(f"{PREFIX}frames_total", protocol=str(FRAME_TYPE))  # noqa: E731
        wait_until(lambda: frames() == FRAMES, 10, f"{FRAMES} frames")

    def send(self, address, count):
        self.network.run(PYTHON, "-c", SEND_TO, address, str(count))

    def test_the_trie_counts_by_network(self):
        self.send("127.9.8.7", 25)
        network = map_of(self.exporter.process.pid, "packets_by_network_total"[:15])
        wider = "key 16 0 0 0 127 77 0 0 value 0 0 0 0 0 0 0 0".split()
        run(["bpftool", "map", "update", "id", network, *wider])
        self.send("127.77.3.4", 10)
        page, name = self.exporter.page(), f"{PREFIX}packets_by_network_total"
        self.assertEqual(25, page.value(name, network="127.9.8.0", bits="24"))
        self.assertEqual(10, page.value(name, network="127.77.0.0", bits="16"))


@contextlib.contextmanager
def system_slice():
    """(the folder of the cgroup system.slice, whether it has others' processes); None without cgroups."""
    root = cgroup2_root()
    if root is None:
        yield None
        return
    folder = os.path.join(root, "system.slice")
    others = os.path.isdir(folder)
    if not others:
        os.mkdir(folder)
    try:
        yield folder, others
    finally:
        if not others:
            os.rmdir(folder)


def sum_of(page, name, **labels):
    """Over all series that have the labels."""
    series = page.samples_of(PREFIX + name)
    return sum(value for found, value in series if labels.items() <= found.items())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build(sys.argv[2], [DOCUMENT])
    else:
        outcome.main()
