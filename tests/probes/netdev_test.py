# SPDX-License-Identifier: Apache-2.0
"""netdev: a pair of virtual links that comes after the exporter, against the kernel's statistics."""

import itertools
import socket
import subprocess

from harness import children, outcome
from harness.exporter import wait_until
from probe import PREFIX, ProbeTest

NUMBERS = itertools.count()  # an interface of a name that is new is not taken for one that was
HERE, THERE = "203.0.113.1", "203.0.113.2"  # TEST-NET-3: documentation addresses
PACKETS, SIZE, SEGMENTS = 100, 200, 8
HEADERS = 14 + 20 + 8  # of Ethernet, IPv4 and UDP
UDP_SEGMENT = 103


def run(*command):
    done = children.run(command)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")


class Interfaces(ProbeTest):
    def setUp(self):
        super().setUp()
        outcome.need_program("ip", "ping", "unshare", "nsenter")
        holder = children.start(
            ["unshare", "--net", "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE
        )
        self.addCleanup(holder.stdout.close)
        self.addCleanup(children.stop, holder)
        holder.stdout.readline()  # the namespace exists
        # A number that the peer does not have in its namespace.
        number = 4_000 + next(NUMBERS)
        self.name, peer = f"bxprobe{number}", "bxpeer"
        inside = ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
        link = ["ip", "link", "add", self.name, "index", number]
        run(*link, "type", "veth", "peer", peer, "netns", holder.pid)
        self.addCleanup(children.run, ["ip", "link", "del", self.name])
        # IPv6 speaks unasked, and what is compared must be at rest.
        for enter, name, address in (([], self.name, HERE), (inside, peer, THERE)):
            off = f"echo 1 >/proc/sys/net/ipv6/conf/{name}/disable_ipv6"
            run(*enter, "sh", "-c", off)
            run(*enter, "ip", "address", "add", f"{address}/30", "dev", name)
            run(*enter, "ip", "link", "set", name, "up")
        wait_until(lambda: self.places() == 2, 10, "both programs are attached to the interface")
        run("ping", "-q", "-c", "1", "-W", "10", THERE)

    def places(self):
        return sum(
            value
            for labels, value in self.page().samples_of(f"{PREFIX}ebpf_program_attached")
            if self.name in labels.get("place", "")
        )

    def counted(self):
        """{(direction, protocol): (packets, bytes)} of the interface."""
        page = self.page()
        found = {}
        for kind in ("packets", "bytes"):
            for labels, value in page.samples_of(f"{PREFIX}netdev_{kind}_total"):
                if labels["interface"] == self.name:
                    found.setdefault((labels["direction"], labels["protocol"]), []).append(value)
        return {key: tuple(values) for key, values in found.items()}

    def grown(self, work):
        before = self.counted()
        work()
        after = self.counted()
        return {
            key: tuple(new - old for new, old in zip(now, before.get(key, (0, 0))))
            for key, now in after.items()
            if now != before.get(key)
        }

    def test_totals_equal_those_of_the_interface(self):
        def statistics():
            names = ("rx_packets", "rx_bytes", "tx_packets", "tx_bytes")
            values = []
            for name in names:
                with open(f"/sys/class/net/{self.name}/statistics/{name}", encoding="ascii") as file:
                    values.append(int(file.read()))
            return values

        before = statistics()
        grown = self.grown(
            lambda: run("ping", "-q", "-f", "-s", SIZE, "-c", PACKETS, "-W", "10", THERE)
        )
        after = statistics()
        self.assertEqual((PACKETS, PACKETS * (SIZE + HEADERS)), grown["out", "icmp"])
        self.assertEqual((PACKETS, PACKETS * (SIZE + HEADERS)), grown["in", "icmp"])
        sums = []
        for direction in ("in", "out"):
            for column in (0, 1):
                sums.append(sum(v[column] for key, v in grown.items() if key[0] == direction))
        self.assertEqual([new - old for new, old in zip(after, before)], sums)

    def test_segments_count_as_packets_of_their_own(self):
        with socket.socket(type=socket.SOCK_DGRAM) as out:

            def send():
                for _ in range(PACKETS):
                    out.sendto(bytes(SIZE), (THERE, 9))

            self.assertEqual(
                (PACKETS, PACKETS * (SIZE + HEADERS)), self.grown(send)["out", "udp"]
            )
            out.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, SIZE)
            grown = self.grown(lambda: out.sendto(bytes(SEGMENTS * SIZE), (THERE, 9)))
            self.assertEqual((SEGMENTS, SEGMENTS * (SIZE + HEADERS)), grown["out", "udp"])

    def test_an_interface_that_has_gone_takes_its_rows_along(self):
        self.need_attached("interface_gone")
        self.assertNotEqual({}, self.counted())
        run("ip", "link", "del", self.name)
        wait_until(lambda: self.counted() == {}, 10, "its series are gone")
