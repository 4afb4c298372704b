#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/probes.py [--quick] [NAME…]: what an event costs in each shipped probe and, where
libbpf-tools has a program that counts the same, in that one, in turns under the same workload.

An event costs what all programs of a side took, divided by the runs of the one that ran most often,
as the kernel counts both. Other work on the machine makes events too, alike for both sides.
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))

import bpf_stats  # noqa: E402
import workloads  # noqa: E402
from harness import children, outcome  # noqa: E402
from harness.exporter import Exporter, wait_until  # noqa: E402

ROUNDS = 5
# Programs that count the same, which are stopped before their interval ends. One that takes two is
# two, since ours counts what both do.
THEIRS = {
    "biolatency": [["biolatency", "-D", "-F", "3600", "1"]],
    "cpudist": [["cpudist", "3600", "1"], ["cpudist", "-O", "3600", "1"]],
    "hardirq": [["hardirqs", "-d", "3600", "1"]],
    "runqlat": [["runqlat", "3600", "1"]],
    "softirq": [["softirqs", "-d", "3600", "1"]],
    "syscalls": [["syscount", "-i", "3600"]],
}
# Programs of ours that count what theirs do not: softirqs has no waits. They are not in the ratio.
MORE = {"softirq": ["softirq_raised"]}
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
# Their programs find tracepoints in tracefs, which need not be mounted.
WITH_TRACEFS = 'mountpoint -q "$0" || mount -t tracefs tracefs "$0" && exec "$@"'


def measure(processes, workload):
    """{program: (runs, nanoseconds)} of the programs of `processes` while the workload runs."""
    numbers = set().union(*(bpf_stats.programs_of(process.pid) for process in processes))
    before = bpf_stats.runs_of(numbers)
    workload()
    after = bpf_stats.runs_of(numbers)
    grown = {}
    for number, (name, runs, took) in after.items():
        while name in grown:  # of two processes
            name += "'"
        grown[name] = (runs - before[number][1], took - before[number][2])
    return grown


def ours(name, workload):
    with Exporter(names=name, interval="60s") as exporter:
        return measure([exporter.process], workload)


def theirs(commands, workload):
    processes = []
    try:
        for command in commands:
            shell = ["unshare", "--mount", "sh", "-c", WITH_TRACEFS, "/sys/kernel/tracing"]
            process = children.start([*shell, *command], **SILENT)
            processes.append(process)
            wait_until(lambda p=process: bpf_stats.programs_of(p.pid), 30, f"{command} runs")
        time.sleep(0.5)  # until all of its programs are attached
        return measure(processes, workload)
    finally:
        for process in processes:
            children.stop(process)


def cost(grown, without=()):
    """Nanoseconds an event, without those of some programs; None if there was none."""
    grown = {name: more for name, more in grown.items() if name not in without}
    events = max((runs for runs, _ in grown.values()), default=0)
    return sum(took for _, took in grown.values()) / events if events else None


def each(grown):
    return ", ".join(
        f"{name} {took / runs:.0f}" for name, (runs, took) in sorted(grown.items()) if runs
    )


def total(rounds):
    """One side's rounds as one."""
    sums = {}
    for grown in rounds:
        for name, more in grown.items():
            sums[name] = tuple(map(sum, zip(more, sums.get(name, (0, 0)))))
    return sums


def side(rounds):
    """The two columns of a side: its median cost, and that of its programs."""
    costs = [cost(grown) for grown in rounds if cost(grown)]
    return [f"{statistics.median(costs):.0f}", each(total(rounds))] if costs else ["", ""]


def compare(name, workload, rounds):
    commands = [command for command in THEIRS.get(name, ()) if shutil.which(command[0])]
    mine, others = [], []
    for _ in range(rounds):
        mine.append(ours(name, workload))
        if commands:
            others.append(theirs(commands, workload))
    row = [name, *side(mine), *side(others)]
    same = [cost(grown, MORE.get(name, ())) for grown in mine]
    ratios = [a / cost(b) for a, b in zip(same, others) if a and cost(b)]
    row.append(f"{statistics.median(ratios):.2f}" if ratios else "")
    print("| " + " | ".join(row) + " |", flush=True)


def main(arguments):
    quick = "--quick" in arguments
    names = [argument for argument in arguments if argument != "--quick"] or sorted(workloads.OF)
    if unknown := [name for name in names if name not in workloads.OF]:
        print(f"tests/bench/probes.py: no workload for '{unknown[0]}'", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("skipped: needs root", file=sys.stderr)
        return outcome.SKIPPED
    print("| Probe | ns an event | its programs, ns a run | libbpf-tools | its programs | ratio |")
    print("|---|--:|---|--:|---|--:|")
    with bpf_stats.enabled():
        for name in names:
            compare(name, workloads.OF[name], 1 if quick else ROUNDS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
