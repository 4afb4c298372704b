# SPDX-License-Identifier: Apache-2.0
"""icmp: messages between two network namespaces, against the kernel's own count and the test's."""

import os
import socket
import struct

from harness import children, outcome
from harness.exporter import wait_until
from harness.network import INSIDE, Network
from probe import ProbeTest

MESSAGES = 40
HEADER = struct.Struct("!BBHHH")  # type, code, checksum, two more fields
IPV6_OUTSIDE, IPV6_INSIDE = "2001:db8::1", "2001:db8::2"


def with_checksum(kind, code):
    numbers = struct.unpack("!4H", HEADER.pack(kind, code, 0, os.getpid() & 0xFFFF, 1))
    total = sum(numbers)  # the rest of the message is zeros
    total = (total >> 16) + (total & 0xFFFF)
    return HEADER.pack(kind, code, ~total & 0xFFFF, os.getpid() & 0xFFFF, 1) + bytes(12)


def send(kind, code, count=MESSAGES):
    """Sends messages to the other namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        for _ in range(count):
            raw.sendto(with_checksum(kind, code), (INSIDE, 0))


def run_here(*command):
    children.run(command).check_returncode()


def answers():
    """Whether the other namespace can be reached by IPv6, which takes a moment."""
    return children.run(["ping", "-c", "1", "-W", "1", IPV6_INSIDE]).returncode == 0


def counted_by_kernel(network):
    """{IcmpMsgInType13: messages} of the namespace inside."""
    lines = network.run("nstat", "-a", "-s", "-z").splitlines()
    return {line.split()[0]: int(line.split()[1]) for line in lines if line.startswith("IcmpMsg")}


def send_and_wait(network, messages):
    """Sends the (type, code) messages until all have come to the other namespace."""
    run_here("ping", "-c", "1", "-W", "10", INSIDE)  # finds out the link layer's address
    for kind, code in messages:
        send(kind, code)
    for kind in {kind for kind, _ in messages}:
        sent = MESSAGES * [each for each, _ in messages].count(kind)
        wait_until(
            lambda: counted_by_kernel(network).get(f"IcmpMsgInType{kind}", 0) >= sent,
            10,
            f"{sent} messages of type {kind} have come",
        )


class Messages(ProbeTest):
    def setUp(self):
        super().setUp()
        outcome.need_program("ip", "nstat", "unshare", "nsenter")

    def counts(self, messages, family="ipv4"):
        page = self.page()
        return [
            page.value(
                "ebpf_exporter_icmp_messages_total",
                direction=direction,
                family=family,
                type=kind,
                code=code,
            )
            for direction in ("out", "in")
            for kind, code in messages
        ]

    def test_types_equal_the_kernels_count(self):
        """Timestamps, which nobody else asks for, and their answers: each is sent and received."""
        messages = [("timestamp", "0"), ("timestamp_reply", "0")]
        before = self.counts(messages)
        with Network() as network:
            send_and_wait(network, [(13, 0)])
            kernel = counted_by_kernel(network)
        grown = [new - old for new, old in zip(self.counts(messages), before)]
        self.assertEqual([MESSAGES] * 4, grown)
        self.assertEqual(MESSAGES, kernel["IcmpMsgInType13"])
        # Newer kernels take all that they answer for type 0. One is the answer to the ping.
        out = sum(number for name, number in kernel.items() if name.startswith("IcmpMsgOut"))
        self.assertEqual(MESSAGES + 1, out)

    def test_codes_have_names_and_unknown_ones_are_other(self):
        messages = [
            ("destination_unreachable", "precedence_cutoff"),
            ("destination_unreachable", "other"),
            ("other", "other"),
        ]
        before = self.counts(messages)
        with Network() as network:
            send_and_wait(network, [(3, 15), (3, 16), (200, 0), (201, 7)])
        grown = [new - old for new, old in zip(self.counts(messages), before)]
        self.assertEqual([MESSAGES, MESSAGES, 2 * MESSAGES] * 2, grown)

    def test_what_the_kernel_answers(self):
        messages = [("destination_unreachable", "port_unreachable")]
        before = self.counts(messages)
        with Network(), socket.socket(type=socket.SOCK_DGRAM) as closed:
            closed.sendto(b"x", (INSIDE, 9))
            closed.settimeout(10)
            closed.connect((INSIDE, 9))
            with self.assertRaises(ConnectionRefusedError):
                closed.send(b"x")
                closed.recv(1)
        grown = [new - old for new, old in zip(self.counts(messages), before)]
        self.assertGreaterEqual(min(grown), 1)

    def test_ipv6(self):
        messages = [("destination_unreachable", "source_route_error"), ("listener_report_v2", "0")]
        before = self.counts(messages, "ipv6")
        with Network() as network:
            # No search for duplicates, which takes seconds.
            for command, device, address in (
                (network.run, "outside", IPV6_INSIDE),
                (run_here, "inside", IPV6_OUTSIDE),
            ):
                command("sh", "-c", f"echo 0 >/proc/sys/net/ipv6/conf/{device}/accept_dad")
                command("ip", "address", "add", f"{address}/64", "dev", device)
            wait_until(answers, 20, "the other namespace answers")
            with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as raw:
                for _ in range(MESSAGES):
                    raw.sendto(HEADER.pack(1, 7, 0, 0, 0) + bytes(48), (IPV6_INSIDE, 0))
            wait_until(
                lambda: f"Icmp6InType1 {MESSAGES}" in " ".join(network.run("nstat", "-asz").split()),
                10,
                "all messages have come",
            )
        grown = [new - old for new, old in zip(self.counts(messages, "ipv6"), before)]
        self.assertEqual([MESSAGES, MESSAGES], [grown[0], grown[2]])
        self.assertGreaterEqual(grown[1], 1)  # of the addresses, behind hop-by-hop options
