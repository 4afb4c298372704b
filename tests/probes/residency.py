# SPDX-License-Identifier: Apache-2.0
"""How much of a file is in the page cache: mincore(2), as fincore(1) uses it."""

import ctypes
import mmap
import os

_libc = ctypes.CDLL(None, use_errno=True)


def pages(path):
    """The number of its pages that are."""
    size = os.path.getsize(path)
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), size) as mapped:
        first = (ctypes.c_char * size).from_buffer(mapped)
        present = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
        result = _libc.mincore(ctypes.byref(first), ctypes.c_size_t(size), present)
        del first  # or the mapping cannot be closed
        if result != 0:
            raise OSError(ctypes.get_errno(), "mincore")
        return sum(byte & 1 for byte in present)
