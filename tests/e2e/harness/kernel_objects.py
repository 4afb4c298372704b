# SPDX-License-Identifier: Apache-2.0
"""BPF programs, maps and links in the kernel: which there are, and who holds them."""

import json
import os
import re

from . import children

KINDS = ("prog", "map", "link")
_HELD = re.compile(r"^(prog|map|link)_id:\s*(\d+)$", re.MULTILINE)


def bpftool(*arguments):
    """What it says, as it says it in JSON."""
    done = children.run(["bpftool", "--json", *arguments])
    if done.returncode != 0:
        raise AssertionError(f"bpftool {arguments}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def existing():
    """{(kind, id)} as bpftool lists them."""
    return {(kind, entry["id"]) for kind in KINDS for entry in bpftool(kind, "show")}


def held_by(pid):
    """{(kind, id)} of the process' file descriptors."""
    folder = f"/proc/{pid}/fdinfo"
    found = set()
    try:
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="ascii") as info:
                found |= {(kind, int(number)) for kind, number in _HELD.findall(info.read())}
    except OSError:
        pass  # the process or the descriptor is gone
    return found


def map_of(pid, name):
    """The kernel's number of the process' map of that name."""
    for kind, number in held_by(pid):
        if kind == "map" and bpftool("map", "show", "id", number)["name"] == name:
            return number
    raise AssertionError(f"process {pid} holds no map '{name}'")


def left_behind(before):
    """What appeared since `before` = existing() and no living process holds. A machine may run
    other users of BPF; theirs are held by them."""
    new = existing() - before
    if not new:
        return new
    held = set().union(*(held_by(pid) for pid in os.listdir("/proc") if pid.isdigit()))
    return (new - held) & existing()
