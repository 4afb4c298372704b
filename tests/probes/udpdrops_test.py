# SPDX-License-Identifier: Apache-2.0
"""udpdrops: datagrams that found no room, against /proc/net/udp's drops, and how full the buffer is."""

import os
import socket

import net
from probe import PREFIX, ProbeTest

FAMILIES = {"ipv4": (socket.AF_INET, "udp"), "ipv6": (socket.AF_INET6, "udp6")}
FILL = "udp_receive_buffer_fill_ratio"


def row_of(receiver, table):
    """(bytes in the receive queue, drops) of a socket, as /proc/net has them."""
    inode = str(os.fstat(receiver.fileno()).st_ino)
    with open(f"/proc/thread-self/net/{table}", encoding="ascii") as file:
        for line in file.read().splitlines()[1:]:
            fields = line.split()
            if fields[9] == inode:
                return int(fields[4].split(":")[1], 16), int(fields[12])
    raise AssertionError(f"{table} has no socket {inode}")


class Drops(ProbeTest):
    def setUp(self):
        super().setUp()
        self.namespace = net.Namespace()
        self.addCleanup(self.namespace.close)

    def receiver(self, family):
        """A socket with the smallest receive buffer, and one that sends to it."""
        with self.namespace:
            receiver, sender = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
            for one in (receiver, sender):
                self.addCleanup(one.close)
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            receiver.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
            sender.connect(receiver.getsockname())
        return receiver, sender

    def row(self, receiver, table):
        with self.namespace:
            return row_of(receiver, table)

    def test_counts_what_the_socket_lacked_room_for(self):
        for name, (family, table) in FAMILIES.items():
            if name == "ipv6" and "udp_added" in self.expected.missing and not self.tells_of_ipv6():
                continue
            with self.subTest(family=name):
                receiver, sender = self.receiver(family)
                before = self.value("udp_drops_total", family=name, reason="receive_buffer")
                drops = 0
                while drops < 100:
                    row = self.row(receiver, table)
                    sender.send(bytes(100))
                    while self.row(receiver, table) == row:  # on a busy CPU it comes a little later
                        pass
                    drops = self.row(receiver, table)[1]
                after = self.value("udp_drops_total", family=name, reason="receive_buffer")
                self.assertEqual(drops, after - before)

    def tells_of_ipv6(self):
        """Whether the kernel's own tracepoint, which is all that there is without fexit, does."""
        return tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 10)

    def test_tells_how_full_the_buffer_was(self):
        self.need_attached("udp_added")
        for name, (family, table) in FAMILIES.items():
            with self.subTest(family=name):
                receiver, sender = self.receiver(family)
                capacity = receiver.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
                before = self.page()
                fills = []
                row = (0, 0)
                while not row[1]:
                    last = row
                    sender.send(bytes(100))
                    while row == last:  # on a busy CPU it comes a little later
                        row = self.row(receiver, table)
                    fills.append(row[0] / capacity)
                fills.pop()  # that one was dropped
                after = self.page()

                def grown(part, **labels):
                    metric = PREFIX + FILL + part
                    return after.value(metric, family=name, **labels) - before.value(
                        metric, family=name, **labels
                    )

                self.assertEqual(len(fills), grown("_count"))
                # The sum shows whole eighths, of each CPU, and the program counts in thousandths.
                bound = 0.125 * os.cpu_count() + 0.001 * len(fills)
                self.assertAlmostEqual(sum(fills), grown("_sum"), delta=bound)
                for eighths in range(1, 9):
                    self.assertEqual(
                        sum(int(fill * 1000) <= 125 * eighths for fill in fills),
                        grown("_bucket", le=f"{eighths / 8:g}"),
                    )
