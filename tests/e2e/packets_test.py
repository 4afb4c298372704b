# SPDX-License-Identifier: Apache-2.0
"""packets: every packet on lo once, by protocol, as tcpdump counts them."""

import tempfile
import os
import sys
import unittest

from harness import outcome
from harness.capture import Capture
from harness.exporter import Exporter
from harness.network import INSIDE, Network

TRAFFIC = os.path.join(os.path.dirname(os.path.realpath(__file__)), "workloads", "traffic.py")
DATAGRAMS, ECHOES = 1000, 500


class Packets(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        outcome.need_program("tcpdump", "ping", "ip", "unshare", "nsenter")

    def count(self, host):
        """(tcpdump's, the exporter's) {protocol: (packets, bytes)} of the workload at `host`."""
        with tempfile.TemporaryDirectory() as folder, Network() as network:
            exporter = Exporter(names="packets", host=INSIDE, port=9435, prefix=network.enter())
            with exporter, Capture(network, folder) as capture:
                network.run(sys.executable, TRAFFIC, host, DATAGRAMS)
                network.run("ping", "-q", "-f", "-c", ECHOES, host)
                page = exporter.page()
                packets = page.by_label("ebpf_exporter_packets_total", "protocol")
                sizes = page.by_label("ebpf_exporter_packet_bytes_total", "protocol")
                capture.wait_for(sum(packets.values()))
            self.assertEqual(0, page.value("ebpf_exporter_packets_unreadable_total"))
            self.assertEqual(packets.keys(), sizes.keys())
            return capture.counts(), {name: (packets[name], sizes[name]) for name in packets}

    def test_ipv4_counts_equal_tcpdump(self):
        expected, actual = self.count("127.0.0.1")
        self.assertEqual(expected, actual)
        self.assertEqual({"udp", "icmp", "tcp"}, set(actual))
        self.assertEqual(DATAGRAMS, actual["udp"][0])
        self.assertEqual(2 * ECHOES, actual["icmp"][0])  # requests and replies

    def test_ipv6_counts_equal_tcpdump(self):
        expected, actual = self.count("::1")
        self.assertEqual(expected, actual)
        self.assertEqual({"udp", "ipv6-icmp", "tcp"}, set(actual))
        self.assertEqual(DATAGRAMS, actual["udp"][0])
        self.assertEqual(2 * ECHOES, actual["ipv6-icmp"][0])


if __name__ == "__main__":
    outcome.main()
