# SPDX-License-Identifier: Apache-2.0
"""Cgroups with the memory controller, for the tests of probes."""

import contextlib
import os

import disks
from harness import cgroups, children
from harness.exporter import wait_until


def available():
    """Whether the tree of cgroup2 has the memory controller, as in a guest."""
    root = cgroups.cgroup2_root()
    if root is None:
        return False
    with open(os.path.join(root, "cgroup.controllers"), encoding="ascii") as file:
        return "memory" in file.read().split()


@contextlib.contextmanager
def cgroup(name, **settings):
    """The folder of a new cgroup, with files such as memory_max set; it is removed at the end of
    the `with` block, when what ran in it has ended or is this process."""
    root = cgroups.cgroup2_root()
    write(root, "cgroup.subtree_control", "+memory")
    files = {key.replace("_", ".", 1): value for key, value in settings.items()}
    with _made(root, name, files) as folder:
        yield folder


@contextlib.contextmanager
def limited(name, size):
    """A cgroup with that limit, of cgroup2 or, where the memory controller is there, version 1."""
    if available():
        with cgroup(name, memory_max=size) as folder:
            yield folder
    else:
        with _made(version_1_root(), name, {"memory.limit_in_bytes": size}) as folder:
            yield folder


def want_more_than_there_is(folder):
    """In a guest, has the kernel reclaim and compact memory, with a file on a disk in the folder:
    huge pages until there is no more memory to put together. It reclaims what page cache there
    is, wakes kswapd, and is then content with those it got."""
    path = os.path.join(folder, "data")
    children.run(["dd", "if=/dev/zero", f"of={path}", "bs=1M", "count=48"], check=True)
    os.sync()
    try:
        disks.write_setting("/proc/sys/vm/nr_hugepages", "600")
    finally:
        disks.write_setting("/proc/sys/vm/nr_hugepages", "0")
    disks.write_setting("/proc/sys/vm/compact_memory", "1")


def version_1_root():
    """Where version 1 of the memory controller is mounted, or None."""
    with open("/proc/mounts", encoding="utf-8") as mounts:
        fields = [line.split() for line in mounts]
    return next(
        (field[1] for field in fields if field[2] == "cgroup" and "memory" in field[3].split(",")),
        None,
    )


@contextlib.contextmanager
def _made(root, name, settings):
    folder = os.path.join(root, name)
    os.mkdir(folder)
    try:
        for setting, value in settings.items():
            write(folder, setting, value)
        yield folder
    finally:
        write(root, "cgroup.procs", os.getpid())
        wait_until(lambda: _removed(folder), 10, f"{folder} is removed")


def write(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="ascii") as file:
        file.write(str(value))


def _removed(folder):
    try:
        os.rmdir(folder)
    except OSError:  # its last process is still on its way out
        return False
    return True
