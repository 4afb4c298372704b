# SPDX-License-Identifier: Apache-2.0
"""Interfaces and cgroups that come, go and come back while the exporter runs."""

import glob
import os
import signal
import subprocess
import tempfile
import time
import unittest

from harness import outcome
from harness.cgroups import cgroup2_root
from harness.exporter import TEST_PROGRAMS, Exporter, wait_until
from harness.network import INSIDE, Network

CONFIG = """
object: {objects}/probe_hooks.bpf.o
probes:
{probes}
metrics:
  counters:
    - name: hits_total
      help: Runs of each program
      map: hits
      skip_zero: true
      labels:
        - {{name: slot, size: 4, decoders: [{{name: uint}}]}}
"""
ON_INTERFACES = """
  - {program: by_socket, socket_filter: {interface: "va*"}}
  - {program: by_xdp, xdp: {interface: va1}}
"""
UP = "ebpf_exporter_config_up"
RESTARTS = "ebpf_exporter_config_process_restarts_total"
SOCKET, XDP, CGROUP = "11", "12", "15"
FRAMES = 50
SEND = f"""
import socket
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as packets:
    packets.bind(("peer", 0))
    for i in range({FRAMES}):
        packets.send(bytes([255]) * 60)
"""


class WithConfiguration(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        outcome.need_program("ip", "unshare", "nsenter", "python3", "sysctl", "ping")
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def exporter(self, probes, *flags, **options):
        with open(os.path.join(self.folder.name, "follow.yaml"), "w", encoding="utf-8") as file:
            file.write(CONFIG.format(objects=TEST_PROGRAMS, probes=probes))
        return Exporter(*flags, config=self.folder.name, names="follow", **options)

    def lines(self, exporter, part):
        """How many lines of the log have that part."""
        return sum(part in line for line in exporter.log().splitlines())

    def wait_for_lines(self, exporter, count, part):
        wait_until(lambda: self.lines(exporter, part) == count, 10, f"{count} times '{part}'")

    def hits(self, exporter):
        return exporter.page().by_label("ebpf_exporter_hits_total", "slot")

    def up(self, exporter):
        return exporter.page().value(UP, config="follow", name="follow")

    def missed(self, exporter):
        return exporter.page().value("ebpf_exporter_programs_missed", config="follow")


class Follow(WithConfiguration):
    def test_counts_on_interfaces_that_come_and_go(self):
        with Network() as network:
            # Nothing but the frames of the test shall come in.
            network.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
            exporter = self.exporter(
                ON_INTERFACES, host=INSIDE, port=9435, prefix=network.enter(), ready="/healthz"
            )
            with exporter:
                self.assertEqual(1, self.missed(exporter))
                for times in (1, 2):
                    network.run("ip", "link", "add", "va1", "type", "veth", "peer", "name", "peer")
                    self.wait_for_lines(exporter, times, "'by_xdp': attached to xdp va1")
                    self.wait_for_lines(exporter, times, "attached to socket_filter va1")
                    self.assertEqual(0, self.missed(exporter))
                    self.assertNotIn("not attached", exporter.get("/")[2].decode())
                    network.run("ip", "link", "set", "va1", "up")
                    network.run("ip", "link", "set", "peer", "up")
                    network.run("python3", "-c", SEND)
                    expected = {SOCKET: FRAMES * times, XDP: FRAMES * times}
                    self.assertEqual(expected, self.hits(exporter))
                    network.run("ip", "link", "del", "va1")
                    self.wait_for_lines(exporter, 2 * times, "detached from")
                    self.assertEqual(1, self.missed(exporter))
                    self.assertIn("xdp va1: the interface is gone", exporter.get("/")[2].decode())
                time.sleep(2.5)  # at least two looks: nothing is said twice
                self.assertEqual(4, self.lines(exporter, "detached from"))
                # At the start, and each time that the last of them went.
                self.assertEqual(3, self.lines(exporter, " error "))

    def test_counts_in_a_cgroup_that_is_made_anew(self):
        root = cgroup2_root()
        outcome.need(root is not None, "cgroup2")
        path = os.path.join(root, f"bpf_exporter_follow_{os.getpid()}")
        probe = f"  - {{program: by_cgroup, cgroup: {{path: {path}}}}}"
        with self.exporter(probe, ready="/healthz") as exporter:
            self.assertEqual(0, self.up(exporter))
            for times in (1, 2):
                os.mkdir(path)
                try:
                    self.wait_for_lines(exporter, times, "attached to cgroup " + path)
                    self.assertEqual(1, self.up(exporter))
                    command = f"echo $$ >{path}/cgroup.procs; ping -q -c 5 -i 0.01 127.0.0.1"
                    subprocess.run(
                        ["sh", "-c", command], check=True, capture_output=True, timeout=30
                    )
                    self.assertEqual(5 * times, self.hits(exporter)[CGROUP])
                finally:
                    os.rmdir(path)
                self.wait_for_lines(exporter, times, f"detached from cgroup {path}: the cgroup is")
                self.assertEqual(0, self.up(exporter))
                self.wait_for_lines(exporter, times, " is attached now; its maps are served")
                self.assertEqual(1, self.lines(exporter, " could be attached; its maps are served"))

    def test_says_once_that_it_may_not_attach_later(self):
        probes = '  - {program: by_socket, socket_filter: {interface: "va*"}}'
        with self.exporter(probes, "--capabilities.keep=none") as exporter:
            part = (
                "program 'by_socket': cannot attach to what comes later: socket_filter va*: "
                "Operation not permitted; the process lacks CAP_NET_RAW; --capabilities.keep can "
                "keep it"
            )
            self.assertEqual(1, self.lines(exporter, part))
        with self.exporter(probes, "--capabilities.keep=cap_net_raw") as exporter:
            self.assertEqual(0, self.lines(exporter, "cannot attach to what comes later"))


class TheProcessThatAttaches(WithConfiguration):
    """A configuration whose programs are attached to what comes later keeps the process that attached them."""

    EVERY_CPU = "  - {program: by_perf_event, perf_event: {event: cpu-clock, frequency: 99}}"

    def children_of(self, pid):
        """Of each of its threads: the one that follows what comes starts them again."""
        children = []
        for path in glob.glob(f"/proc/{pid}/task/*/children"):
            with open(path, encoding="ascii") as file:
                children += [int(child) for child in file.read().split()]
        return children

    def test_has_given_up_the_same_capabilities(self):
        with self.exporter(self.EVERY_CPU, "--capabilities.keep=cap_perfmon") as exporter:
            (child,) = self.children_of(exporter.process.pid)
            for pid in (exporter.process.pid, child):
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    status = file.read()
                for line in ("CapEff", "CapPrm"):
                    self.assertIn(f"{line}:\t0000004000000000\n", status)

    def restarts(self, exporter):
        return exporter.page().value(RESTARTS, config="follow")

    def test_is_started_again_and_counts_go_on(self):
        with Network() as network:
            network.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
            network.run("ip", "link", "add", "va1", "type", "veth", "peer", "name", "peer")
            network.run("ip", "link", "set", "va1", "up")
            network.run("ip", "link", "set", "peer", "up")
            exporter = self.exporter(ON_INTERFACES, host=INSIDE, port=9435, prefix=network.enter(), ready="/healthz")
            with exporter:
                self.assertEqual(0, self.restarts(exporter))
                before = exporter.page().by_label("ebpf_exporter_ebpf_program_attached", "id")
                network.run("python3", "-c", SEND)
                (child,) = self.children_of(exporter.process.pid)
                os.kill(child, signal.SIGKILL)
                wait_until(lambda: self.restarts(exporter) == 1, 10, "it is started again")
                self.assertEqual(1, self.up(exporter))
                self.assertEqual(0, self.missed(exporter))
                self.assertEqual(1, self.lines(exporter, "the process that held its links has ended"))
                self.assertEqual(1, self.lines(exporter, "its process was started again, and counts go on"))
                self.assertEqual(1, len(self.children_of(exporter.process.pid)))
                network.run("python3", "-c", SEND)
                self.assertEqual({SOCKET: 2 * FRAMES, XDP: 2 * FRAMES}, self.hits(exporter))
                # Those programs are gone, and the new ones have other ids.
                after = exporter.page().by_label("ebpf_exporter_ebpf_program_attached", "id")
                self.assertEqual(len(before), len(after))
                self.assertEqual(2, len(set(after) - set(before)))
                # What comes later is attached to as before.
                network.run("ip", "link", "del", "va1")
                self.wait_for_lines(exporter, 2, "detached from")

    def test_costs_its_configuration_where_it_cannot_be_started_again(self):
        # Attaching to perf events takes CAP_PERFMON, loading programs CAP_BPF as well.
        with self.exporter(self.EVERY_CPU, "--capabilities.keep=cap_perfmon") as exporter:
            self.assertEqual({"follow": 1}, exporter.page().by_label(UP, "config"))
            (child,) = self.children_of(exporter.process.pid)
            os.kill(child, signal.SIGKILL)
            wait_until(lambda: exporter.page().by_label(UP, "config") == {"follow": 0}, 10, "it is down")
            attached = exporter.page().by_label("ebpf_exporter_ebpf_program_attached", "id")
            self.assertEqual({0}, set(attached.values()))
            self.assertEqual(0, self.restarts(exporter))
            self.assertEqual(1, self.lines(exporter, "the process that held its links has ended"))
            self.wait_for_lines(exporter, 2, "its process cannot be started again: object 'probe_hooks.bpf.o': ")
            self.assertEqual(1, self.lines(exporter, "tried again in 1 s"))
            self.assertEqual([], self.children_of(exporter.process.pid))
            self.assertEqual(0, exporter.stop())

    def test_ends_with_the_exporter_however_that_ends(self):
        for signal_number, status in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
            with self.exporter(self.EVERY_CPU) as exporter:
                (child,) = self.children_of(exporter.process.pid)
                os.kill(child, signal.SIGTERM)  # as systemd sends it to all of a unit
                self.assertEqual(status, exporter.stop(signal_number))
                wait_until(lambda: not os.path.exists(f"/proc/{child}"), 10, "it has ended")


if __name__ == "__main__":
    outcome.main()
