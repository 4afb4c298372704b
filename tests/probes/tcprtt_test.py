# SPDX-License-Identifier: Apache-2.0
"""tcprtt: round-trip times at the close, against the kernel's own just before."""

import socket
import struct
import time

import net
from probe import PREFIX, ProbeTest

SMOOTHED, MINIMUM = "tcp_rtt_seconds", "tcp_rtt_min_seconds"


def told_by_kernel(one):
    """{metric: seconds} of a connection, from the numbers that ss shows: those of TCP_INFO."""
    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 152)
    offsets = {SMOOTHED: 68, MINIMUM: 148}  # tcpi_rtt and tcpi_min_rtt of linux/tcp.h
    return {
        metric: struct.unpack_from("=I", info, offset)[0] / 1e6
        for metric, offset in offsets.items()
    }


class RoundTrips(ProbeTest):
    def setUp(self):
        super().setUp()
        self.namespace = net.Namespace()
        self.addCleanup(self.namespace.close)

    def check_at_close(self, one, direction, metrics, least, scrapes=0):
        """Closes a socket; its times, over `least` seconds and so far from those of the scrapes,
        must be the only ones that came into their buckets but for so many scrapes."""
        times = told_by_kernel(one)
        before = self.page()
        one.close()
        after = self.page()
        for metric in metrics:
            with self.subTest(metric=metric, direction=direction):
                self.assertGreater(times[metric], least)
                grown = {}
                for page, sign in ((after, 1), (before, -1)):
                    for labels, value in page.samples_of(f"{PREFIX}{metric}_bucket"):
                        if labels["direction"] == direction:
                            bound = float(labels["le"])
                            grown[bound] = grown.get(bound, 0) + sign * value
                # The kernel tells whole microseconds of what it keeps in eighths of one.
                below = max(bound for bound in grown if bound < times[metric])
                above = min(bound for bound in grown if bound >= times[metric] + 1e-6)
                found = grown[above] - grown[below]
                self.assertTrue(1 <= found <= 1 + scrapes, (found, times[metric], grown))

    def test_smoothed_time_with_acknowledgements_that_are_late(self):
        for direction in ("outgoing", "incoming"):
            with self.namespace:
                client, server = net.connect()
            one, other = (client, server) if direction == "outgoing" else (server, client)
            with one, other:
                for _ in range(20):
                    other.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
                    one.send(b"x")
                    other.recv(1)
                    time.sleep(0.06)  # the kernel waits 40 ms for data to acknowledge it with
                self.check_at_close(one, direction, [SMOOTHED], 0.02, scrapes=2)

    def test_both_times_where_packets_are_delayed(self):
        with self.namespace:
            delay = "tc qdisc add dev lo root netem delay 150ms".split()
            if net.children.run(delay).returncode != 0:
                self.skipTest("no netem")
        for direction in ("outgoing", "incoming"):
            with self.namespace:
                client, server = net.connect()
            one, other = (client, server) if direction == "outgoing" else (server, client)
            with one, other:
                one.send(b"x")
                other.recv(1)
                time.sleep(0.7)
                self.check_at_close(one, direction, [SMOOTHED, MINIMUM], 0.3)
