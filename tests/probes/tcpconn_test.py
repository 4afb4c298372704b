# SPDX-License-Identifier: Apache-2.0
"""tcpconn: connections and resets, against a counted workload and the kernel's counters."""

import errno
import os
import socket
import struct
import time

import net
from probe import PREFIX, ProbeTest

CONNECTIONS = 20
SIZE = 256 * 1024  # the bound of a bucket, so that one byte more is in the next
NO_LINGER = struct.pack("ii", 1, 0)


class Connections(ProbeTest):
    def setUp(self):
        super().setUp()
        self.namespace = net.Namespace()
        self.addCleanup(self.namespace.close)
        self.kernel = net.Growth(self.namespace)
        self.before = self.page()
        self.after = None

    def grown(self, name, **labels):
        """By how much the series with those labels grew until `self.after`."""
        return sum(
            sign * value
            for page, sign in ((self.after, 1), (self.before, -1))
            for found, value in page.samples_of(PREFIX + name)
            if labels.items() <= found.items()
        )

    def within(self, name, least, most, **labels):
        """How many more values a histogram has above `least`, and not above `most`."""
        return self.grown(name + "_bucket", le=most, **labels) - self.grown(
            name + "_bucket", le=least, **labels
        )

    def test_counts_connections_and_their_bytes(self):
        for _ in range(CONNECTIONS):
            with self.namespace:
                client, server = net.connect(socket.AF_INET6)
            with client, server:
                for one, other in ((client, server), (server, client)):
                    exchange(one, other)
                    one.shutdown(socket.SHUT_WR)
        self.after = self.page()
        for direction, name in (("outgoing", "ActiveOpens"), ("incoming", "PassiveOpens")):
            self.assertEqual(CONNECTIONS, self.kernel.inside(f"Tcp.{name}"))
            opened = self.grown("tcp_connections_opened_total", direction=direction)
            self.assertGreaterEqual(opened, CONNECTIONS)
            self.assertLessEqual(opened, self.kernel.everywhere(f"Tcp.{name}"))
            labels = {"direction": direction, "family": "ipv6"}
            self.assertEqual(CONNECTIONS, self.grown("tcp_connections_opened_total", **labels))
            for what in ("sent", "received"):
                metric = f"tcp_connection_{what}_bytes"
                found = self.within(metric, str(SIZE // 2), str(SIZE), direction=direction)
                self.assertEqual(CONNECTIONS, found, metric)

    def test_tells_how_long_connections_lived(self):
        with self.namespace:
            client, server = net.connect()
        time.sleep(1.1)
        client.close()
        server.recv(1)
        server.close()
        self.after = self.page()
        for direction in ("outgoing", "incoming"):
            found = self.within("tcp_connection_seconds", "1", "16", direction=direction)
            self.assertGreaterEqual(found, 1)

    def test_tells_how_long_it_took_to_connect(self):
        with self.namespace:
            listener = net.listen(socket.AF_INET6)
            net.drop_all(listener)
            began = time.monotonic()
            client = net.begin_to_connect(listener.getsockname()[:2], socket.AF_INET6)
        net.wait_until(lambda: self.kernel.inside("TcpExt.TCPSynRetrans"), 10, "a second SYN")
        net.drop_no_more(listener)  # the third one arrives, three seconds after the first
        listener.accept()[0].close()
        took = time.monotonic() - began
        client.close()
        listener.close()
        self.after = self.page()
        self.assertTrue(1 < took < 8, took)
        found = self.within("tcp_connect_seconds", "0.5", "8", family="ipv6")
        self.assertEqual(1, found)

    def failures(self, **labels):
        self.after = self.page()
        return self.grown("tcp_connections_failed_total", direction="outgoing", **labels)

    def test_counts_those_that_were_refused(self):
        with self.namespace:
            listener = net.listen(socket.AF_INET6)
            address = listener.getsockname()[:2]
            listener.close()
            for _ in range(CONNECTIONS):
                with socket.socket(socket.AF_INET6) as client:
                    self.assertEqual(errno.ECONNREFUSED, client.connect_ex(address))
        self.assertEqual(CONNECTIONS, self.kernel.inside("Tcp.AttemptFails"))
        self.assertEqual(CONNECTIONS, self.failures(family="ipv6", error="ECONNREFUSED"))
        if self.tells_of_reasons():
            refused = self.grown("tcp_resets_sent_total", reason="NO_SOCKET", state="none")
            self.assertGreaterEqual(refused, CONNECTIONS)

    def test_counts_those_that_were_given_up(self):
        with self.namespace:
            listener = net.listen(socket.AF_INET6)
            net.drop_all(listener)
            for _ in range(3):
                net.begin_to_connect(listener.getsockname()[:2], socket.AF_INET6).close()
        listener.close()
        self.assertEqual(3, self.failures(family="ipv6", error="ECANCELED"))

    def test_counts_those_that_found_no_port(self):
        with self.namespace:
            with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as ports:
                ports.write("50000 50000")
            listener = socket.create_server(("::1", 40000), family=socket.AF_INET6)
            first, second = socket.socket(socket.AF_INET6), socket.socket(socket.AF_INET6)
            first.connect(listener.getsockname()[:2])
            self.assertEqual(
                errno.EADDRNOTAVAIL, second.connect_ex(listener.getsockname()[:2])
            )
        for one in (first, second, listener):
            one.close()
        self.assertEqual(1, self.failures(family="ipv6", error="EADDRNOTAVAIL"))

    def test_counts_resets(self):
        for _ in range(CONNECTIONS):
            with self.namespace:
                client, server = net.connect()
            server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            server.close()
            with client:
                self.assertRaises(ConnectionResetError, client.recv, 1)
        self.after = self.page()
        received = self.grown("tcp_resets_received_total", state="ESTABLISHED")
        self.assertGreaterEqual(received, CONNECTIONS)
        self.assertLessEqual(received, self.kernel.everywhere("Tcp.EstabResets"))
        sent = self.grown("tcp_resets_sent_total")
        self.assertEqual(CONNECTIONS, self.kernel.inside("Tcp.OutRsts"))
        self.assertGreaterEqual(sent, CONNECTIONS)
        self.assertLessEqual(sent, self.kernel.everywhere("Tcp.OutRsts"))
        reasons = {
            labels["reason"] for labels in self.after.labels_of(PREFIX + "tcp_resets_sent_total")
        }
        for reason in reasons:
            self.assertRegex(reason, "^[A-Z_0-9]*[A-Z][A-Z_0-9]*$")
        self.assertEqual(self.tells_of_reasons(), bool(reasons - {"NOT_SPECIFIED"}))

    def tells_of_reasons(self):
        return tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 10)


def exchange(sender, receiver):
    """Sends SIZE bytes, in parts that the buffers take."""
    part = 32 * 1024
    for _ in range(SIZE // part):
        sender.sendall(bytes(part))
        left = part
        while left:
            left -= len(receiver.recv(left))
