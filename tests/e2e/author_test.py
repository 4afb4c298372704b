# SPDX-License-Identifier: Apache-2.0
"""The calls of programs/bpf_exporter.bpf.h: a program makes each of them on values that the test sends. bpftool reads
the maps, the page is read as Prometheus does, and both are what plain arithmetic says."""

import json
import math
import os
import sys
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import TEST_PROGRAMS, Exporter, wait_until
from harness.kernel_objects import bpftool, held_by

OBJECT = os.path.join(TEST_PROGRAMS, "author_calls.bpf.o")
# As in author_calls.bpf.c.
CALL, BUCKETS, ID = 0x5EED5, 40, 3
KINDS = "EXP2 EXP2_IN_THOUSANDS EXP2ZERO EXP2ZERO_IN_THOUSANDS LINEAR LINEAR_IN_TENS COUNTERS GAUGES RECORDS FULL MOMENTS".split()
HISTOGRAMS = {  # by kind: what its maps' names begin with, the YAML's word, the unit
    "EXP2": ("exp2_1", "exp2", 1),
    "EXP2_IN_THOUSANDS": ("exp2_1000", "exp2", 1000),
    "EXP2ZERO": ("zero_1", "exp2zero", 1),
    "EXP2ZERO_IN_THOUSANDS": ("zero_1000", "exp2zero", 1000),
    "LINEAR": ("linear_1", "linear", 1),
    "LINEAR_IN_TENS": ("linear_10", "linear", 10),
}
IN_A_VALUE = {"h": "", "ph": "", "lh": "", "a": "", "pa": "", "f": "seconds."}
IN_ROWS = ("r", "pr")
MULTIPLIER = 0.25
# Makes the calls of argv[1], a list of [kind, value], from one CPU after the other; argv[2] times.
SEND = f"""
import ctypes, json, os, sys
system_call = ctypes.CDLL(None).syscall
cpus = sorted(os.sched_getaffinity(0))
for _ in range(int(sys.argv[2])):
    for number, (kind, value) in enumerate(json.loads(sys.argv[1])):
        if len(cpus) > 1:
            os.sched_setaffinity(0, {{cpus[number % len(cpus)]}})
        system_call(ctypes.c_long({CALL}), ctypes.c_ulong(kind), ctypes.c_ulong(value % 2**64))
"""
RECORDS = ("ring_records", "ringbuf: true"), ("perf_records", "perf_event_array: true"), ("queue_records", ""), ("stack_records", "")


def configuration():
    lines = [f"object: {OBJECT}", "metrics:", "  counters:"]
    lines += ["    - {name: calls_dropped, help: Dropped}"]
    for name, how in RECORDS:
        lines += [f"    - {{name: {name}, help: Records, labels: [{{name: value, size: 8, decoders: [{{name: uint}}]}}], {how}}}"]
    lines += ["  histograms:"]
    for prefix, kind, unit in HISTOGRAMS.values():
        common = f"help: Some, bucket_type: {kind}, bucket_max: {BUCKETS - 1}, bucket_multiplier: {unit * MULTIPLIER}"
        for suffix, field in IN_A_VALUE.items():
            value = f"value: {{buckets: {field}buckets, sum: {field}sum}}"
            lines += [f"    - {{name: {prefix}_{suffix}, labels: [id], {value}, {common}}}"]
        for suffix in IN_ROWS:
            lines += [f"    - {{name: {prefix}_{suffix}, labels: [id, bucket], {common}}}"]
    return "\n".join(lines) + "\n"


def bound(kind, number):
    """The greatest number of units in a bucket."""
    if kind == "exp2":
        return 2**number
    if kind == "exp2zero":
        return 0 if number == 0 else 2 ** (number - 1)
    return number


def bucket(kind, unit, value):
    fitting = (number for number in range(BUCKETS) if value <= bound(kind, number) * unit)
    return next(fitting, BUCKETS - 1)


def edges(kind, unit):
    """Values around every bound, and the ends of the type."""
    found = {0, 1, 2, 3, 2**31, 2**32, 2**62 + 1, 2**63 - 1}
    for number in range(BUCKETS + 2):
        found |= {bound(kind, number) * unit + more for more in (-1, 0, 1)}
    if kind != "linear":
        return sorted(value for value in found | {2**63, 2**63 + 1, 2**64 - 1} if value >= 0)
    return sorted(found | {-1, -unit, -unit - 1, -(2**40), -(2**63)})


def signed(kind, number):
    """A sum as the map's type has it."""
    number %= 2**64
    return number - 2**64 if kind == "linear" and number >= 2**63 else number


def flat(key):
    """A structure as its fields' values."""
    if isinstance(key, dict):
        return tuple(flat(field) for field in key.values())
    return tuple(key) if isinstance(key, list) else key


