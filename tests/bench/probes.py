#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/probes.py [--quick] [NAME…]: what an event costs in each shipped probe and, where
libbpf-tools has a program that counts the same, in that one, in turns under the same workload.

An event costs what all programs of a side took, divided by the runs of the one that ran most often,
as the kernel counts both. Other work on the machine makes events too, alike for both sides. In a guest
(tests/vm/run 6.1 costs) there is none: there the ratio is that of all time, however many runs it was, and
a nanosecond is an instruction of an emulated CPU, so that once is enough, and a ratio over 1 is a failure.
"""
import functools
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e"))

import bpf_stats  # noqa: E402
import guest_workloads  # noqa: E402
import workloads  # noqa: E402

import disks  # noqa: E402
import probe  # noqa: E402
from harness import children, outcome  # noqa: E402
from harness.exporter import Exporter, wait_until  # noqa: E402

ROUNDS = 5  # in a guest one, where each run takes the same
# Programs that count the same, which are stopped before their interval ends. One that takes two is
# two, since ours counts what both do.
THEIRS = {
    "biolatency": [["biolatency", "-D", "-F", "3600", "1"]],
    "cachestat": [["cachestat", "3600", "1"]],
    "cpudist": [["cpudist", "3600", "1"], ["cpudist", "-O", "3600", "1"]],
    "dnslat": [["gethostlatency"]],
    "exec": [["execsnoop"], ["exitsnoop"]],
    "fslat": [["fsdist", "-t", "ext4", "3600", "1"]],
    "hardirq": [["hardirqs", "-d", "3600", "1"]],
    "oomkill": [["oomkill"]],
    "reclaim": [["drsnoop"]],
    "runqlat": [["runqlat", "3600", "1"]],
    "security": [["capable"]],
    "signals": [["sigsnoop"]],
    "softirq": [["softirqs", "-d", "3600", "1"]],
    "syscalls": [["syscount", "-i", "3600"]],
    "tcpbacklog": [["tcpsynbl", "3600", "1"]],
    "tcpconn": [["tcpconnlat"], ["tcplife"]],
    "tcprtt": [["tcprtt", "-i", "3600"]],
}
# Programs of ours that count the same as theirs, where others of ours count more and are not in the
# ratio: gethostlatency sees no packets, drsnoop no reclaim of cgroups and no shrinkers, softirqs no
# waits, tcpsynbl neither SYNs nor waits.
SAME = {
    "dnslat": ("lookup_called", "lookup_returned"),
    "reclaim": ("direct_reclaim_begins", "direct_reclaim_ends"),
    "softirq": ("softirq_entered", "softirq_left"),
    "tcpbacklog": ("tcp_v4_handshake_ends", "tcp_v6_handshake_ends"),
}
LONGEST_NAME = 15  # of a program, as the kernel keeps it
QUIET = {"stdout": subprocess.DEVNULL}  # but for errors
# Their programs find tracepoints in tracefs, which need not be mounted.
WITH_TRACEFS = '[ -d "$0/events" ] || mount -t tracefs tracefs "$0" && exec "$@"'


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
    """What measure() tells of their programs; nothing where one of them does not run, which says why."""
    processes = []
    try:
        for command in commands:
            shell = ["unshare", "--mount", "sh", "-c", WITH_TRACEFS, "/sys/kernel/tracing"]
            process = children.start([*shell, *command], **QUIET)
            processes.append(process)
            wait_until(lambda p=process: bpf_stats.programs_of(p.pid) or p.poll(), 30, f"{command} runs")
        time.sleep(4 if probe.IN_GUEST else 0.5)  # until all of its programs are attached
        return {} if any(one.poll() for one in processes) else measure(processes, workload)
    finally:
        for process in processes:
            children.stop(process)


def cost(grown, in_all=False):
    """Nanoseconds an event or, for what is counted in a guest, in all; None if there was none."""
    events = max((runs for runs, _ in grown.values()), default=0)
    took = sum(took for _, took in grown.values())
    return took / (1 if in_all else events) if events else None


def same(name, grown):
    """Of our programs, those that count the same as theirs."""
    names = {program[:LONGEST_NAME] for program in SAME.get(name, ())}
    return {one: more for one, more in grown.items() if not names or one.rstrip("'") in names}


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
    """Prints a row, and returns the ratio; None if there is nothing to compare with."""
    able = probe.IN_GUEST or name not in guest_workloads.OF
    commands = [command for command in THEIRS.get(name, ()) if able and shutil.which(command[0])]
    mine, others = [], []
    for _ in range(rounds):
        mine.append(ours(name, workload))
        if commands:
            others.append(theirs(commands, workload))
    row = [name, *side(mine), *side(others)]
    pairs = [
        (cost(same(name, grown), probe.IN_GUEST), cost(theirs_grown, probe.IN_GUEST))
        for grown, theirs_grown in zip(mine, others)
    ]
    ratios = [a / b for a, b in pairs if a and b]
    ratio = statistics.median(ratios) if ratios else None
    row.append(f"{ratio:.2f}" if ratios else "")
    print("| " + " | ".join(row) + " |", flush=True)
    return ratio


def main(arguments):
    quick = "--quick" in arguments
    known = guest_workloads.OF if probe.IN_GUEST else workloads.OF
    names = [argument for argument in arguments if argument != "--quick"] or sorted(known)
    if unknown := [name for name in names if name not in known]:
        print(f"tests/bench/probes.py: no workload for '{unknown[0]}'", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("skipped: needs root", file=sys.stderr)
        return outcome.SKIPPED
    print("| Probe | ns an event | its programs, ns a run | libbpf-tools | its programs | ratio |")
    print("|---|--:|---|--:|---|--:|")
    dearer = []
    with bpf_stats.enabled(), disks.folder_on_a_disk(None) as folder:
        for name in names:
            workload = functools.partial(known[name], folder) if probe.IN_GUEST else known[name]
            ratio = compare(name, workload, 1 if quick or probe.IN_GUEST else ROUNDS)
            if probe.IN_GUEST and ratio and ratio > 1:
                dearer.append(name)
    if dearer:
        print(f"dearer than libbpf-tools: {', '.join(dearer)}")
    return 1 if dearer else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
