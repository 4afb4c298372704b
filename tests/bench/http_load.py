#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""http_load.py [--quick] [EXPORTER]: how long clients wait beside others that ask late, many at a
time, that never ask and that never read. Prints a table in Markdown. Fails when a page that has to
be whole is not, never for a time. EXPORTER: another build's binary, to compare with.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time

from rig import QUICK, TOOLS, check, exporter, head, line, possible_cpus, say, write_config
from harness import children, outcome  # on rig's path

BINARY = next((word for word in sys.argv[1:] if not word.startswith("--")), exporter.BINARY)
LARGE = 10_000 if QUICK else 280_000  # entries, whose page has 20 MB
MIDDLE = 10_000  # 0.7 MB; three times for 2 MB
ROUNDS = 2 if QUICK else 10
SECONDS = 1 if QUICK else 10
SCRAPES = 20 if QUICK else 300
PATIENCE = 30  # seconds
HALF_OPEN = 500
HOLD = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e", "workloads", "half_open.py")


class Answers:
    """What clients got, and how long they waited for the whole of it."""

    def __init__(self):
        self.found = {}
        self.seconds = []

    def add(self, status, seconds):
        self.found[status] = self.found.get(status, 0) + 1
        self.seconds.append(seconds)

    def text(self):
        ordered = sorted(self.seconds)
        at = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
        found = ", ".join(f"{count:,} × {status}" for status, count in sorted(self.found.items(), key=str))
        return f"{found} | {ordered[len(ordered) // 2] * 1000:.1f} | {at * 1000:.0f} | {ordered[-1] * 1000:.0f}"


async def ask(port, path="/metrics", wait=0.0):
    """(status, seconds, bytes) of an answer over a connection of its own, which is asked for `wait`
    seconds after it was opened; the status "nothing" if it ends without a byte."""
    began = time.perf_counter()
    received = b""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        try:
            if wait:
                await asyncio.sleep(wait)
                began = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            pieces = []
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                while piece := await asyncio.wait_for(reader.read(1 << 20), PATIENCE):
                    pieces.append(piece)
            received = b"".join(pieces)
        finally:
            writer.close()
    status = received[9:12].decode() if received else "nothing"
    return status, time.perf_counter() - began, received


async def late(port):
    """100 clients at once that ask 50 ms after they have connected."""
    answers = Answers()
    for _ in range(ROUNDS):
        for status, seconds, _ in await asyncio.gather(*(ask(port, wait=0.05) for _ in range(100))):
            answers.add(status, seconds)
    return answers


async def two_hundred_a_second(port):
    answers = Answers()

    async def one():
        status, seconds, _ = await ask(port, wait=0.05)
        answers.add(status, seconds)

    tasks = []
    start = time.perf_counter()
    for number in range(200 * SECONDS):
        await asyncio.sleep(max(0, start + number / 200 - time.perf_counter()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    return answers


async def scrapes(port, path="/metrics", count=SCRAPES):
    answers = Answers()
    for _ in range(count):
        status, seconds, _ = await ask(port, path)
        answers.add(status, seconds)
        await asyncio.sleep(0.02)
    return answers


def beside_half_open(port):
    held = children.start([sys.executable, HOLD, port, HALF_OPEN], stdout=subprocess.PIPE)
    try:
        check(held.stdout.readline() == b"opened\n", "the connections are not open")
        return asyncio.run(scrapes(port)), asyncio.run(late(port))
    finally:
        children.stop(held)
        held.stdout.close()


def beside_deaf(port):
    """Beside 50 clients that ask for the page and never read."""
    deaf = []
    try:
        for _ in range(50):
            deaf.append(socket.create_connection(("127.0.0.1", port), PATIENCE))
            deaf[-1].sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        return asyncio.run(scrapes(port, "/healthz")), asyncio.run(scrapes(port, "/metrics", SCRAPES // 10))
    finally:
        for connection in deaf:
            connection.close()


def slow(port, bytes_a_second=200_000):
    """Whether a client that takes so much gets the whole page, its bytes and the seconds."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        start, received = time.monotonic(), bytearray()
        with contextlib.suppress(OSError):
            while piece := connection.recv(8192):
                received += piece
                ahead = len(received) / bytes_a_second - (time.monotonic() - start)
                time.sleep(max(0, ahead))
        took = time.monotonic() - start
    top, _, body = bytes(received).partition(b"\r\n\r\n")
    lengths = [row[16:] for row in top.split(b"\r\n") if row.lower().startswith(b"content-length: ")]
    whole = bool(lengths) and int(lengths[0]) == len(body)
    return whole, len(body), took


@contextlib.contextmanager
def running(entries, configs=1):
    """The port of an exporter of so many series, in all `configs` together, which are filled."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"bench{i}" for i in range(configs)]
        for name in names:
            write_config(folder, name, "hash", entries)
        flags = [f"--metrics.max-series={entries}"]
        options = {"names": ",".join(names), "interval": "1s", "config": folder, "binary": BINARY}
        with exporter.Exporter(*flags, **options) as process:
            tool = [f"{TOOLS}/bench_map", process.process.pid, "bench", "fill", entries, 1]
            check(children.run(tool, seconds=300).returncode == 0, "the maps are not filled")
            size = entries * configs * 60
            exporter.wait_until(lambda: len(process.get("/metrics")[2]) > size, 60, "the page is full")
            yield process.port


def main():
    if os.geteuid() != 0:
        must = os.environ.get("REQUIRE_KERNEL") == "1"
        say("http_load.py: needs root" + (", and REQUIRE_KERNEL=1" if must else ""))
        return 1 if must else outcome.SKIPPED
    say(
        f"{time.strftime('%Y-%m-%d')}, Linux {os.uname().release}, {possible_cpus()} CPUs, load {os.getloadavg()[0]:.1f}"
    )
    say()
    head("Clients", ("answers", "median ms", "p99 ms", "worst ms"))
    with running(1000) as port:
        line("scrapes, nobody beside", asyncio.run(scrapes(port)).text())
        line("100 that ask 50 ms after they connected", asyncio.run(late(port)).text())
        line("200 connections a second", asyncio.run(two_hundred_a_second(port)).text())
        alone, many = beside_half_open(port)
        line(f"scrapes beside {HALF_OPEN} half-open ones", alone.text())
        line(f"100 that ask late, beside {HALF_OPEN} half-open ones", many.text())
    with running(LARGE) as port:
        line("`/healthz`, nobody beside, page of 20 MB", asyncio.run(scrapes(port, "/healthz")).text())
        few, whole = beside_deaf(port)
        line("`/healthz` beside 50 that never read a page of 20 MB", few.text())
        line("that page, beside them", whole.text())
    with running(MIDDLE, configs=3) as port:
        whole, size, took = slow(port)
        line("one that takes 200 kB/s", f"{size:,} bytes, {'whole' if whole else 'CUT OFF'} | {took * 1000:,.0f} | | ")
        check(whole or BINARY != exporter.BINARY, "the slow client's page is not whole")
    return 0


if __name__ == "__main__":
    sys.exit(main())
