# SPDX-License-Identifier: Apache-2.0
"""packets: counted datagrams over the loopback. tests/e2e/packets_test.py compares with tcpdump, which takes
namespaces of its own."""

import socket

from probe import IN_GUEST, ProbeTest

COUNT, SIZE = 50, 1000
HEADERS = 14 + 20 + 8  # of Ethernet, which the loopback has too, IPv4 and UDP


class Packets(ProbeTest):
    def send(self):
        with socket.socket(type=socket.SOCK_DGRAM) as to, socket.socket(type=socket.SOCK_DGRAM) as out:
            to.bind(("127.0.0.1", 0))
            for _ in range(COUNT):
                out.sendto(bytes(SIZE), to.getsockname())
                to.recv(SIZE)

    def test_counts_datagrams_and_their_bytes(self):
        for name, expected in (("packets_total", COUNT), ("packet_bytes_total", COUNT * (HEADERS + SIZE))):
            with self.subTest(name=name):
                grown = self.growth(self.send, name, protocol="udp")
                if IN_GUEST:
                    self.assertEqual(expected, grown)
                self.assertGreaterEqual(grown, expected)
        self.assertEqual(0, self.value("packets_unreadable_total"))
