# SPDX-License-Identifier: Apache-2.0
"""The files of ebpf_exporter: configurations with every decoder, map kind, histogram and section, whose
programs fill their maps with known numbers; NAME.txt is what the page says of NAME.yaml."""

import ctypes
import glob
import os
import re
import shutil
import signal
import socket
import struct
import sys
import tempfile
import unittest

from harness import children, kernel_objects, outcome
from harness.exporter import COMPATIBILITY_PROGRAMS, E2E, ROOT, TEST_PROGRAMS, Exporter, wait_until
from harness.network import INSIDE, Network
from harness.unprivileged import AS_NOBODY, public_copy

SOURCES = os.path.join(E2E, "compatibility")
OWN = os.path.join(ROOT, "tests", "unit", "metrics", "self_metrics_first.txt")
# On functions of the kernel, which not every kernel lets programs attach to: tests/vm/compatibility.
IN_A_GUEST = {"fentry", "fexit", "kprobe", "kretprobe", "lsm"}
MARKED_MASK, CALLS = 0x5EED01FF, 300
PAYLOAD, PACKETS = 777, 25
SEND = f"""
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for _ in range({PACKETS}):
        sender.sendto(bytes({PAYLOAD}), ("127.0.0.1", 9))
"""
# Sends so many packets from its first CPU, and one more from its last.
SEND_FROM_CPUS = f"""
import os, socket, sys
cpus = sorted(os.sched_getaffinity(0))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for cpu, packets in ((cpus[0], {PACKETS}), (cpus[-1], {PACKETS} + 1)):
        os.sched_setaffinity(0, {{cpu}})
        for _ in range(packets):
            sender.sendto(b"x", ("127.0.0.1", 9))
"""
CGROUP_STORAGE = """
probes:
  - program: count_packets
    cgroup: {path: @CGROUP@, type: egress}
metrics:
  counters:
    - name: sent_total
      help: Packets by the kernel's key of a cgroup and attach type, summed over the CPUs
      map: by_cgroup
      labels:
        - {name: cgroup, size: 8, decoders: [{name: uint}, {name: cgroup}]}
        - {name: type, size: 4, padding: 4, decoders: [{name: uint}]}
    - name: sent_by_id_total
      help: Packets by a cgroup's id
      map: by_cgroup_id
      labels: [{name: cgroup, size: 8, decoders: [{name: uint}, {name: cgroup}]}]
"""
# Beside tracefs the exporter finds the tests' PCI ids, wherever the machine has its own.
MOUNTED = """
mount -t tracefs tracefs /sys/kernel/tracing
for folder in /usr/share/misc /usr/share/hwdata; do
  [ ! -d $folder ] || mount --bind "$0" $folder
done
exec "$@"
"""


def names(with_pages=False):
    found = {os.path.basename(path)[: -len(".yaml")] for path in glob.glob(f"{SOURCES}/*.yaml")}
    return sorted(found - IN_A_GUEST if with_pages else found)


def copy_to(folder):
    for name in names():
        shutil.copy(f"{SOURCES}/{name}.yaml", folder)
        shutil.copy(f"{COMPATIBILITY_PROGRAMS}/{name}.bpf.o", folder)


def default_cgroup():
    """The path of the default hierarchy's cgroup that the tests and their children are in."""
    with open("/proc/mounts", encoding="utf-8") as mounts:
        root = next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), "")
    with open("/proc/self/cgroup", encoding="utf-8") as cgroups:
        path = next(line.strip()[len("0::") :] for line in cgroups if line.startswith("0::"))
    return root + path.rstrip("/")


def device(match):
    with open("/proc/partitions", encoding="ascii") as lines:
        rows = [line.split() for line in lines]
    number = match.group(1)
    return next((row[3] for row in rows if row[:2] == number.split(":")), f"unknown:{number}")


def leave_early(exporter, path):
    """Asks for `path` and resets the connection."""
    with socket.create_connection((exporter.host, exporter.port), timeout=10) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())


def possible_cpus():
    with open("/sys/devices/system/cpu/possible", encoding="ascii") as text:
        return int(re.split("[-,]", text.read().strip())[-1]) + 1


