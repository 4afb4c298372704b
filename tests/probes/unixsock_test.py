# SPDX-License-Identifier: Apache-2.0
"""unixsock: counted connections between sockets of the test."""

import contextlib
import os
import socket
import tempfile
import time

from probe import ProbeTest

CONNECTIONS = 40
BACKLOG = 3  # of listen(); one more than that is queued
DELAY = 0.05


class UnixSockets(ProbeTest):
    """The guest is the test's own, so that counts are exact: only the exporter runs beside it, and
    that listens to no Unix socket."""

    def setUp(self):
        super().setUp()
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.path = os.path.join(folder, "socket")

    def make(self, kind=socket.SOCK_STREAM):
        return self.stack.enter_context(socket.socket(socket.AF_UNIX, kind))

    def listen(self, backlog, kind=socket.SOCK_STREAM):
        listener = self.make(kind)
        listener.bind(self.path)
        listener.listen(backlog)
        return listener

    def test_each_connection_waits_once(self):
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            with self.subTest(kind=kind.name):
                listener = self.listen(CONNECTIONS, kind)

                def work():
                    for _ in range(CONNECTIONS):
                        self.make(kind).connect(self.path)
                    for _ in range(CONNECTIONS):
                        listener.accept()[0].close()

                before = self.page()
                work()
                after = self.page()
                for name, labels, grown in (
                    ("unixsock_accept_seconds_count", {}, CONNECTIONS),
                    ("unixsock_backlog_count", {}, CONNECTIONS),
                    ("unixsock_backlog_sum", {}, CONNECTIONS * (CONNECTIONS + 1) / 2),
                    ("unixsock_connects_total", {"result": "ok"}, CONNECTIONS),
                    ("unixsock_abandoned_total", {}, 0),
                ):
                    name = f"ebpf_exporter_{name}"
                    was = before.value(name, **labels)
                    self.assertEqual(grown, after.value(name, **labels) - was, name)
                os.unlink(self.path)

    def test_the_time_until_accept(self):
        listener = self.listen(1)
        before = self.value("unixsock_accept_seconds_sum")
        began = time.monotonic()
        self.make().connect(self.path)
        time.sleep(DELAY)
        listener.accept()[0].close()
        took = time.monotonic() - began
        grown = self.value("unixsock_accept_seconds_sum") - before
        self.assertGreaterEqual(grown, DELAY)
        self.assertLessEqual(grown, took)

    def test_a_full_queue_refuses_and_a_closed_listener_abandons(self):
        listener = self.listen(BACKLOG)

        def fill():
            for _ in range(BACKLOG + 1):
                self.make().connect(self.path)
            client = self.make()
            client.setblocking(False)
            with self.assertRaises(BlockingIOError):
                client.connect(self.path)
            with self.assertRaises(FileNotFoundError):
                client.connect(self.path + "_of_nobody")

        def connects(result):
            return self.value("unixsock_connects_total", result=result)

        results = ("ok", "EAGAIN", "ENOENT")
        before = [connects(result) for result in results]
        fill()
        self.assertEqual(
            [BACKLOG + 1, 1, 1], [connects(result) - old for result, old in zip(results, before)]
        )
        self.assertEqual(BACKLOG + 1, self.growth(listener.close, "unixsock_abandoned_total"))
