# SPDX-License-Identifier: Apache-2.0
"""Native histograms (programs/bx_native.bpf.h): what the C counts, compiled for this machine and run by the kernel, is
what exact arithmetic says, for every integer up to 2^20, around every bound and for a million at random; and so is the
page."""

import array
import ctypes
import math
import os
import platform
import random
import subprocess
import tempfile
import unittest

from harness import outcome
from harness.exporter import ROOT, TEST_PROGRAMS, Exporter
from harness.kernel_objects import bpftool, held_by
from harness.native import Shape, client_index

# As in tests/programs/native.bpf.c.
WHOLE = {f"units_{schema}": Shape(schema, -1, 62) for schema in range(4)}
WHOLE |= {f"seconds_{schema}": Shape(schema, -29, 33, 9) for schema in range(4)}
BY_ID = {  # by map and field; the key is a value's lowest bit
    ("requests", "bytes"): Shape(2, 0, 17),
    ("requests", "seconds"): Shape(3, -20, 6, 9),
    ("percpu_requests", "bytes"): Shape(2, 0, 17),
    ("percpu_requests", "seconds"): Shape(3, -20, 6, 9),
    ("narrow", ""): Shape(1, -12, -11, 9),
    ("percpu_narrow", ""): Shape(3, 0, 1),
    ("shared", ""): Shape(3, -20, 6, 9),
}
VALUES_A_PACKET = 400
HEADER = """
#include "bpf_exporter.bpf.h"
#define FIND(name, type) \\
  void name(const __u64 *values, __u32 *elements, __u64 count) { \\
    type *histogram = NULL; \\
    for (__u64 i = 0; i < count; i++) elements[i] = bx_native_bucket(histogram, values[i]); \\
  }
"""


def all_values():
    """As 8 bytes each, sorted."""
    found = set(range(2**20 + 1)) | {2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1}
    for shape in (WHOLE["units_3"], WHOLE["seconds_3"]):
        found |= {most + more for most in shape.greatest for more in (-1, 0, 1) if most + more >= 0}
    numbers = random.Random(20261126)
    found |= {numbers.getrandbits(numbers.randint(1, 64)) for _ in range(10**6)}
    return array.array("Q", sorted(found))


class OnThisMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        outcome.need_program("clang")
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        source, library = os.path.join(folder, "native.c"), os.path.join(folder, "native.so")
        kinds = {0: "HISTOGRAM", 9: "SECONDS"}
        cls.shapes = WHOLE | {f"ranged_{i}": shape for i, shape in enumerate(sorted(set(BY_ID.values()), key=repr))}
        with open(source, "w", encoding="utf-8") as file:
            file.write(HEADER)
            for name, shape in cls.shapes.items():
                of = f"{shape.schema}, {shape.first}, {shape.last}"
                file.write(f"typedef BX_NATIVE_{kinds[shape.decimals]}({of}) of_{name};\nFIND({name}, of_{name})\n")
        architecture = {"x86_64": "x86", "aarch64": "arm64"}[platform.machine()]
        subprocess.run(
            f"clang -O2 -shared -fPIC -D__TARGET_ARCH_{architecture} -I{ROOT}/programs -o {library} {source}".split(),
            check=True,
        )
        cls.library = ctypes.CDLL(library)
        cls.values = all_values()

    def found(self, name):
        elements = array.array("I", bytes(4 * len(self.values)))
        self.library[name](
            ctypes.c_void_p(self.values.buffer_info()[0]),
            ctypes.c_void_p(elements.buffer_info()[0]),
            ctypes.c_uint64(len(self.values)),
        )
        return elements

    def test_every_value_is_in_its_element(self):
        for name, shape in self.shapes.items():
            expected = array.array("I")  # the values are sorted, so equal elements are in a row
            for element, count in enumerate(shape.counts(self.values)):
                expected.extend(array.array("I", [element]) * count)
            found = self.found(name)
            if found != expected:
                wrong = [of for of in zip(self.values, found, expected) if of[1] != of[2]]
                self.fail(f"{name}: {len(wrong)} of {len(found)} values: (value, found, expected) {wrong[:5]}")

    def test_as_prometheus_client_library_counts_it(self):
        # That one compares doubles: above 2^53 it does not get the integers, and seconds are rounded before.
        for name, shape in WHOLE.items():
            edges = {most + more for most in shape.greatest for more in (-1, 0, 1)}
            for position, (value, element) in enumerate(zip(self.values, self.found(name))):
                if not 2 <= value < 2**48 or (position % 16 and value not in edges):
                    continue
                index = client_index(shape.schema, value / 10**shape.decimals)
                if index != element + shape.first_index - 1:
                    self.fail(f"{name}: {value} is in {element}, not in {index} - {shape.first_index - 1}")


NOWHERE = "no_such_interface_*"  # a program for it is loaded, and waits


