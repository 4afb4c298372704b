# SPDX-License-Identifier: Apache-2.0
"""What the kernel counts of BPF programs: how often each ran and how long in all."""

import contextlib
import glob
import os
import re
import struct

from harness.bpf_call import bpf, program_info

_ENABLE_STATS = 32
_NAME, _RUN_TIME, _RUN_COUNT = 64, 192, 200  # where struct bpf_prog_info of linux/bpf.h has them


@contextlib.contextmanager
def enabled():
    """The kernel counts runs in a `with` block."""
    fd = bpf(_ENABLE_STATS, struct.pack("=I", 0))  # BPF_STATS_RUN_TIME
    try:
        yield
    finally:
        os.close(fd)


def programs_of(pid):
    """The ids of the programs that a process holds, by themselves or through links."""
    found = set()
    for path in glob.glob(f"/proc/{pid}/fdinfo/*"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as info:
            found.update(map(int, re.findall(r"^prog_id:\s*(\d+)$", info.read(), re.MULTILINE)))
    return found


def runs_of(numbers):
    """{program's id: (name, runs, nanoseconds)}, of those that are still there."""
    found = {}
    for number in numbers:
        with contextlib.suppress(OSError):
            info = program_info(number)
            name = info[_NAME : _NAME + 16].split(b"\0")[0].decode()
            counts = (struct.unpack_from("=Q", info, at)[0] for at in (_RUN_COUNT, _RUN_TIME))
            found[number] = (name, *counts)
    return found
