# SPDX-License-Identifier: Apache-2.0
"""Disks for the tests of probes: those that tests/vm/run gives a guest, and file systems on them."""

import contextlib
import glob
import os
import tempfile

from harness import children


def of_guest(serial):
    """The name of the guest's disk with that serial number, such as vda; None where there is none."""
    for path in glob.glob("/sys/block/*/serial"):
        with open(path, encoding="ascii") as file:
            if file.read().strip() == serial:
                return path.split("/")[3]
    return None


def below(path):
    """The name of the disk that has a file; None if its file system is on no single one."""
    number = os.stat(path).st_dev
    link = f"/sys/dev/block/{os.major(number)}:{os.minor(number)}"
    return os.path.basename(os.path.realpath(link)) if os.path.exists(link) else None


@contextlib.contextmanager
def mounted(disk, options="noatime"):
    """A folder where a new ext4 on the disk is mounted, until the end of the `with` block."""
    done = children.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0", f"/dev/{disk}"])
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    folder = tempfile.mkdtemp()
    try:
        children.run(["mount", "-t", "ext4", "-o", options, f"/dev/{disk}", folder], check=True)
        try:
            yield folder
        finally:
            children.run(["umount", folder], check=True)
    finally:
        os.rmdir(folder)


@contextlib.contextmanager
def folder_on_a_disk(otherwise):
    """A folder on the guest's disk until the end of the `with` block; on a machine, `otherwise`."""
    disk = of_guest("fast")
    if disk is None:
        yield otherwise
        return
    with mounted(disk) as folder:
        yield folder


@contextlib.contextmanager
def swap(disk):
    """Swaps to the disk until the end of the `with` block, one page at a time."""
    read_ahead = "/proc/sys/vm/page-cluster"
    with open(read_ahead, encoding="ascii") as file:
        before = file.read()
    children.run(["mkswap", f"/dev/{disk}"], check=True)
    children.run(["swapon", f"/dev/{disk}"], check=True)
    try:
        write_setting(read_ahead, "0")
        yield
    finally:
        children.run(["swapoff", f"/dev/{disk}"], check=True)
        write_setting(read_ahead, before)


def write_setting(path, text):
    """Writes a file of /proc or /sys."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def read_fields(path):
    """{name: number} of a file whose lines are a name and a number, such as /proc/vmstat."""
    with open(path, encoding="ascii") as file:
        return {name: int(number) for name, number in (line.split()[:2] for line in file)}


def drop_page_cache(path):
    """Puts out the pages of a file, and those of all files that are not in use. The advice also has
    the kernel look for pages that a CPU has not handed on yet, of which drop_caches leaves 14."""
    os.sync()
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    write_setting("/proc/sys/vm/drop_caches", "1")
