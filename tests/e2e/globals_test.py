# SPDX-License-Identifier: Apache-2.0
"""Global variables of every kind on the page: known numbers, and what bpftool finds in their sections."""

import ctypes
import os
import tempfile
import unittest

from harness import outcome
from harness.exporter import TEST_PROGRAMS, Exporter
from harness.kernel_objects import bpftool, held_by

OBJECT = os.path.join(TEST_PROGRAMS, "globals.bpf.o")
# As in globals.bpf.c.
CALL = 0x5EED7
COUNT, LEVEL, VERB, CPU, SLOT, SET = range(6)
VERBS = ["READ", "WRITE", "FLUSH"]

CONFIGURATION = f"""
object: {OBJECT}
metrics:
  counters:
    - {{name: hits_total, help: Hits, map: .bss, value: hits}}
    - {{name: narrow_total, help: Narrow, map: .bss, value: narrow}}
    - {{name: hidden_total, help: Hidden, map: .bss, value: hidden}}
    - {{name: calls_total, help: Calls, map: .bss, value: on_call.calls}}
    - {{name: reads_total, help: Reads, map: .bss, value: stats.reads}}
    - {{name: by_verb_total, help: By verb, map: .bss, value: by_verb, labels: [verb]}}
    - {{name: unnamed_total, help: Unnamed, map: .bss, value: unnamed, labels: [slot], skip_zero: true}}
    - {{name: reads_by_verb_total, help: Reads, map: .bss, value: stats_by_verb.reads, labels: [verb]}}
    - {{name: by_cpu_total, help: By CPU, map: .bss, value: by_cpu, labels: [cpu], skip_zero: true}}
    - {{name: all_cpus_total, help: All CPUs, map: .bss, value: by_cpu}}
    - {{name: apart_total, help: Apart, map: .data.apart, value: apart}}
    - name: mapped_total
      help: By verb
      map: .bss
      value: by_verb
      labels: [{{name: verb, decoders: [{{name: uint}}, {{name: static_map, static_map: {{0: r, 1: w, 2: f}}}}]}}]
  gauges:
    - {{name: level, help: Level, map: .data, value: level}}
    - {{name: drift, help: Drift, map: .bss, value: stats.writes.drift}}
    - {{name: seen, help: Seen, map: .bss, value: seen}}
    - {{name: limit, help: Limit, map: .rodata, value: limit}}
  histograms:
    - {{name: slots, help: Slots, map: .bss, value: {{buckets: slots}}, bucket_type: linear}}
    - {{name: times, help: Times, map: .bss, value: {{buckets: times.slots, sum: times.total}}, bucket_type: linear}}
    - name: times_by_verb
      help: Times
      map: .bss
      value: {{buckets: times_by_verb.slots, sum: times_by_verb.total}}
      bucket_type: linear
      labels: [verb]
    - {{name: grid, help: Grid, map: .bss, value: {{buckets: grid}}, bucket_type: linear, labels: [row]}}
    - {{name: lived_seconds, help: Lived, map: .bss, value: lived, bucket_type: native}}
    - {{name: lived_by_verb_seconds, help: Lived, map: .bss, value: lived_by_verb, bucket_type: native, labels: [verb]}}
"""


