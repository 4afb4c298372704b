# SPDX-License-Identifier: Apache-2.0
"""HTTP: what is answered to a hundred requests written by hand, and that nobody is left without an answer under load.
No time decides: answers are counted."""

import os
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from harness import children, outcome
from harness.exporter import ROOT, TEST_PROGRAMS, Exporter

HALF_OPEN = os.path.join(ROOT, "tests", "e2e", "workloads", "half_open.py")

CLOSED, KEPT = "closed", "kept"
HOST = "Host: x\r\n"
GET = "GET /metrics HTTP/1.1\r\n" + HOST
LARGE = "a" * (64 << 10)


def get(headers=""):
    return f"{GET}{headers}\r\n"


def line(text):
    return f"{text}\r\n{HOST}\r\n"


# (request, status, what becomes of the connection). After RFC 9112 and 9110, whose sections are named.
TABLE = [
    # 9112 2.1, 3: what every server takes
    (get(), 200, KEPT),
    (line("HEAD /metrics HTTP/1.1"), 200, KEPT),
    (line("GET / HTTP/1.1"), 200, KEPT),
    (line("GET /healthz HTTP/1.1"), 200, KEPT),
    (line("GET /readyz HTTP/1.1"), 200, KEPT),
    (line("GET /metrics?a=b&c HTTP/1.1"), 200, KEPT),
    (line("GET /nothing HTTP/1.1"), 404, KEPT),
    (line("GET /metrics/ HTTP/1.1"), 404, KEPT),
    (line("GET //metrics HTTP/1.1"), 404, KEPT),
    (line("GET /x/../metrics HTTP/1.1"), 404, KEPT),
    (line("GET /%6detrics HTTP/1.1"), 404, KEPT),
    (line("GET /metrics%00 HTTP/1.1"), 404, KEPT),
    # 2.2: empty lines before it, and lines that end in a bare LF
    ("\r\n" + get(), 200, KEPT),
    ("\r\n\r\n" + get(), 200, KEPT),
    ("\n" + get(), 200, KEPT),
    (get().replace("\r\n", "\n"), 200, KEPT),
    (f"GET /metrics HTTP/1.1\rHost: x\r\r", 400, CLOSED),
    (" " + get(), 400, CLOSED),
    (f"GET /metrics HTTP/1.1\r\n {HOST}\r\n", 400, CLOSED),
    # 2.3: versions
    ("GET /metrics HTTP/1.0\r\n\r\n", 200, CLOSED),
    ("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, KEPT),
    (line("GET /metrics HTTP/1.2"), 200, KEPT),
    (line("GET /metrics HTTP/1.9"), 200, KEPT),
    (line("GET /metrics HTTP/2.0"), 505, CLOSED),
    (line("GET /metrics HTTP/0.9"), 505, CLOSED),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, CLOSED),
    (line("GET /metrics http/1.1"), 400, CLOSED),
    (line("GET /metrics HTTP/1.10"), 400, CLOSED),
    (line("GET /metrics HTTP/1"), 400, CLOSED),
    (line("GET /metrics HTTPS/1.1"), 400, CLOSED),
    (line("GET /metrics"), 400, CLOSED),
    # 3, 3.1: the first line
    (line("GET  /metrics HTTP/1.1"), 400, CLOSED),
    (line("GET /metrics  HTTP/1.1"), 400, CLOSED),
    (line("GET\t/metrics HTTP/1.1"), 400, CLOSED),
    (line("GET /metrics HTTP/1.1 "), 400, CLOSED),
    (line("GET"), 400, CLOSED),
    (line("/metrics"), 400, CLOSED),
    (line("G@T /metrics HTTP/1.1"), 400, CLOSED),
    (line("get /metrics HTTP/1.1"), 501, CLOSED),
    (line("FOO /metrics HTTP/1.1"), 501, CLOSED),
    (line("POST /metrics HTTP/1.1"), 405, KEPT),
    (line("PUT /metrics HTTP/1.1"), 405, KEPT),
    (line("DELETE /metrics HTTP/1.1"), 405, KEPT),
    (line("TRACE /metrics HTTP/1.1"), 405, KEPT),
    (line("PATCH /metrics HTTP/1.1"), 405, KEPT),
    (line("OPTIONS /metrics HTTP/1.1"), 405, KEPT),
    # 3.2: the target in its forms
    (line("GET http://elsewhere/metrics HTTP/1.1"), 200, KEPT),
    (line("GET HTTP://elsewhere:1/metrics?a HTTP/1.1"), 200, KEPT),
    (line("GET https://[::1]:9435/metrics HTTP/1.1"), 200, KEPT),
    (line("GET http://elsewhere HTTP/1.1"), 200, KEPT),
    (line("OPTIONS * HTTP/1.1"), 200, KEPT),
    (line("OPTIONS http://elsewhere/metrics HTTP/1.1"), 405, KEPT),
    (line("GET * HTTP/1.1"), 400, CLOSED),
    (line("GET metrics HTTP/1.1"), 400, CLOSED),
    (line("GET ftp://x/metrics HTTP/1.1"), 400, CLOSED),
    (line("GET http:///metrics HTTP/1.1"), 400, CLOSED),
    (line("GET /metrics#a HTTP/1.1"), 400, CLOSED),
    (line("GET /met\0rics HTTP/1.1"), 400, CLOSED),
    (line("CONNECT x:1 HTTP/1.1"), 404, KEPT),
    (line("CONNECT /metrics HTTP/1.1"), 400, CLOSED),
    # 3.2: Host
    ("GET /metrics HTTP/1.1\r\n\r\n", 400, CLOSED),
    (get("Host: x\r\n"), 400, CLOSED),
    (get("hOST: y\r\n"), 400, CLOSED),
    ("GET /metrics HTTP/1.1\r\nHost:\r\n\r\n", 200, KEPT),
    ("GET /metrics HTTP/1.1\r\nHost: [::1]:9435\r\n\r\n", 200, KEPT),
    ("GET /metrics HTTP/1.1\r\nHost: a b\r\n\r\n", 400, CLOSED),
    ("GET /metrics HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, CLOSED),
    ("GET http://x/metrics HTTP/1.1\r\n\r\n", 400, CLOSED),
    # 5.1, 5.2: header lines
    (get("A:b\r\n"), 200, KEPT),
    (get("A: \t b \t\r\n"), 200, KEPT),
    (get("A:\r\n"), 200, KEPT),
    (get("Accept: a\tb\r\nAccept-Encoding: a\tb\r\n"), 200, KEPT),
    (get("A: b\xff\r\n"), 200, KEPT),
    (get("A : b\r\n"), 400, CLOSED),
    (get("A: b\r\n c\r\n"), 400, CLOSED),
    (get("\tA: b\r\n"), 400, CLOSED),
    (get("A\r\n"), 400, CLOSED),
    (get(": b\r\n"), 400, CLOSED),
    (get("A: b\0c\r\n"), 400, CLOSED),
    (get("A: b\rc\r\n"), 400, CLOSED),
    (get("A(b: c\r\n"), 400, CLOSED),
    (get("A: b\r\n" * 1000), 200, KEPT),
    # 6: how long it is. A body is never read, so the connection ends after the answer.
    (get("Content-Length: 0\r\n"), 200, KEPT),
    (get("Content-Length: 3\r\n") + "abc", 200, CLOSED),
    (get("Content-Length: +0\r\n"), 400, CLOSED),
    (get("Content-Length: -0\r\n"), 400, CLOSED),
    (get("Content-Length: -1\r\n"), 400, CLOSED),
    (get("Content-Length: 0x0\r\n"), 400, CLOSED),
    (get("Content-Length: 0 0\r\n"), 400, CLOSED),
    (get("Content-Length: 0, 0\r\n"), 400, CLOSED),
    (get("Content-Length: \r\n"), 400, CLOSED),
    (get("Content-Length: 99999999999999999999\r\n"), 400, CLOSED),
    (get("Content-Length: 0\r\nContent-Length: 0\r\n"), 400, CLOSED),
    (get("Content-Length: 3\r\nContent-Length: 4\r\n"), 400, CLOSED),
    (get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", 400, CLOSED),
    (get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n", 400, CLOSED),
    (get("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n", 200, CLOSED),
    (get("Transfer-Encoding: CHUNKED\r\n") + "0\r\n\r\n", 200, CLOSED),
    (get("Transfer-Encoding: gzip, chunked\r\n"), 501, CLOSED),
    (get("Transfer-Encoding: chunked, identity\r\n"), 400, CLOSED),
    (get("Transfer-Encoding: x\r\n"), 400, CLOSED),
    ("GET /metrics HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, CLOSED),
    (line("POST /metrics HTTP/1.1\r\nContent-Length: 10000000000") + "abc", 405, CLOSED),
    (get("Expect: 100-continue\r\nContent-Length: 3\r\n"), 200, CLOSED),
    # 9.3: whether the connection is kept
    (get("Connection: close\r\n"), 200, CLOSED),
    (get("Connection: Close, x\r\n"), 200, CLOSED),
    (get("Connection: keep-alive\r\n"), 200, KEPT),
    (get("Connection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n"), 200, KEPT),
    # 3: too long; what is no HTTP
    (line(f"GET /{LARGE} HTTP/1.1"), 414, CLOSED),
    (line(f"GET /metrics?{LARGE} HTTP/1.1"), 414, CLOSED),
    (get(f"A: {LARGE}\r\n"), 431, CLOSED),
    (get("A: b\r\n" * 10000), 431, CLOSED),
    (line(f"GET /{'a' * 7900} HTTP/1.1"), 404, KEPT),
    ("\x16\x03\x01\x02\0\x01\0\x01\xfc", 400, CLOSED),
    ("\0\0\0\0", 400, CLOSED),
]


def answer_of(received):
    """(status, head, body) of the first answer."""
    head, _, body = received.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    status = int(words[1]) if len(words) == 3 and words[0] == b"HTTP/1.1" else None
    return status, head.decode("latin-1"), body


def read_to_end(connection):
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def connect(exporter, seconds=20):
    return socket.create_connection((exporter.host, exporter.port), timeout=seconds)


def exchange(exporter, request):
    """All that comes until the exporter closes; a last request sees to it that it does."""
    with connect(exporter) as connection:
        try:
            connection.sendall(request.encode("latin-1"))
            connection.sendall(b"GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        return read_to_end(connection)


class Requests(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def test_a_hundred_requests_have_the_answers_of_the_standard(self):
        self.assertGreaterEqual(len(TABLE), 100)
        with Exporter(names="packets", interval="1h") as exporter:
            for request, status, after in TABLE:
                with self.subTest(request[:80]):
                    received = exchange(exporter, request)
                    found, head, _ = answer_of(received)
                    self.assertEqual(status, found, received[:200])
                    kept = "Connection: keep-alive" in head
                    self.assertEqual(after == KEPT, kept, head)
                    # Only what keeps the connection has the second request answered.
                    answers = received.count(b"HTTP/1.1 ")
                    self.assertEqual(2 if after == KEPT else 1, answers, received[:300])
            self.assertIsNone(exporter.process.poll())


REQUEST = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def ask_late(exporter, count, delay=0.05):
    """Connects `count` clients at once, which ask after `delay` seconds; how many got which status."""
    clients = [connect(exporter) for _ in range(count)]
    time.sleep(delay)
    for client in clients:
        client.sendall(REQUEST)
    found = {}
    for client in clients:
        status, head, _ = answer_of(read_to_end(client))
        if status == 503 and "Retry-After: " not in head:
            status = "503 without Retry-After"
        found[status] = found.get(status, 0) + 1
        client.close()
    return found


# 50,000 series.
WIDE = """
object: {objects}/wide.bpf.o
metrics:
  counters:
    - {{name: wide_total, help: Many series, labels: [{{name: slot, decoders: [{{name: uint}}]}}]}}
"""


def read_slowly(exporter, bytes_a_second):
    """All that the exporter sends to a client that takes so much of it."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        client.settimeout(30)
        client.connect((exporter.host, exporter.port))
        client.sendall(REQUEST)
        start, received = time.monotonic(), bytearray()
        while piece := client.recv(8192):
            received += piece
            time.sleep(max(0, len(received) / bytes_a_second - (time.monotonic() - start)))
        return bytes(received)


class Load(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def test_clients_that_ask_late_are_all_answered(self):
        with Exporter(names="packets", interval="1s") as exporter:
            for _ in range(3):
                self.assertEqual({200: 100}, ask_late(exporter, 100))

    def test_two_hundred_connections_a_second_are_all_answered(self):
        with Exporter(names="packets", interval="1s") as exporter:
            found = []

            def one():
                with connect(exporter) as client:
                    time.sleep(0.05)
                    client.sendall(REQUEST)
                    found.append(answer_of(read_to_end(client))[0])

            threads = [threading.Thread(target=one) for _ in range(1000)]
            start = time.monotonic()
            for number, thread in enumerate(threads):
                time.sleep(max(0, start + number / 200 - time.monotonic()))
                thread.start()
            for thread in threads:
                thread.join(60)
            self.assertEqual({200: len(threads)}, {status: found.count(status) for status in set(found)})

    def test_a_slow_client_gets_the_whole_page(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "wide.yaml"), "w", encoding="utf-8") as file:
                file.write(WIDE.format(objects=TEST_PROGRAMS))
            with Exporter(names="wide", interval="1h", config=folder) as exporter:
                received = read_slowly(exporter, 200_000)
        status, head, body = answer_of(received)
        self.assertEqual(200, status)
        self.assertIn(f"\r\nContent-Length: {len(body)}\r\n", head + "\r\n")
        self.assertGreater(len(body), 2_000_000)
        self.assertEqual(50_000, body.count(b"\nebpf_exporter_wide_total{"))

    def test_five_hundred_half_open_connections_cost_nobody_an_answer(self):
        with Exporter(names="packets", interval="1s") as exporter:
            held = children.start(
                [sys.executable, HALF_OPEN, exporter.port, 500], stdout=subprocess.PIPE
            )
            try:
                self.assertEqual(b"opened\n", held.stdout.readline())
                for _ in range(3):
                    found = ask_late(exporter, 100)
                    # On a machine that is busy otherwise some are asked to come again.
                    self.assertEqual(100, found.get(200, 0) + found.get(503, 0), found)
                    self.assertGreaterEqual(found.get(200, 0), 50, found)
            finally:
                children.stop(held)
                held.stdout.close()


if __name__ == "__main__":
    outcome.main()
