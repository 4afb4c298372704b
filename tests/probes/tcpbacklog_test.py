# SPDX-License-Identifier: Apache-2.0
"""tcpbacklog: the queues of listeners that do not accept, against nstat's counters and ss."""

import socket
import time

import net
from probe import PREFIX, ProbeTest

OVERFLOWS = "tcp_listen_overflows_total"


class Backlogs(ProbeTest):
    def setUp(self):
        super().setUp()
        self.begin_anew()
        self.before = self.page()

    def begin_anew(self):
        """Goes on in a namespace of its own, with counters that begin at 0: what clients of another
        one send again, for as long as a minute after they were closed, is not in them."""
        self.namespace = net.Namespace()
        self.addCleanup(self.namespace.close)
        self.kernel = net.Growth(self.namespace)

    def start(self, listener, drops_answers=False):
        """A client that begins to connect; with `drops_answers` it stays with its SYN."""
        client = socket.socket(listener.family)
        self.addCleanup(client.close)
        if drops_answers:
            net.drop_all(client)
        client.setblocking(False)
        client.connect_ex(listener.getsockname()[:2])
        return client

    def listen(self, backlog, family=socket.AF_INET):
        listener = net.listen(family, backlog)
        self.addCleanup(listener.close)
        return listener

    def lengths(self, metric):
        """{bound: by how many the bucket grew}, of those above 1, where scrapes are, too."""
        after = self.page()
        bounds = [2**n for n in range(6)]
        grown = [
            after.value(f"{PREFIX}{metric}_bucket", le=str(bound))
            - self.before.value(f"{PREFIX}{metric}_bucket", le=str(bound))
            for bound in bounds
        ]
        return {b: now - last for b, last, now in zip(bounds[1:], grown, grown[1:])}

    def test_length_of_the_accept_queue(self):
        with self.namespace:
            listener = self.listen(16)
            for _ in range(6):
                self.start(listener)
            of_port = ("sport", "=", f":{listener.getsockname()[1]}")
            net.wait_until(
                lambda: net.run("ss", "-ltnH", *of_port).split()[1] == "6", 20, "six wait"
            )
        self.assertEqual({2: 1, 4: 2, 8: 2, 16: 0, 32: 0}, self.lengths("tcp_accept_queue_length"))

    def test_length_of_the_syn_queue(self):
        self.need_attached("tcp_syn_joins")
        with self.namespace:
            listener = self.listen(16, socket.AF_INET6)
            for _ in range(6):
                self.start(listener, drops_answers=True)
            of_port = ("sport", "=", f":{listener.getsockname()[1]}")
            net.wait_until(
                lambda: net.run("ss", "-tnH", "state", "syn-recv", *of_port).count("\n") == 6, 20, "six SYNs came"
            )
        self.assertEqual({2: 1, 4: 2, 8: 2, 16: 0, 32: 0}, self.lengths("tcp_syn_queue_length"))

    def check_overflows(self, listener, queue, *counters):
        port = str(listener.getsockname()[1])
        listener.close()  # so that nothing more is counted, whatever clients send again
        expected = sum(self.kernel.inside(f"TcpExt.{counter}") for counter in counters)
        self.assertGreater(expected, 0)
        labels = {"port": port, "queue": queue}  # perhaps one that an earlier namespace had, too
        grown = self.value(OVERFLOWS, **labels) - self.before.value(PREFIX + OVERFLOWS, **labels)
        self.assertEqual(expected, grown)

    def test_syns_that_a_full_accept_queue_turns_away(self):
        self.need_attached("tcp_syn_came")
        for family in (socket.AF_INET, socket.AF_INET6):
            with self.subTest(family=family):
                self.begin_anew()
                with self.namespace:
                    listener = self.listen(1, family)
                    for _ in range(6):
                        self.start(listener)
                self.check_overflows(listener, "accept", "ListenOverflows")

    def test_handshakes_that_a_full_accept_queue_turns_away(self):
        self.need_attached("tcp_syn_came")
        for family in (socket.AF_INET, socket.AF_INET6):
            with self.subTest(family=family):
                self.begin_anew()
                with self.namespace:
                    listener = self.listen(1, family)
                    late = self.start(listener, drops_answers=True)
                    for _ in range(2):
                        self.start(listener)
                self.assertEqual(0, self.kernel.inside("TcpExt.ListenOverflows"))
                net.drop_no_more(late)
                net.wait_until(
                    lambda: self.kernel.inside("TcpExt.ListenOverflows"), 10, "an overflow"
                )
                self.check_overflows(listener, "accept", "ListenOverflows")

    def test_syns_that_a_full_syn_queue_turns_away(self):
        self.need_attached("tcp_syn_came")
        with self.namespace:
            listener = self.listen(4)
            for _ in range(10):
                self.start(listener, drops_answers=True)
        self.check_overflows(listener, "syn", "TCPReqQFullDoCookies", "TCPReqQFullDrop")

    def test_time_from_the_syn_to_accept(self):
        self.need_attached("tcp_accepted")
        with self.namespace:
            listener = self.listen(4)
            client = self.start(listener)
        time.sleep(1.2)
        listener.accept()[0].close()
        client.close()
        after = self.page()
        grown = [
            after.value(f"{PREFIX}tcp_accept_wait_seconds_bucket", le=bound)
            - self.before.value(f"{PREFIX}tcp_accept_wait_seconds_bucket", le=bound)
            for bound in ("1", "4")
        ]
        self.assertEqual(1, grown[1] - grown[0])
