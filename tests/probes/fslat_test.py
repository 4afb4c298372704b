# SPDX-License-Identifier: Apache-2.0
"""fslat: operations that the test counts, on a tmpfs and on an ext4 of its own."""

import contextlib
import os
import tempfile
import time

import disks
from harness import children
from probe import PREFIX, ProbeTest

NAME = PREFIX + "file_operation_seconds"
READS, VECTORS, WRITES, SYNCS = 50, 20, 30, 5


@contextlib.contextmanager
def tmpfs():
    folder = tempfile.mkdtemp()
    children.run(["mount", "-t", "tmpfs", "-o", "size=1m", "probe", folder], check=True)
    try:
        yield folder
    finally:
        children.run(["umount", folder], check=True)
        os.rmdir(folder)


def workload(folder):
    """Each kind of operation a known number of times; returns the seconds of the fsyncs."""
    path = os.path.join(folder, "data")
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    block = bytes(4096)
    for _ in range(WRITES):
        os.pwrite(file, block, 0)
    for _ in range(VECTORS):
        os.pwritev(file, [block, block], 0)
    for _ in range(READS):
        os.pread(file, 4096, 0)
    for _ in range(VECTORS):
        os.preadv(file, [bytearray(4096)], 0)
    took = 0
    for _ in range(SYNCS):
        os.pwrite(file, block, 0)
        began = time.monotonic()
        os.fsync(file)
        took += time.monotonic() - began
    os.close(file)
    for _ in range(READS):
        os.close(os.open(path, os.O_RDONLY))
    return took


COUNTS = {
    "read": READS + VECTORS,
    "write": WRITES + VECTORS + SYNCS,
    "open": READS + 1,
    "fsync": SYNCS,
}


class FileOperations(ProbeTest):
    def setUp(self):
        super().setUp()
        if disks.of_guest("slow") is None:
            self.skipTest("needs a guest, where nobody else uses these file systems")

    def counts(self, page, filesystem):
        return {
            operation: page.value(f"{NAME}_count", filesystem=filesystem, operation=operation)
            for operation in COUNTS
        }

    def compare(self, filesystem, folder):
        """Returns the seconds that the fsyncs took, ours and as their caller saw them."""
        before = self.page()
        took = workload(folder)
        after = self.page()
        old, new = self.counts(before, filesystem), self.counts(after, filesystem)
        self.assertEqual(COUNTS, {operation: new[operation] - old[operation] for operation in new})
        labels = {"filesystem": filesystem, "operation": "fsync"}
        return after.value(f"{NAME}_sum", **labels) - before.value(f"{NAME}_sum", **labels), took

    def test_counts_on_tmpfs(self):
        with tmpfs() as folder:
            self.compare("tmpfs", folder)

    def test_counts_and_times_on_ext4_of_a_slow_disk(self):
        with disks.mounted(disks.of_guest("slow")) as folder:
            ours, took = self.compare("ext4", folder)
        # The caller sees the system call around it. The disk lets 50 requests through in a second.
        self.assertLessEqual(ours, took)
        self.assertGreaterEqual(ours, 0.5 * took)

    def test_pipes_do_not_count(self):
        before = self.page().samples_of(f"{NAME}_count")
        out, into = os.pipe()
        os.write(into, b"x")
        os.read(out, 1)
        os.close(out)
        os.close(into)
        after = self.page().samples_of(f"{NAME}_count")
        self.assertNotIn("pipefs", {labels["filesystem"] for labels, _ in after})
        self.assertGreaterEqual(len(after), len(before))
