# SPDX-License-Identifier: Apache-2.0
"""switches.py ROUNDS: two tasks on one CPU that wake each other through pipes, ROUNDS times there
and back, so each round is two context switches or more. Prints "ready", waits for a line, and
prints how often the two were switched out in the rounds."""

import os
import sys


def switches():
    """How often this process has been switched out so far."""
    with open("/proc/self/status", encoding="ascii") as status:
        return sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)


def partner(here, there, rounds):
    for _ in range(rounds):
        os.read(here, 1)
        os.write(there, b"x")


def main(rounds):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    to_partner, from_partner, report = os.pipe(), os.pipe(), os.pipe()
    print("ready", flush=True)
    sys.stdin.readline()
    before = switches()
    child = os.fork()
    if child == 0:
        partner(to_partner[0], from_partner[1], rounds)
        os.write(report[1], str(switches()).encode())
        os._exit(0)
    for _ in range(rounds):
        os.write(to_partner[1], b"x")
        os.read(from_partner[0], 1)
    os.waitpid(child, 0)
    print(switches() - before + int(os.read(report[0], 100)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
