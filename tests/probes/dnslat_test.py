# SPDX-License-Identifier: Apache-2.0
"""dnslat: counted queries to a small name server of the test."""

import contextlib
import socket
import struct
import threading
import time

import probe
from harness import children
from probe import ProbeTest

SERVER = "127.53.0.1"  # an address of the loopback that nobody else serves
QUERIES, SLOW_QUERIES = 100, 5
DELAY = 0.05
LOOKUPS = 60
# Codes of dynamic updates, which nobody else on the machine gets.
NOTZONE, YXRRSET = 10, 7
HEADER = struct.Struct("!HHHHHH")
RESPONSE = 0x8000


class NameServer:
    """Answers every query over UDP with `rcode`, after `delay` seconds, `copies` times."""

    def __init__(self, rcode, delay=0, copies=1):
        self.rcode, self.delay, self.copies = rcode, delay, copies
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self.socket.bind((SERVER, 53))
        self.thread.start()
        return self

    def __exit__(self, *unused):
        with socket.socket(type=socket.SOCK_DGRAM) as stop:
            stop.sendto(b"", (SERVER, 53))
        self.thread.join()
        self.socket.close()

    def _serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
            if not query:
                return
            time.sleep(self.delay)
            number = HEADER.unpack_from(query)[0]
            for _ in range(self.copies):
                self.socket.sendto(HEADER.pack(number, RESPONSE | self.rcode, 0, 0, 0, 0), client)


def ask(count, sends=1, answers=1):
    """Asks one query after the other; the seconds that all took together."""
    took = 0
    with socket.socket(type=socket.SOCK_DGRAM) as asking:
        asking.settimeout(10)
        for number in range(count):
            began = time.monotonic()
            for _ in range(sends):
                asking.sendto(HEADER.pack(number, 0x0100, 0, 0, 0, 0), (SERVER, 53))
            for _ in range(answers):
                asking.recv(512)
            took += time.monotonic() - began
    return took


class DnsLatency(ProbeTest):
    def answers(self, rcode):
        return self.value("dnslat_seconds_count", rcode=rcode)

    def test_each_query_and_answer_counts_once(self):
        queries, before = self.value("dnslat_queries_total"), self.answers("NOTZONE")
        with NameServer(NOTZONE):
            ask(QUERIES)
        self.assertEqual(QUERIES, self.answers("NOTZONE") - before)
        self.assertGreaterEqual(self.value("dnslat_queries_total") - queries, QUERIES)

    def test_the_time_is_that_of_the_one_who_asks(self):
        page = self.page()
        before = page.value("ebpf_exporter_dnslat_seconds_sum", rcode="YXRRSET")
        with NameServer(YXRRSET, DELAY):
            took = ask(SLOW_QUERIES)
        page = self.page()
        grown = page.value("ebpf_exporter_dnslat_seconds_sum", rcode="YXRRSET") - before
        self.assertGreaterEqual(grown, SLOW_QUERIES * DELAY)
        self.assertLessEqual(grown, took)

    def test_a_query_that_is_sent_again_waits_since_the_first_time(self):
        page = self.page()
        before = page.value("ebpf_exporter_dnslat_seconds_count", rcode="YXRRSET")
        with contextlib.ExitStack() as stack:
            silent = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            silent.bind((SERVER, 53))
            asking = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            asking.settimeout(10)
            sums = page.value("ebpf_exporter_dnslat_seconds_sum", rcode="YXRRSET")
            asking.sendto(HEADER.pack(7, 0x0100, 0, 0, 0, 0), (SERVER, 53))
            time.sleep(DELAY)
            asking.sendto(HEADER.pack(7, 0x0100, 0, 0, 0, 0), (SERVER, 53))
            for _ in range(2):
                _, client = silent.recvfrom(512)
            silent.sendto(HEADER.pack(7, RESPONSE | YXRRSET, 0, 0, 0, 0), client)
            asking.recv(512)
        page = self.page()
        after = page.value("ebpf_exporter_dnslat_seconds_count", rcode="YXRRSET")
        self.assertEqual(1, after - before)
        grown = page.value("ebpf_exporter_dnslat_seconds_sum", rcode="YXRRSET") - sums
        self.assertGreaterEqual(grown, DELAY)

    def test_a_second_answer_belongs_to_no_query(self):
        before, unmatched = self.answers("NOTZONE"), self.value("dnslat_unmatched_total")
        with NameServer(NOTZONE, copies=2):
            ask(QUERIES, answers=2)
        self.assertEqual(QUERIES, self.answers("NOTZONE") - before)
        self.assertGreaterEqual(self.value("dnslat_unmatched_total") - unmatched, QUERIES)


# getaddrinfo of the C library: numeric addresses succeed, and names that are none fail, without a
# name server.
PROGRAM = """
import socket, sys, time
began = time.monotonic()
for name in sys.argv[2:]:
    for _ in range(int(sys.argv[1])):
        try:
            socket.getaddrinfo(name, None, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            pass
print(time.monotonic() - began)
"""


class Lookups(ProbeTest):
    def test_counts_and_measures_the_calls_of_getaddrinfo_by_their_result(self):
        before = self.page()
        done = children.run(
            ["/usr/bin/python3", "-c", PROGRAM, str(LOOKUPS), "192.0.2.1", "not-an-address"]
        )
        self.assertEqual(0, done.returncode, done.stderr)
        after = self.page()

        def grown(part, result):
            name = f"ebpf_exporter_dnslat_lookup_seconds_{part}"
            return after.value(name, result=result) - before.value(name, result=result)

        counts = {result: grown("count", result) for result in ("ok", "EAI_NONAME")}
        for result, count in counts.items():
            self.assertGreaterEqual(count, LOOKUPS, result)  # others on the machine may look up, too
            if probe.IN_GUEST:
                self.assertLessEqual(count, LOOKUPS + 2, result)  # the test asks for its pages
            self.assertGreater(grown("sum", result), 0)