class InTheKernel(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        outcome.need_root()
        outcome.need_program("bpftool")
        folder = self.enterContext(tempfile.TemporaryDirectory())
        with open(os.path.join(folder, "native.yaml"), "w", encoding="utf-8") as file:
            file.write(f"object: {TEST_PROGRAMS}/native.bpf.o\nprobes: [{{program: observe, xdp: {{interface: '{NOWHERE}'}}}}]\n")
            file.write("metrics:\n  histograms:\n")
            for name in WHOLE:
                file.write(f"    - {{name: {name}, help: Some, bucket_type: native}}\n")
            for name, field in BY_ID:
                value = f"value: {field}, " if field else ""
                text = f"name: {name}_{field or 'all'}, map: {name}, {value}labels: [id]"
                file.write(f"    - {{{text}, help: Some, bucket_type: native}}\n")
        # The program is attached nowhere, so the exporter is never ready; its maps are served nevertheless.
        self.exporter = self.enterContext(Exporter(config=folder, names="native", programs=folder, ready="/metrics"))
        held = held_by(self.exporter.process.pid)
        self.maps = {of["name"]: of["id"] for of in bpftool("map", "show") if ("map", of["id"]) in held}
        (self.program,) = [number for kind, number in held if kind == "prog"]

    def observe(self, values):
        """Lets the program see the values, which are 8 bytes each, in packets of test runs."""
        system_call = ctypes.CDLL(None, use_errno=True).syscall
        number = ctypes.c_long({"x86_64": 321, "aarch64": 280}[platform.machine()])

        def bpf(command, *fields):
            attributes = (ctypes.c_uint8 * 128).from_buffer_copy(b"".join(fields).ljust(128, b"\0"))
            result = system_call(number, ctypes.c_ulong(command), ctypes.byref(attributes), ctypes.c_ulong(80))
            self.assertGreaterEqual(result, 0, os.strerror(ctypes.get_errno()))
            return result

        u32, u64 = (lambda of: of.to_bytes(4, "little")), (lambda of: of.to_bytes(8, "little"))
        program = bpf(13, u32(self.program))  # BPF_PROG_GET_FD_BY_ID
        address = values.buffer_info()[0]
        for first in range(0, len(values), VALUES_A_PACKET):
            size = 8 * min(VALUES_A_PACKET, len(values) - first)
            # BPF_PROG_TEST_RUN: fd, retval, size in and out, data in and out, how often
            bpf(10, u32(program), u32(0), u32(size), u32(0), u64(address + 8 * first), u64(0), u32(1))
        os.close(program)

    def histogram(self, name, field, key):
        """(counts, sum) of all CPUs together, as bpftool tells them."""
        for row in bpftool("map", "dump", "id", self.maps[name]):
            row = row["formatted"]
            if row["key"] != key:
                continue
            cpus = [cpu["value"] for cpu in row["values"]] if "values" in row else [row["value"]]
            parts = [cpu[field] if field else cpu for cpu in cpus]
            return [sum(of) for of in zip(*(part["buckets"] for part in parts))], sum(part["sum"] for part in parts)
        self.fail(f"map {name} has no row {key}")

    def assert_counted(self, page, name, field, key, shape, values):
        counts = shape.counts(values)
        found, total = self.histogram(name, field, key)
        self.assertEqual(counts, found, name)
        self.assertEqual(sum(values) % 2**64, total % 2**64, name)
        labels = {"id": str(key)} if (name, field) in BY_ID else {}
        metric = f"ebpf_exporter_{name}_{field or 'all'}" if labels else f"ebpf_exporter_{name}"
        classic = {}
        for exponent in range(shape.first, shape.last + 1):
            elements = ((exponent - shape.first) << shape.schema) + 1
            classic[2.0**exponent] = sum(counts[:elements])
        classic[float("inf")] = len(values)
        buckets = [(dict(of), count) for of, count in page.samples_of(f"{metric}_bucket")]
        shown = {float(of.pop("le")): count for of, count in buckets if labels.items() <= of.items()}
        self.assertEqual(classic, shown, metric)
        self.assertEqual(len(values), page.value(f"{metric}_count", **labels), metric)
        total = total % 2**64 / 10**shape.decimals
        shown = page.value(f"{metric}_sum", **labels)
        self.assertTrue(math.isclose(total, shown, rel_tol=1e-12), f"{metric} {total} {shown}")

    def test_every_value_is_in_its_element_and_on_the_page(self):
        values = all_values()
        self.observe(values)
        page = self.exporter.page()
        for name, shape in WHOLE.items():
            self.assert_counted(page, name, "", 0, shape, values)
        for (name, field), shape in BY_ID.items():
            for key in (0, 1):
                of_key = array.array("Q", [value for value in values if value % 2 == key])
                self.assert_counted(page, name, field, key, shape, of_key)


if __name__ == "__main__":
    outcome.main()
