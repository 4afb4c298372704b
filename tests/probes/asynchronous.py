# SPDX-License-Identifier: Apache-2.0
"""Direct reads that are all handed to the kernel at once: io_submit(2), which Python has no call for."""

import ctypes
import mmap
import os

_IO_SETUP, _IO_DESTROY, _IO_GETEVENTS, _IO_SUBMIT = {
    "x86_64": (206, 207, 208, 209),
    "aarch64": (0, 1, 4, 2),
}[os.uname().machine]
_PREAD = 0
_libc = ctypes.CDLL(None, use_errno=True)


class _Request(ctypes.Structure):  # struct iocb of linux/aio_abi.h on little-endian machines
    _fields_ = [
        ("data", ctypes.c_uint64),
        ("key", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("opcode", ctypes.c_uint16),
        ("priority", ctypes.c_int16),
        ("file", ctypes.c_uint32),
        ("buffer", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("offset", ctypes.c_int64),
        ("reserved", ctypes.c_uint64),
        ("more_flags", ctypes.c_uint32),
        ("event_file", ctypes.c_uint32),
    ]


class _Event(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in ("data", "request", "result", "result2")]


def read(path, offsets, size):
    """Reads `size` bytes at each of the offsets of a file, and returns when all are there."""
    count = len(offsets)
    context = ctypes.c_ulong(0)
    memory = mmap.mmap(-1, size)  # all into the same pages, whose content nobody looks at
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    file = os.open(path, os.O_RDONLY | os.O_DIRECT)
    _call(_IO_SETUP, count, ctypes.byref(context))
    try:
        requests = [
            _Request(opcode=_PREAD, file=file, buffer=address, size=size, offset=offset)
            for offset in offsets
        ]
        pointers = (ctypes.c_void_p * count)(*(ctypes.addressof(request) for request in requests))
        events = (_Event * count)()
        if _call(_IO_SUBMIT, context, count, pointers) != count:
            raise OSError("the kernel did not take all requests")
        _call(_IO_GETEVENTS, context, count, count, events, None)
        if any(event.result != size for event in events):
            raise OSError(f"read {[event.result for event in events]} bytes of {size}")
    finally:
        _call(_IO_DESTROY, context)
        os.close(file)


def _call(number, *arguments):
    result = _libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
    return result
