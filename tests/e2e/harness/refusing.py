#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""refusing.py ERRNO NUMBER COMMAND…: runs COMMAND under a seccomp filter, as container runtimes
install one, that answers the system call NUMBER with ERRNO and lets all others through."""
import ctypes
import os
import struct
import sys

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2  # linux/prctl.h, linux/seccomp.h
RET_ALLOW, RET_ERRNO = 0x7FFF0000, 0x00050000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h: BPF_LD|W|ABS, JMP|JEQ|K, RET|K


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("HBBI", code, if_true, if_false, value)


def filter_of(errno, number):
    return b"".join(
        (
            instruction(LOAD, 0),  # seccomp_data.nr
            instruction(JUMP_IF_EQUAL, number, if_false=1),
            instruction(RETURN, RET_ERRNO | errno),
            instruction(RETURN, RET_ALLOW),
        )
    )


def main(errno, number, *command):
    code = filter_of(int(errno), int(number))
    memory = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
