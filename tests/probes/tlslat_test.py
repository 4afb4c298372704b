# SPDX-License-Identifier: Apache-2.0
"""tlslat: handshakes of python's ssl, in both roles, as the test itself makes and counts them."""

import os
import socket
import ssl
import tempfile
import threading
import time

from harness import children, outcome
from probe import ProbeTest

HANDSHAKES = 10
FAILURES = 7
COUNT = "tls_handshake_seconds_count"
DELAY = 0.05


class Handshakes(ProbeTest):
    def setUp(self):
        super().setUp()
        outcome.need_program("openssl")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.certificate = os.path.join(folder.name, "certificate")
        done = children.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-subj", "/CN=test", "-days", "2"]
            + ["-keyout", self.certificate, "-out", self.certificate + ".pem"]
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.took = []  # seconds of each side of a handshake

    def context(self, server, version):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = context.maximum_version = version
        if server:
            context.load_cert_chain(self.certificate + ".pem", self.certificate)
        else:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def handshake(self, client_version, server_version, delay=0.0):
        """Both sides of one connection; whether both succeeded. What each took is in self.took."""
        contexts = self.context(False, client_version), self.context(True, server_version)
        sockets = socket.socketpair()
        good = []

        def side(number):
            time.sleep(delay * number)
            began = time.monotonic()
            try:
                with contexts[number].wrap_socket(sockets[number], server_side=number == 1):
                    self.took.append(time.monotonic() - began)
                    good.append(number)
            except OSError:
                sockets[number].close()

        server = threading.Thread(target=side, args=(1,))
        server.start()
        side(0)
        server.join(30)
        for each in sockets:
            each.close()
        return len(good) == 2

    def test_counts_each_side_of_each_handshake_by_version(self):
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            with self.subTest(version=name):
                done = []
                grown = self.growth(
                    lambda: done.extend(
                        self.handshake(version, version) for _ in range(HANDSHAKES)
                    ),
                    COUNT,
                    version=name,
                )
                self.assertEqual([True] * HANDSHAKES, done)
                self.assertEqual(2 * HANDSHAKES, grown)

    def test_counts_handshakes_that_fail(self):
        before = self.page().by_label("ebpf_exporter_tls_handshake_failures_total", "version")
        for _ in range(FAILURES):
            good = self.handshake(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
            self.assertFalse(good)
        after = self.page().by_label("ebpf_exporter_tls_handshake_failures_total", "version")
        self.assertEqual(2 * FAILURES, sum(after.values()) - sum(before.values()))

    def test_measures_the_wait_for_the_other_side(self):
        # The client begins and waits DELAY for the server; the server waits for nobody.
        version = ssl.TLSVersion.TLSv1_3
        sums = self.growth(
            lambda: [self.handshake(version, version, DELAY) for _ in range(10)],
            "tls_handshake_seconds_sum",
            version="TLSv1.3",
        )
        self.assertGreaterEqual(sums, 10 * DELAY)
        self.assertLessEqual(sums, sum(self.took))
