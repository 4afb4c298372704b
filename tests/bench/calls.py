#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/calls.py [--quick]: what a call costs that counts in a native histogram, beside one that counts in a
classic one, as the kernel's statistics of programs tell. The programs take turns over the same values."""

import array
import os
import random
import statistics
import struct
import sys
import tempfile

from rig import QUICK, TOOLS, exporter, head, line
import bpf_stats  # on rig's path, as what follows
from harness import outcome
from harness.bpf_call import bpf

ROUNDS, REPEAT = (3, 50) if QUICK else (25, 2000)
VALUES = 400  # as in tools/calls.bpf.c
_GET_FD, _TEST_RUN = 13, 10
# Those of tools/calls.bpf.c. One for interfaces that do not exist is loaded, and waits.
PROGRAMS = ["look", "exp2_1", "exp2_1000", *(f"{kind}_{schema}" for kind in ("units", "seconds") for schema in range(4))]
PROBES = "".join(f"  - {{program: {name}, xdp: {{interface: 'no_such_interface_*'}}}}\n" for name in PROGRAMS)
# The unit of exp2 with which the same values are the same seconds.
BESIDE = {"units": "exp2_1", "seconds": "exp2_1000"}


def values():
    """Nanoseconds from a microsecond to a second, as many of each size."""
    numbers = random.Random(1)
    return array.array("Q", (int(2 ** numbers.uniform(10, 30)) for _ in range(VALUES)))


def run(number, packet):
    """Nanoseconds for each value that the program of that id took for the packet."""
    address, size = packet.buffer_info()[0], packet.itemsize * len(packet)
    fd = bpf(_GET_FD, struct.pack("=I", number))
    try:
        before = bpf_stats.runs_of([number])[number]
        # fd, retval, sizes in and out, data in and out, how often
        bpf(_TEST_RUN, struct.pack("=IIIIQQI", fd, 0, size, 0, address, 0, REPEAT))
        after = bpf_stats.runs_of([number])[number]
    finally:
        os.close(fd)
    return (after[2] - before[2]) / (after[1] - before[1]) / VALUES


def measure():
    """{program: nanoseconds a value}, the medians of all rounds."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "calls.yaml"), "w", encoding="ascii") as file:
            file.write(
                f"object: {TOOLS}/calls.bpf.o\nprobes:\n{PROBES}metrics:\n  histograms:\n"
                "    - {name: seconds, help: Measured, map: map_seconds_3, bucket_type: native}\n"
            )
        # The programs are attached nowhere, so the exporter is never ready.
        with exporter.Exporter(config=folder, names="calls", ready="/metrics") as process, bpf_stats.enabled():
            numbers = bpf_stats.programs_of(process.process.pid)
            names = {number: name for number, (name, _, _) in bpf_stats.runs_of(numbers).items()}
            packet, taken = values(), {name: [] for name in names.values()}
            for _ in range(ROUNDS):
                for number, name in names.items():
                    taken[name].append(run(number, packet))
    return {name: statistics.median(rounds) for name, rounds in taken.items()}


def main():
    if os.geteuid() != 0:
        print("calls.py: needs root")
        return outcome.SKIPPED
    cost = measure()
    cost = {name: more - cost["look"] for name, more in cost.items()}
    head("A call, beside looking at the value", ("ns", "/ `bx_observe_exp2`"))
    for unit in (1, 1000):
        line(f"`bx_observe_exp2_at(…, {unit})`", f"{cost[f'exp2_{unit}']:.1f} |")
    for kind, macro in (("units", "HISTOGRAM"), ("seconds", "SECONDS")):
        for schema in range(4):
            one = cost[f"{kind}_{schema}"]
            line(f"`bx_observe_native_at`, `BX_NATIVE_{macro}({schema}, …)`", f"{one:.1f} | {one / cost[BESIDE[kind]]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
