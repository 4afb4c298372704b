# SPDX-License-Identifier: Apache-2.0
"""The system call bpf(2), as far as libraries of Python do not have it."""

import ctypes
import os
import struct

_SYS_BPF = {"x86_64": 321, "aarch64": 280}
_PROG_GET_FD_BY_ID, _OBJ_GET_INFO_BY_FD = 13, 15
_INFO_SIZE = 232  # struct bpf_prog_info of linux/bpf.h since 5.16
_libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    """The result of a command of union bpf_attr's bytes; OSError if the kernel refuses it."""
    buffer = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)
    result = _libc.syscall(_SYS_BPF[os.uname().machine], command, buffer, 128)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf command {command}")
    return result


def program_info(number):
    """The bytes of struct bpf_prog_info of the program with that id; what the kernel lacks is 0."""
    fd = bpf(_PROG_GET_FD_BY_ID, struct.pack("=IIII", number, 0, 0, 0))
    try:
        info = ctypes.create_string_buffer(_INFO_SIZE)
        pointer = ctypes.addressof(info)
        bpf(_OBJ_GET_INFO_BY_FD, struct.pack("=IIQ", fd, _INFO_SIZE, pointer))
        return info.raw
    finally:
        os.close(fd)
