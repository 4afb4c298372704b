# SPDX-License-Identifier: Apache-2.0
"""What the measurements share: an exporter on a map of a given size, and the oracle of its page."""

import contextlib
import gzip
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))
from harness import children, exporter  # noqa: E402

TOOLS = os.path.join(exporter.BUILD, "bench")
QUICK = "--quick" in sys.argv[1:]
KINDS = ("hash", "percpu", "array", "histogram")
KIND_TITLES = ("hash", "per-CPU hash", "array", "histogram")
ENTRIES = 10_000 if QUICK else 100_000
RUNS = 3 if QUICK else 7
BUCKETS = 27
# What asks for each format, and what it is answered with.
FORMATS = {
    "text 0.0.4": ("text/plain;version=0.0.4", "text/plain; version=0.0.4; "),
    "text 1.0.0": ("text/plain;version=1.0.0", "text/plain; version=1.0.0; "),
    "OpenMetrics": ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; "),
    "protobuf": (
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
    ),
}
_OPS = """      labels:
        - {name: id, size: 4, decoders: [{name: uint}]}
        - {name: op, size: 4, decoders: [{name: uint}, {name: static_map, static_map: {0: read, 1: write}}]}
"""
_LABELS = {
    "hash": _OPS + "        - {name: comm, size: 16, decoders: [{name: string}]}\n",
    "array": "      labels:\n        - {name: slot, size: 4, decoders: [{name: uint}]}\n",
    "histogram": _OPS + "        - {name: bucket, size: 8, decoders: [{name: uint}]}\n",
}
_LABELS["percpu"] = _LABELS["hash"]


def metric_of(kind, name):
    return name if kind == "histogram" else f"{name}_total"


def write_config(folder, name, kind, entries):
    """NAME.yaml: one metric of the map of `kind` with room for `entries`."""
    section = "histograms" if kind == "histogram" else "counters"
    buckets = "      bucket_type: exp2\n      bucket_min: 0\n      bucket_max: 26\n"
    with open(os.path.join(folder, name + ".yaml"), "w", encoding="ascii") as file:
        file.write(
            f"object: {TOOLS}/{kind}-{entries}.bpf.o\nmetrics:\n  {section}:\n    - name: {metric_of(kind, name)}\n"
            f"      help: Measured\n      map: bench\n"
            f"{buckets if kind == 'histogram' else ''}{_LABELS[kind]}"
        )


@contextlib.contextmanager
def running(kind, entries, *flags, configs=1, interval="0s"):
    """An exporter of one map, or of `configs` such maps, filled with the seed 1."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"bench{i}" for i in range(configs)]
        for name in names:
            write_config(folder, name, kind, entries)
        with exporter.Exporter(
            f"--metrics.max-series={entries}",
            *flags,
            names=",".join(names),
            interval=interval,
            config=folder,
        ) as process:
            bench = Bench(process, kind, entries, names)
            bench.fill(1)
            yield bench


class Bench:
    def __init__(self, process, kind, entries, names):
        self.process = process
        self.pid = process.process.pid
        self.kind = kind
        self.entries = entries
        self.names = names

    def tool(self, *words):
        done = children.run([f"{TOOLS}/bench_map", self.pid, "bench", *words], seconds=300)
        if done.returncode != 0:
            raise AssertionError(f"bench_map {words}: {done.stderr}")
        return done.stdout

    def fill(self, seed, count=None):
        self.tool("fill", count or self.entries, seed)

    def limit(self):
        """CPU milliseconds that the kernel takes to hand over the map, or all maps."""
        entries, milliseconds = self.tool("limit").split()
        check(int(entries) == self.entries * len(self.names), f"the limit is of {entries} entries")
        return float(milliseconds)

    def scrape(self, encoding):
        """(wall ms, CPU ms of all threads, body) of one scrape over a connection of its own."""
        wall, cpu, body = self.answer(encoding)
        return wall, cpu, gzip.decompress(body) if encoding == "gzip" else body

    def answer(self, encoding, form="text 0.0.4"):
        """The same of one of FORMATS, with the body as it is sent."""
        accept, content_type = FORMATS[form]
        request = (
            f"GET /metrics HTTP/1.1\r\nHost: bench\r\nAccept: {accept}\r\n"
            f"Accept-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
        )
        cpu = self.cpu_ms()
        start = time.perf_counter()
        pieces = []
        with socket.create_connection((self.process.host, self.process.port), 60) as connection:
            connection.sendall(request.encode())
            while piece := connection.recv(1 << 20):
                pieces.append(piece)
        wall = (time.perf_counter() - start) * 1e3
        cpu = self.cpu_ms() - cpu
        head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
        check(head.startswith(b"HTTP/1.1 200 "), f"the answer is {head[:200]!r}")
        check(f"\r\nContent-Type: {content_type}" in head.decode(), f"not {form}: {head!r}")
        coded = f"\r\nContent-Encoding: {encoding}" in head.decode()
        check(coded == (encoding != "identity"), f"not {encoding}: {head!r}")
        return wall, cpu, body

    def cpu_ms(self):
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total / 1e6

    def memory_mib(self, field):
        """Of /proc/PID/status: VmRSS now, VmHWM at the most."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            found = re.search(rf"^{field}:\s+(\d+) kB", file.read(), re.MULTILINE)
        return int(found.group(1)) / 1024

    def check_page(self, page, seed):
        """Every series of every metric must be there, once, with the value that `seed` gave it."""
        for name in self.names:
            metric = f"ebpf_exporter_{metric_of(self.kind, name)}"
            expected = expected_samples(self.kind, self.entries, seed, metric)
            start = metric.encode()
            found = [
                line for line in page.split(b"\n") if line.startswith((start + b"{", start + b"_"))
            ]
            check(len(found) == len(expected), f"{len(found)} samples, not {len(expected)}")
            missing = expected.difference(line.decode() for line in found)
            check(
                not missing, f"{len(missing)} samples are missing or wrong: {sorted(missing)[:3]}"
            )


