# SPDX-License-Identifier: Apache-2.0
"""/maps: raw keys and values as bpftool dumps them, and of buffers as a workload filled them."""

import os
import re
import shutil
import struct
import sys
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import E2E, TEST_PROGRAMS, Exporter, wait_until
from harness.kernel_objects import bpftool, map_of

HASH_CONFIG = """
object: map_kinds.bpf.o
probes:
  - program: unused
    socket_filter: {interface: lo}
metrics:
  counters:
    - name: pairs_total
      help: A hash map's values
      map: hash20
      labels: [id, comm]
"""
ROWS = 300  # of the hash map
CALLS = 5000
# Sends its name for itself and its number, then makes exactly so many calls.
SENDER = f"""
import os
with open("/proc/self/comm", "w") as comm:
    comm.write("sender")
print(os.getpid(), flush=True)
for _ in range({CALLS}):
    os.umask(0o22)
"""
# A call that nothing else makes often, unlike numbers of it on each CPU, and its number.
SPREAD = """
import os
for cpu in os.sched_getaffinity(0):
    os.sched_setaffinity(0, {cpu})
    for _ in range(1000 + cpu):
        os.getsid(0)
"""
GETSID = 124 if os.uname().machine == "x86_64" else 156
UMASK = 95 if os.uname().machine == "x86_64" else 166
_MAP = re.compile(r"config '(.*)': map '(.*)' \((.*)\): (\d+) rows?")


def maps(exporter):
    """{map: {key in hex: [the lines of its metrics]}} of the page."""
    status, headers, body = exporter.get("/maps")
    if status != 200:
        raise AssertionError(f"/maps answers {status}: {body[:500]!r}")
    found = {}
    for line in body.decode().splitlines():
        if match := _MAP.fullmatch(line):
            rows = found[match.group(2)] = {}
        elif line.startswith("key "):
            lines = rows[line.removeprefix("key ")] = []
        elif line.startswith("  "):
            lines.append(line.strip())
    return found


def raw(listed):
    """Bytes as bpftool lists them."""
    return bytes(int(byte, 16) for byte in listed)


class DebugMaps(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        outcome.need_program("bpftool")

    def test_is_not_there_without_debug(self):
        with Exporter(names="syscalls") as exporter:
            self.assertEqual(404, exporter.get("/maps")[0])

    def test_shows_a_hash_map_as_bpftool_does(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "pairs.yaml"), "w", encoding="ascii") as config:
                config.write(HASH_CONFIG)
            shutil.copy(os.path.join(TEST_PROGRAMS, "map_kinds.bpf.o"), folder)
            with Exporter("--debug", names="pairs", config=folder, programs=folder) as exporter:
                number = map_of(exporter.process.pid, "hash20")
                batch = os.path.join(folder, "rows")
                with open(batch, "w", encoding="ascii") as rows:
                    for row in range(ROWS):
                        key = struct.pack("=I16s", row * 65537, b"task %d" % row)
                        value = struct.pack("=Q", row**6)
                        rows.write(f"map update id {number} key {hex_list(key)}")
                        rows.write(f" value {hex_list(value)}\n")
                bpftool("batch", "file", batch)
                expected = {}
                for entry in bpftool("map", "dump", "id", number):
                    key = raw(entry["key"])
                    (value,) = struct.unpack("=Q", raw(entry["value"]))
                    (number_in_key, comm) = struct.unpack("=I16s", key)
                    labels = f'comm="{comm.rstrip(bytes(1)).decode()}",id="{number_in_key}"'
                    line = f"ebpf_exporter_pairs_total{{{labels}}} {value}"
                    expected[key.hex()] = [line]
                self.assertEqual(ROWS, len(expected))
                self.assertEqual({"hash20": expected}, maps(exporter))

    def test_shows_each_cpu_of_an_array_as_bpftool_does(self):
        with Exporter("--debug", names="syscalls") as exporter:
            children.run([sys.executable, "-c", SPREAD])
            key = struct.pack("=I", GETSID)
            # Others on the machine may make a call in between.
            for _ in range(10):
                number = map_of(exporter.process.pid, "syscalls")
                page = maps(exporter)["syscalls"]
                dump = {raw(row["key"]): row for row in bpftool("map", "dump", "id", number)}
                values = [struct.unpack("=Q", raw(one["value"]))[0] for one in dump[key]["values"]]
                numbers = f"{sum(values)}"
                if len(values) > 1:
                    numbers += " = " + " + ".join(str(value) for value in values)
                expected = [f'ebpf_exporter_syscalls_total{{syscall="getsid"}} {numbers}']
                if expected == page[key.hex()]:
                    break
            self.assertEqual(expected, page[key.hex()])
            for cpu in os.sched_getaffinity(0):
                self.assertGreaterEqual(values[cpu], 1000 + cpu)
            self.assertEqual({key.hex() for key in dump}, set(page))

    def test_shows_the_counted_records_of_buffers(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(E2E, "events.yaml"), folder)
            shutil.copy(os.path.join(TEST_PROGRAMS, "events.bpf.o"), folder)
            with Exporter("--debug", names="events", config=folder, programs=folder) as exporter:
                done = children.run([sys.executable, "-c", SENDER])
                tgid = int(done.stdout)
                key = struct.pack("=II16s", tgid, UMASK, b"sender").hex()
                sized = f'{{call="umask",comm="sender",tgid="{tgid}"}} {CALLS}'
                fields = f'{{comm="sender",tgid="{tgid}"}} {CALLS}'
                expected = {
                    f"{kind}_events_total": [f"ebpf_exporter_{kind}_events_total{labels}"]
                    for kind, labels in {
                        "perf": sized,
                        "ring": sized,
                        "queue": fields,
                        "stack": fields,
                    }.items()
                }

                def shown():
                    return {name: rows.get(key) for name, rows in maps(exporter).items()}

                wait_until(lambda: shown() == expected, 10, f"{CALLS} records each")
                # What the page took from the queue is in the metrics, too.
                series = "ebpf_exporter_queue_events_total"
                counted = exporter.page().value(series, tgid=str(tgid), comm="sender")
                self.assertEqual(CALLS, counted)
                self.assertEqual(expected, shown())


def hex_list(data):
    return "hex " + " ".join(f"{byte:02x}" for byte in data)


if __name__ == "__main__":
    outcome.main()
