# SPDX-License-Identifier: Apache-2.0
"""What the kernel counts of BPF programs: how often each ran and how long in all."""

import contextlib
import ctypes
import glob
import os
import re
import struct

_SYS_BPF = {"x86_64": 321, "aarch64": 280}
_PROG_GET_FD_BY_ID, _OBJ_GET_INFO_BY_FD, _ENABLE_STATS = 13, 15, 32
_INFO_SIZE = 232  # struct bpf_prog_info of linux/bpf.h, and where it has these fields
_NAME, _RUN_TIME, _RUN_COUNT = 64, 192, 200
_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def enabled():
    """The kernel counts runs in a `with` block."""
    fd = _bpf(_ENABLE_STATS, struct.pack("=I", 0))  # BPF_STATS_RUN_TIME
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
            info = _info(number)
            name = info[_NAME : _NAME + 16].split(b"\0")[0].decode()
            counts = (struct.unpack_from("=Q", info, at)[0] for at in (_RUN_COUNT, _RUN_TIME))
            found[number] = (name, *counts)
    return found


def _info(number):
    fd = _bpf(_PROG_GET_FD_BY_ID, struct.pack("=III", number, 0, 0))
    try:
        info = ctypes.create_string_buffer(_INFO_SIZE)
        _bpf(_OBJ_GET_INFO_BY_FD, struct.pack("=IIQ", fd, _INFO_SIZE, ctypes.addressof(info)))
        return info.raw
    finally:
        os.close(fd)


def _bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)
    result = _libc.syscall(_SYS_BPF[os.uname().machine], command, buffer, 128)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}")
    return result
