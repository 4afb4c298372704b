# SPDX-License-Identifier: Apache-2.0
"""skbdrops: dropped packets by reason, against counted workloads and the names in tracefs."""

import os
import re
import socket

import net
from probe import PREFIX, ProbeTest

FORMAT = "/sys/kernel/tracing/events/skb/kfree_skb/format"
SENT = 200


def names_of_reasons():
    """The reasons' names as the kernel's own tracing prints them; none before 5.17."""
    with open(FORMAT, encoding="ascii") as file:
        return set(re.findall(r'\{ [^{}"]+, "(\w+)" \}', file.read()))


class Drops(ProbeTest):
    def setUp(self):
        super().setUp()
        self.namespace = net.Namespace()
        self.addCleanup(self.namespace.close)
        self.has_reasons = tuple(map(int, os.uname().release.split(".")[:2])) >= (5, 17)

    def pair(self):
        with self.namespace:
            receiver = socket.socket(type=socket.SOCK_DGRAM)
            sender = socket.socket(type=socket.SOCK_DGRAM)
            receiver.bind(("127.0.0.1", 0))
            sender.connect(receiver.getsockname())
        self.addCleanup(receiver.close)
        self.addCleanup(sender.close)
        return receiver, sender

    def test_counts_what_a_filter_drops(self):
        receiver, sender = self.pair()
        net.drop_all(receiver)
        if self.has_reasons:
            series = {"name": "skb_drops_total", "reason": "SOCKET_FILTER"}
        else:
            series = {"name": "skb_drops_unexplained_total", "function": "udp_queue_rcv_one_skb"}
        before = self.value_of(**series)
        for _ in range(SENT):
            sender.send(b"x")
        self.assertEqual(SENT, self.value_of(**series) - before)

    def value_of(self, name, **labels):
        return self.value(name, **labels)

    def test_counts_what_nobody_waits_for(self):
        receiver, sender = self.pair()
        receiver.close()
        kernel = net.Growth(self.namespace)
        reason = "NO_SOCKET" if self.has_reasons else "NOT_SPECIFIED"
        before = self.value("skb_drops_total", reason=reason)
        for _ in range(SENT):
            try:
                sender.send(b"x")
            except ConnectionRefusedError:
                pass  # the answer to the one before
        unexpected = kernel.inside("Udp.NoPorts")
        self.assertGreater(unexpected, SENT / 3)
        grown = self.value("skb_drops_total", reason=reason) - before
        self.assertGreaterEqual(grown, unexpected)  # others drop for that reason as well

    def test_counts_what_a_queue_drops(self):
        receiver, sender = self.pair()
        with self.namespace:
            self.hold_back()
        before = self.page()
        for _ in range(SENT):
            sender.send(bytes(500))
        with self.namespace:
            told = net.run(*"tc -s qdisc show dev lo".split())
        after = self.page()
        dropped = int(re.search(r"dropped (\d+)", told).group(1))
        self.assertGreater(dropped, SENT / 2)
        grown = [
            (value - before.value(PREFIX + "skb_drops_total", **labels), labels["reason"])
            for labels, value in after.samples_of(PREFIX + "skb_drops_total")
        ]
        self.assertGreaterEqual(max(grown)[0], dropped, grown)
        if self.has_reasons:
            self.assertRegex(max(grown)[1], "QDISC")

    def hold_back(self):
        """Puts a queue of a few packets on the loopback, of a kind that the kernel has."""
        add = "tc qdisc add dev lo root".split()
        if net.children.run([*add, "netem", "delay", "10s", "limit", "5"]).returncode != 0:
            net.run(*add, *"tbf rate 8kbit burst 1600 limit 1600".split())

    def test_reasons_have_the_names_that_tracing_gives_them(self):
        found = {labels["reason"] for labels in self.page().labels_of(PREFIX + "skb_drops_total")}
        if not self.has_reasons:
            self.assertEqual({"NOT_SPECIFIED"}, found)
            return
        if not os.path.exists(FORMAT):
            self.skipTest("tracefs is not mounted")
        others = {reason for reason in found if reason.startswith("QDISC_")}
        self.assertEqual(set(), found - others - names_of_reasons())

    def test_says_where_when_it_cannot_say_why(self):
        page = self.page()
        for labels in page.labels_of(PREFIX + "skb_drops_unexplained_total"):
            self.assertRegex(labels["function"], r"^[\w.]+(\t\[\w+\])?$")
