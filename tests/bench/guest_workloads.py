# SPDX-License-Identifier: Apache-2.0
"""What is measured in a guest, whose kernel has the kprobes and fentry that libbpf-tools need, and whose disks and memory may
be used up. Each workload gets a folder on a disk."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "probes"))

import memory  # noqa: E402
import workloads  # noqa: E402
from harness import children  # noqa: E402

BLOCK = 4096
MEGABYTE = 1 << 20


def cached_and_uncached_files(folder):
    """Files that are written, read from the disk and read again, in pieces of 4 and 64 KiB."""
    path = os.path.join(folder, "cached")
    for size in (BLOCK, 16 * BLOCK):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        for _ in range(MEGABYTE // size):
            os.write(descriptor, bytes(size))
        os.fsync(descriptor)
        for wanted in (False, True, True, True):
            if not wanted:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.lseek(descriptor, 0, os.SEEK_SET)
            while os.read(descriptor, size):
                pass
        os.close(descriptor)
        os.unlink(path)


def small_files(folder):
    """Files that are made, written, read and now and then synced."""
    path = os.path.join(folder, "small")
    for number in range(200):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        for _ in range(5):
            os.pwrite(descriptor, bytes(BLOCK), 0)
            os.pread(descriptor, BLOCK, 0)
        if number % 20 == 0:
            os.fsync(descriptor)
        os.close(descriptor)


def checks(_):
    for _ in range(2_000):
        os.chroot("/")  # asks for CAP_SYS_CHROOT


def hunger(folder):
    """Processes that outgrow their memory."""
    name = os.path.basename(folder)
    with memory.cgroup(name, memory_max=4 * MEGABYTE) as tight:
        for _ in range(10):
            line = f"echo $$ >{tight}/cgroup.procs; exec tail /dev/zero"
            done = children.run(["sh", "-c", line])
            if done.returncode >= 0:
                raise AssertionError(f"it was not killed: {done}")


def connections(_):
    workloads.connections()


def shortage(folder):
    memory.want_more_than_there_is(folder)


OF = {
    "cachestat": cached_and_uncached_files,
    "fslat": small_files,
    "oomkill": hunger,
    "reclaim": shortage,
    "security": checks,
    "tcpbacklog": connections,
    "tcpconn": connections,
    "tcprtt": connections,
}
