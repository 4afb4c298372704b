# SPDX-License-Identifier: Apache-2.0
"""tcpretransmit: segments that were sent again, against the kernel's RetransSegs."""

import socket
import threading
import time

import net
from probe import PREFIX, ProbeTest

METRIC = "tcp_retransmits_total"
BULK = b"x" * 1_000_000


class Retransmits(ProbeTest):
    def setUp(self):
        super().setUp()
        self.namespace = net.Namespace()
        self.addCleanup(self.namespace.close)
        self.kernel = net.Growth(self.namespace)
        self.before = self.page()

    def sent_again(self, **labels):
        """By how much the series with those labels grew."""
        return sum(
            sum(value for found, value in page.samples_of(PREFIX + METRIC) if labels.items() <= found.items())
            * sign
            for page, sign in ((self.page(), 1), (self.before, -1))
        )

    def check_sum(self):
        # Before 6.13 the kernel does not tell of a segment that it could not send.
        unsent = self.kernel.inside("TcpExt.TCPRetransFail")
        most = self.kernel.everywhere("Tcp.RetransSegs")
        seen = self.sent_again()
        self.assertGreaterEqual(seen, self.kernel.inside("Tcp.RetransSegs") - unsent)
        self.assertLessEqual(seen, most)

    def wait_for_segments(self, count):
        net.wait_until(
            lambda: self.kernel.inside("Tcp.RetransSegs") >= count, 20, f"{count} retransmits"
        )

    def test_data_that_is_not_acknowledged(self):
        for family, name in ((socket.AF_INET, "ipv4"), (socket.AF_INET6, "ipv6")):
            with self.subTest(family=name):
                with self.namespace:
                    client, server = net.connect(family)
                with client, server:
                    begin = self.kernel.inside("Tcp.RetransSegs")
                    net.drop_all(server)
                    client.send(b"x")
                    self.wait_for_segments(begin + 3)
                    net.drop_no_more(server)
                    self.assertEqual(b"x", server.recv(1))
                inside = self.kernel.inside("Tcp.RetransSegs") - begin
                found = self.sent_again(family=name, state="ESTABLISHED")
                self.assertGreaterEqual(found, inside)
                self.assertGreaterEqual(self.sent_again(family=name, kind="timeout"), 2)
        self.check_sum()

    def test_handshakes_that_are_not_answered(self):
        with self.namespace:
            listeners = [net.listen(family) for family in (socket.AF_INET, socket.AF_INET6)]
            for listener in listeners:
                net.drop_all(listener)
            clients = [
                net.begin_to_connect(listener.getsockname(), listener.family)
                for listener in (*listeners, listeners[1])
            ]
        self.wait_for_segments(3)
        for one in (*clients, *listeners):
            one.close()
        self.assertEqual(2, self.sent_again(family="ipv6", state="SYN_SENT", kind="syn"))
        self.assertGreaterEqual(self.sent_again(family="ipv4", state="SYN_SENT", kind="syn"), 1)
        self.check_sum()

    def test_answers_to_handshakes_that_do_not_arrive(self):
        with self.namespace:
            listener = net.listen()
            client = socket.socket()
            net.drop_all(client)
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        self.wait_for_segments(2)
        time.sleep(0.1)  # the answer to a SYN that was sent again is counted after that
        with client, listener:
            self.assertGreaterEqual(self.sent_again(state="SYN_RECV", kind="syn_ack"), 1)
        self.check_sum()

    def test_lost_segments_among_others(self):
        with self.namespace:
            client, server = net.connect()
        with client, server:
            net.drop_some(server, 0.05)
            received = threading.Thread(target=read_all, args=(server,))
            received.start()
            deadline = time.monotonic() + 20
            while not self.sent_again(kind="fast") and time.monotonic() < deadline:
                client.sendall(BULK)
            client.shutdown(socket.SHUT_WR)
            received.join(30)
            net.drop_no_more(server)
        self.assertGreater(self.sent_again(kind="fast"), 0)
        self.check_sum()


def read_all(server):
    while server.recv(1 << 20):
        pass