class Globals(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        outcome.need_root()
        outcome.need_program("bpftool")
        folder = self.enterContext(tempfile.TemporaryDirectory())
        with open(os.path.join(folder, "globals.yaml"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION)
        self.exporter = self.enterContext(Exporter("--debug", config=folder, names="globals", programs=folder))
        held = held_by(self.exporter.process.pid)
        self.maps = {of["name"]: of["id"] for of in bpftool("map", "show") if ("map", of["id"]) in held}

    def call(self, kind, value=0, times=1):
        system_call = ctypes.CDLL(None).syscall
        for _ in range(times):
            system_call(ctypes.c_long(CALL), ctypes.c_ulong(kind), ctypes.c_ulong(value % 2**64))

    def variables(self, section):
        """{name: value} as bpftool tells them, by the kernel's name of the map."""
        (row,) = bpftool("map", "dump", "id", self.maps["globals" + section])
        (variables,) = row["formatted"]["value"].values()
        return {name: value for variable in variables for name, value in variable.items()}

    def test_are_what_bpftool_and_the_caller_know(self):
        self.call(COUNT, times=5)
        self.call(LEVEL, 3)
        self.call(LEVEL, -10)
        for verb, times in ((0, 1), (1, 2), (2, 3)):
            self.call(VERB, verb, times)
        self.call(CPU, times=40)
        for value in (0, 1, 1, 7, 6):
            self.call(SLOT, value)
        self.call(SET, 9)
        page = self.exporter.page()
        bss, data = self.variables(".bss"), self.variables(".data")

        def value(name, **labels):
            return page.value(f"ebpf_exporter_{name}", **labels)

        self.assertEqual((5, 5), (value("hits_total"), bss["hits"]))
        self.assertEqual((9, 9), (value("narrow_total"), bss["narrow"]))
        self.assertEqual((9, 9), (value("hidden_total"), bss["hidden"]))
        self.assertEqual((59, 59), (value("calls_total"), bss["____on_call.calls"]))
        self.assertEqual((9, 9), (value("reads_total"), bss["stats"]["reads"]))
        self.assertEqual((-12, -12), (value("level"), data["level"]))
        self.assertEqual((-9, -9), (value("drift"), bss["stats"]["writes"]["drift"]))
        self.assertEqual(1, value("seen"))
        self.assertEqual(11, value("limit"))
        self.assertEqual(7 + 9, value("apart_total"))

        counted = [10, 2 * 11, 3 * 12]
        self.assertEqual(counted, bss["by_verb"])
        named = dict(zip(VERBS, counted))
        self.assertEqual(named, page.by_label("ebpf_exporter_by_verb_total", "verb"))
        self.assertEqual(named, page.by_label("ebpf_exporter_reads_by_verb_total", "verb"))
        self.assertEqual(dict(zip("rwf", counted)), page.by_label("ebpf_exporter_mapped_total", "verb"))
        self.assertEqual({"3": 9}, page.by_label("ebpf_exporter_unnamed_total", "slot"))

        by_cpu = {str(cpu): count for cpu, count in enumerate(bss["by_cpu"]) if count}
        self.assertEqual(by_cpu, page.by_label("ebpf_exporter_by_cpu_total", "cpu"))
        self.assertEqual((40, 40), (value("all_cpus_total"), sum(by_cpu.values())))

        slots = [1, 2, 0, 0, 0, 0, 1, 1]
        self.assertEqual([slots, slots, slots], [bss["slots"], bss["times"]["slots"], bss["grid"][1]])
        cumulative = {str(bound): sum(slots[: bound + 1]) for bound in range(8)} | {"+Inf": 5}
        for name in ("slots", "times"):
            self.assertEqual(cumulative, page.by_label(f"ebpf_exporter_{name}_bucket", "le"), name)
        self.assertEqual(15, value("times_sum"))
        self.assertEqual((0, 5), (value("grid_count", row="0"), value("grid_count", row="1")))
        for number, verb in enumerate(VERBS):
            self.assertEqual(number + 1, value("times_by_verb_count", verb=verb))
            self.assertEqual(counted[number], value("times_by_verb_sum", verb=verb))
            self.assertEqual(number + 1, value("times_by_verb_bucket", verb=verb, le=str(number + 1)))
            self.assertEqual(number + 1, value("lived_by_verb_seconds_count", verb=verb))
            self.assertEqual(number + 1, value("lived_by_verb_seconds_sum", verb=verb))
        self.assertEqual(5, value("lived_seconds_count"))
        self.assertAlmostEqual(15, value("lived_seconds_sum"))
        # 0 is in the zero bucket, 1 at most 1.
        lived = page.by_label("ebpf_exporter_lived_seconds_bucket", "le")
        self.assertEqual((1, 3, 5), (lived["0.5"], lived["1"], lived["8"]))

    def test_are_one_map_for_all_their_metrics_and_are_shown_element_by_element(self):
        self.call(VERB, 1)
        page = self.exporter.page()
        for section in (".bss", ".data", ".data.apart", ".rodata"):
            self.assertEqual(1, page.value("ebpf_exporter_map_entries", config="globals", map=section), section)
        shown = self.exporter.get("/maps")[2].decode()
        self.assertIn("config 'globals': map '.bss' (array): 1 row\n", shown)
        self.assertIn('  ebpf_exporter_by_verb_total{verb="READ"} 0\n  ebpf_exporter_by_verb_total{verb="WRITE"} 11\n', shown)


if __name__ == "__main__":
    outcome.main()