def check(condition, problem):
    if not condition:
        raise AssertionError(problem)


def expected_samples(kind, entries, seed, name):
    """The lines of `entries` keys that bench_map filled."""

    def value(number):
        one = number * seed + 1
        cpus = possible_cpus() if kind == "percpu" else 1
        return one * cpus + cpus * (cpus - 1) // 2

    if kind == "array":
        return {f'{name}{{slot="{i}"}} {text(value(i))}' for i in range(entries)}
    operations = ("read", "write")
    if kind != "histogram":
        return {
            f'{name}{{comm="worker-{i % 997}",id="{i}",op="{operations[i % 2]}"}} {text(value(i))}'
            for i in range(entries)
        }
    lines = set()
    for first in range(0, entries, BUCKETS):
        labels = f'id="{first // (2 * BUCKETS)}",op="{operations[first // BUCKETS % 2]}"'
        count = 0
        for bucket in range(BUCKETS):
            count += value(first + bucket) if first + bucket < entries else 0
            lines.add(f'{name}_bucket{{{labels},le="{text(2**bucket)}"}} {text(count)}')
        lines.add(f'{name}_bucket{{{labels},le="+Inf"}} {text(count)}')
        lines.add(f"{name}_count{{{labels}}} {text(count)}")
        lines.add(f"{name}_sum{{{labels}}} 0")
    return lines


def text(number):
    """An integer as Prometheus' clients print it: 1.048576e+06 from a million on."""
    digits = str(number)
    if len(digits) < 7:
        return digits
    return f"{digits[0]}.{digits[1:]}".rstrip("0.") + f"e+{len(digits) - 1:02}"


def possible_cpus():
    with open("/sys/devices/system/cpu/possible", encoding="ascii") as file:
        ends = [part.split("-") for part in file.read().strip().split(",")]
    return sum(int(end[-1]) - int(end[0]) + 1 for end in ends)


def clients(port, scrapes, pause_ms):
    """(median, 99th percentile, worst) wall ms of gzip scrapes by 4 clients."""
    command = [f"{TOOLS}/bench_clients", port, 4, scrapes, pause_ms]
    done = children.run(command, seconds=300)
    if done.returncode != 0:
        raise AssertionError(f"bench_clients: {done.stderr}")
    return tuple(float(word) for word in done.stdout.split())


def ready_ms(configs):
    """Milliseconds from exec to readiness, which is when NOTIFY_SOCKET hears of it."""
    port = exporter.free_port()
    with tempfile.TemporaryDirectory() as folder, socket.socket(
        socket.AF_UNIX, socket.SOCK_DGRAM
    ) as notify:
        path = os.path.join(folder, "notify")
        notify.bind(path)
        notify.settimeout(30)
        command = [
            exporter.BINARY,
            f"--config.dir={exporter.CONFIG}",
            f"--config.names={configs}",
            f"--programs.dir={exporter.PROGRAMS}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        environment = {**os.environ, "NOTIFY_SOCKET": path}
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            while not notify.recv(4096).startswith(b"READY=1"):
                pass  # STATUS=… while it starts
            time_taken = (time.perf_counter() - start) * 1e3
            status, _, _ = exporter.fetch(f"http://127.0.0.1:{port}/metrics")
            check(status == 200, f"ready, but /metrics answers {status}")
            return time_taken
        finally:
            children.stop(process)


def median(values):
    return statistics.median(list(values))


def say(text=""):
    print(text, flush=True)


def head(title, columns):
    """Begins a table."""
    say(f"| {title} | {' | '.join(columns)} |")
    say("|---|" + "--:|" * len(columns))


def line(name, value):
    say(f"| {name} | {value} |")