class Calls(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        outcome.need_root()
        outcome.need_program("bpftool")
        folder = self.enterContext(tempfile.TemporaryDirectory())
        with open(os.path.join(folder, "author.yaml"), "w", encoding="utf-8") as file:
            file.write(configuration())
        self.exporter = self.enterContext(Exporter(config=folder, names="author", programs=folder))
        held = held_by(self.exporter.process.pid)
        self.maps = {of["name"]: of["id"] for of in bpftool("map", "show") if ("map", of["id"]) in held}

    def send(self, calls, times=1):
        self.wait(self.start(calls, times))

    def start(self, calls, times):
        calls = [[KINDS.index(kind), value] for kind, value in calls]
        return children.start([sys.executable, "-c", SEND, json.dumps(calls), times])

    def wait(self, process):
        self.assertEqual(0, process.wait(60))

    def rows(self, name):
        """{key: its values, one for each CPU} as bpftool tells them."""
        found = {}
        for row in bpftool("map", "dump", "id", self.maps[name]):
            row = row["formatted"]
            cpus = row["values"] if "values" in row else [row]
            found[flat(row["key"])] = [cpu["value"] for cpu in cpus]
        return found

    def counters(self, name):
        return {key: sum(values) for key, values in self.rows(name).items()}

    def histograms(self, name, field):
        """The histogram, of each CPU where there are several."""
        values = self.rows(name)[ID]
        return [value[field.rstrip(".")] for value in values] if field else values

    def assert_page(self, page, name, buckets, total, kind, unit):
        series = page.by_label(f"ebpf_exporter_{name}_bucket", "le")
        found = {float(text): count for text, count in series.items()}
        cumulative = {bound(kind, number) * unit * MULTIPLIER: sum(buckets[: number + 1]) for number in range(BUCKETS)}
        cumulative[float("inf")] = sum(buckets)
        self.assertEqual(cumulative, found, name)
        self.assertEqual(sum(buckets), page.value(f"ebpf_exporter_{name}_count", id=str(ID)), name)
        shown = page.value(f"ebpf_exporter_{name}_sum", id=str(ID))
        self.assertTrue(math.isclose(total * unit * MULTIPLIER, shown, rel_tol=1e-12), f"{name} {total} {shown}")

    def assert_counted(self, call, values):
        """That the histograms of `call` hold `values`, in the maps and on the page."""
        prefix, kind, unit = HISTOGRAMS[call]
        page = self.exporter.page()
        buckets = [0] * BUCKETS
        for value in values:
            buckets[bucket(kind, unit, value)] += 1
        for suffix, field in IN_A_VALUE.items():
            name = f"{prefix}_{suffix}"
            found = self.histograms(name, field)
            self.assertEqual(buckets, [sum(cpus) for cpus in zip(*(of["buckets"] for of in found))], name)
            self.assertEqual(sum(values) % 2**64, sum(of["sum"] * unit + of["rest"] for of in found) % 2**64, name)
            for of in found:
                self.assertLess(abs(of["rest"]), unit, name)
            self.assert_page(page, name, buckets, signed(kind, sum(of["sum"] for of in found)), kind, unit)
        # In rows what is less than a unit is rounded by chance: sure is only between which numbers.
        low, high = sum(value // unit for value in values), sum(-(-value // unit) for value in values)
        for suffix in IN_ROWS:
            name = f"{prefix}_{suffix}"
            found = self.counters(name)
            total = found.pop((ID, BUCKETS))
            self.assertEqual({(ID, number): count for number, count in enumerate(buckets) if count}, found, name)
            self.assertLessEqual((total - low) % 2**64, high - low, name)
            self.assert_page(page, name, buckets, signed(kind, total), kind, unit)
        return low, high

    def test_histograms_count_each_value_where_it_belongs(self):
        self.send([(call, value) for call, (_, kind, unit) in HISTOGRAMS.items() for value in edges(kind, unit)])
        for call, (_, kind, unit) in HISTOGRAMS.items():
            self.assert_counted(call, edges(kind, unit))

    def test_what_is_less_than_a_unit_is_not_lost_to_the_sum(self):
        values = {"EXP2_IN_THOUSANDS": [1, 400, 999, 1000, 1001, 2500], "LINEAR_IN_TENS": [3, -4, 19, -25, 10, 7]}
        times = 50
        for call, of_call in values.items():
            self.send([(call, value) for value in of_call], times)
            low, high = self.assert_counted(call, of_call * times)
            for suffix in IN_ROWS:
                total = self.counters(f"{HISTOGRAMS[call][0]}_{suffix}")[(ID, BUCKETS)]
                self.assertNotIn(total, (low, high), "always rounded to the same side")

    def test_cpus_share_a_histogram_without_losing_anything(self):
        value, times, each = 1700, 10000, 2
        senders = [self.start([("EXP2_IN_THOUSANDS", value)] * each, times) for _ in range(2)]
        for sender in senders:
            self.wait(sender)
        count = len(senders) * each * times
        for suffix, field in IN_A_VALUE.items():
            found = self.histograms(f"exp2_1000_{suffix}", field)
            self.assertEqual(count, sum(of["buckets"][1] for of in found), suffix)
            self.assertEqual(count * value, sum(of["sum"] * 1000 + of["rest"] for of in found), suffix)
            # A unit for each that may have been moved at the same time.
            self.assertLess(sum(abs(of["rest"]) for of in found), 1000 * (len(senders) + 1), suffix)

    def test_counters_add(self):
        # The last is beyond the arrays.
        self.send([("COUNTERS", key) for key in (0, 1, 1, 7, 200)])
        each = {0: 1, 1: 2, 7: 1, 200: 1}
        five_each = {key: 5 * count for key, count in each.items()}
        self.assertEqual(five_each, self.counters("count_h"))
        self.assertEqual(five_each, self.counters("count_ph"))
        self.assertEqual(each, self.counters("count_lh"))
        self.assertEqual(each, self.counters("count_lph"))
        prefixes = {(32, (192, 0, 2, key)): count for key, count in each.items()}
        self.assertEqual(prefixes, self.counters("count_t"))
        array = {index: each.get(index, 0) for index in range(8)}
        self.assertEqual({index: 11 * count for index, count in array.items()}, self.counters("count_pa"))
        self.assertEqual({index: 5 * count for index, count in array.items()}, self.counters("count_a"))
        self.assertEqual({0: 0}, self.counters("calls_dropped"))

    def test_gauges_go_down_and_what_was_kept_is_taken_once(self):
        self.send([("GAUGES", value) for value in (5, -7, 3)])
        self.assertEqual({2: 1, 3: 3}, self.counters("gauge_h"))
        self.assertEqual({3: 3}, self.counters("began"))
        self.send([("GAUGES", value) for value in (-1, -2)])
        self.assertEqual({2: -2, 3: -2}, self.counters("gauge_h"))
        gauges = self.counters("gauge_a")
        self.assertEqual((-2, -2), (gauges[0], gauges[1]))
        took = self.counters("took")
        self.assertEqual((0, 2), (took[0], took[1]))
        self.assertEqual({}, self.counters("began"))

    def test_records_arrive_and_refused_ones_are_counted(self):
        self.send([("RECORDS", value) for value in (1, 1, 2, 3, 3, 3, 4, 5, 6, 7)])
        # The queue and the stack are read for this page, the buffers by a thread that may be late.
        page = self.exporter.page()
        once = {"1": 2, "2": 1, "3": 3, "4": 1, "5": 1, "6": 1, "7": 1}
        self.assertEqual(once, page.by_label("ebpf_exporter_queue_records", "value"))
        self.assertEqual({"1": 2, "2": 1, "3": 1}, page.by_label("ebpf_exporter_stack_records", "value"))
        self.assertEqual(6, page.value("ebpf_exporter_calls_dropped"))
        for name in ("ring_records", "perf_records"):
            series = f"ebpf_exporter_{name}"
            wait_until(lambda: self.exporter.page().by_label(series, "value") == once, 10, name)

    def test_what_a_full_map_refuses_is_counted_and_nothing_else_of_it(self):
        self.send([("FULL", key) for key in (1, 2, 3, 4, 5, 1, 99)])
        self.assertEqual({1: 2, 2: 1, 3: 1}, self.counters("full_count"))
        histograms = {key: of[0]["buckets"][7] for key, of in self.rows("full_value").items()}
        self.assertEqual({1: 2, 2: 1, 3: 1}, histograms)
        # The second has its row for the sum and no more; a sum without its bucket would be wrong.
        self.assertEqual({(1, 7): 2, (1, 20): 200, (2, 20): 0}, self.counters("full_rows"))
        self.assertEqual({0: 4, 1: 4, 2: 2}, self.counters("full_counted"))
        self.assertEqual(3 + 3 + 5 + 1, self.exporter.page().value("ebpf_exporter_calls_dropped"))

    def test_threads_that_share_an_element_keep_moments_of_their_own(self):
        # They have the same low 16 bits. The first has the element, two more a row; the fourth finds the hash full.
        threads = [7 + (number << 16) for number in (0, 1, 63, 5)]
        moments = [2**31, 2000, 3000, 4000]

        def keep(thread, moment):
            return "MOMENTS", moment << 32 | thread

        self.send([keep(*both) for both in zip(threads, moments)])
        self.send([keep(threads[1], 2500)])
        self.send([keep(thread, 0) for thread in threads])
        taken = dict(zip(threads, (2**31, 2500, 3000, 0)))
        self.assertEqual(taken, self.counters("moment_taken"))
        self.assertEqual(1, self.exporter.page().value("ebpf_exporter_calls_dropped"))
        # Each is taken once, and a free element is anybody's.
        self.send([keep(threads[3], 4000), keep(threads[3], 0), keep(threads[0], 0)])
        self.assertEqual({**taken, threads[0]: 0, threads[3]: 4000}, self.counters("moment_taken"))


if __name__ == "__main__":
    outcome.main()