def expected_lines(name):
    """The lines of NAME.txt, with what only this machine knows in place."""
    with open(f"{SOURCES}/{name}.txt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        line = line.replace("@CGROUP@", default_cgroup())
        line = re.sub(r"@DEVICE (\d+:\d+)@", device, line)
        cpus = range(2, possible_cpus()) if "@OTHER CPU@" in line else (0,)
        yield from (line.replace("@OTHER CPU@", str(cpu)) for cpu in cpus)


def lines_of_maps(page):
    """The page without the families of the exporter itself."""
    with open(OWN, encoding="utf-8") as file:
        own = set(re.findall(r"^# TYPE (\S+) ", file.read(), re.MULTILINE))
    own.add("ebpf_exporter_build_info")
    family = None
    for line in page.text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
        if family not in own and family.startswith("ebpf_exporter_"):
            yield line


class Compatibility(unittest.TestCase):
    maxDiff = None

    def test_check_takes_all_shipped_and_these_without_root(self):
        folder = public_copy(self)
        compatible = os.path.join(folder, "compatibility")
        os.mkdir(compatible)
        copy_to(compatible)
        prefix = AS_NOBODY if os.geteuid() == 0 else []
        command = [*prefix, f"{folder}/bpf_exporter", "check", f"--programs.dir={folder}/programs"]
        files = sorted(glob.glob(f"{folder}/config/*.yaml") + glob.glob(f"{compatible}/*.yaml"))
        done = children.run([*command, *files])
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        for path in files:
            self.assertIn(path, done.stdout + done.stderr)

    def test_storage_of_cgroups_is_read_of_all_cpus(self):
        outcome.need_root()
        outcome.need(default_cgroup() != "", "a cgroup2 mount")
        cgroup = os.path.join(default_cgroup(), f"bpf_exporter_storage_{os.getpid()}")
        os.mkdir(cgroup)
        self.addCleanup(os.rmdir, cgroup)
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(f"{TEST_PROGRAMS}/cgroup_storage.bpf.o", folder)
            with open(f"{folder}/cgroup_storage.yaml", "w", encoding="utf-8") as file:
                file.write(CGROUP_STORAGE.replace("@CGROUP@", cgroup))
            with Exporter(names="cgroup_storage", config=folder, programs=folder) as exporter:
                enter = f'echo $$ > {cgroup}/cgroup.procs; exec "$@"'
                sent = children.run(["sh", "-c", enter, "sh", sys.executable, "-c", SEND_FROM_CPUS])
                self.assertEqual(0, sent.returncode, sent.stderr)
                page = exporter.page()
        egress = {"cgroup": cgroup, "type": "1"}  # BPF_CGROUP_INET_EGRESS
        self.assertEqual(2 * PACKETS + 1, page.value("ebpf_exporter_sent_total", **egress))
        by_id = page.by_label("ebpf_exporter_sent_by_id_total", "cgroup")
        self.assertEqual({cgroup: 2 * PACKETS + 1}, by_id)


class Pages(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        outcome.need_root()
        outcome.need(possible_cpus() >= 2, "two CPUs")
        outcome.need(default_cgroup() != "", "a cgroup2 mount")
        release = tuple(int(number) for number in os.uname().release.split(".")[:2])
        outcome.need(release >= (6, 2), "Linux 6.2, for storage of cgroups")
        outcome.need_program("bpftool")
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        copy_to(self.folder)
        os.mkdir(os.path.join(self.folder, "ids"))
        shutil.copy(f"{SOURCES}/pci.ids", os.path.join(self.folder, "ids"))
        self.before = kernel_objects.existing()

    def exporter(self, network):
        private = ["unshare", "--mount", "sh", "-c", MOUNTED, os.path.join(self.folder, "ids")]
        return Exporter(
            "--config.skip-cache-size=100",  # what one metric skips, another shows
            names=",".join(names(with_pages=True)),
            config=self.folder,
            programs=self.folder,
            host=INSIDE,
            port=9435,
            prefix=(*network.enter(), *private),
        )

    def work(self, network):
        libc = ctypes.CDLL(None)
        mask = os.umask(0o22)
        for _ in range(CALLS):
            libc.umask(MARKED_MASK)
        os.umask(mask)
        network.run("python3", "-c", SEND)

    def test_whole_pages_are_as_ebpf_exporter_would_say(self):
        expected = sorted(line for name in names(with_pages=True) for line in expected_lines(name))
        with Network() as network, self.exporter(network) as exporter:
            self.work(network)
            pages = []

            def complete():
                pages[:] = [exporter.page()]
                return sorted(lines_of_maps(pages[0])) == expected

            try:
                # Events and samples take their time.
                wait_until(complete, 5, "the page is as expected")
            except AssertionError:
                self.assertEqual(expected, sorted(lines_of_maps(pages[0])))
                raise
            # One text that is no number is an error of its row or record, and nothing else is.
            errors = pages[0].by_label("ebpf_exporter_decoder_errors_total", "config")
            self.assertEqual({"errno": 1, "perf_events": 1}, {name: n for name, n in errors.items() if n})
            # Programs that were not loaded are two, with ids of their own.
            attached = pages[0].by_label("ebpf_exporter_ebpf_program_attached", "id")
            self.assertEqual(2, list(attached.values()).count(0))
            # Clients that leave before their answer end only their own connection.
            for path in ("/", "/metrics") * 20:
                leave_early(exporter, path)
            self.assertEqual(200, exporter.get("/")[0])
            # With samplers and a packet filter attached.
            self.assertEqual(0, exporter.stop(signal.SIGTERM), exporter.log())
            wait_until(
                lambda: not kernel_objects.left_behind(self.before), 10, "nothing is left behind"
            )

    def test_a_buffer_that_cannot_be_had_costs_only_its_configuration(self):
        outcome.need_program("setpriv", "prlimit")
        limited = ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"]
        exporter = Exporter(
            "--events.buffer-pages=16384",
            names="array,perf_events",
            config=self.folder,
            programs=self.folder,
            prefix=[*limited, "prlimit", "--memlock=65536"],
        )
        with exporter:
            up = exporter.page().by_label("ebpf_exporter_config_up", "config")
            log = exporter.log()
        self.assertEqual({"array": 1, "perf_events": 0}, up)
        problem = "config 'perf_events': map 'perf_events_total': open perf buffer: Operation not"
        self.assertIn(problem, log)
        self.assertIn("CAP_IPC_LOCK", log)


if __name__ == "__main__":
    outcome.main()
