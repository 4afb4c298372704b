# SPDX-License-Identifier: Apache-2.0
"""cachestat: reads whose pages are known to be in the cache or not, and /proc/vmstat."""

import os
import random

import disks
import residency
from probe import PREFIX, ProbeTest

PAGE = 4096
PAGES = 400
COUNTERS = {
    name: f"{PREFIX}page_cache_{name}_total"
    for name in ("hits", "misses", "added_pages", "dirtied_pages", "unused_pages")
}


class PageCache(ProbeTest):
    def setUp(self):
        super().setUp()
        for program in ("read_ended", "pages_missing"):
            self.need_attached(program)
        self.disk = disks.of_guest("fast")
        if self.disk is None:
            self.skipTest("needs the disk of a guest")

    def grown(self, workload):
        """{counter: by how much it grew} in a guest, where nothing else reads files of a disk."""
        before = self.page()
        workload()
        after = self.page()
        return {key: after.value(name) - before.value(name) for key, name in COUNTERS.items()}

    def write(self, path):
        with open(path, "wb") as file:
            file.write(os.urandom(PAGES * PAGE))
            os.fsync(file.fileno())

    def test_hits_and_misses_of_single_pages(self):
        with disks.mounted(self.disk) as folder:
            path = os.path.join(folder, "data")
            self.write(path)
            disks.drop_page_cache(path)
            with open(path, "rb", buffering=0) as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)  # nothing ahead
                order = random.sample(range(PAGES), PAGES)
                there = order[: PAGES // 4]

                def read(numbers):
                    for number in numbers:
                        os.pread(file.fileno(), PAGE, number * PAGE)

                read(there)
                self.assertEqual(len(there), residency.pages(path))
                grown = self.grown(lambda: read(order))
        self.assertEqual(len(there), grown["hits"])
        self.assertEqual(PAGES - len(there), grown["misses"])
        # And a few that the file system has for itself.
        self.assertGreaterEqual(grown["added_pages"], PAGES - len(there))
        self.assertLessEqual(grown["added_pages"], PAGES - len(there) + 16)

    def test_a_read_of_many_pages_and_splice(self):
        with disks.mounted(self.disk) as folder:
            path = os.path.join(folder, "data")
            self.write(path)
            with open(path, "rb", buffering=0) as file:
                # From the middle of a page to the middle of another: 11 pages.
                whole = self.grown(lambda: os.pread(file.fileno(), 10 * PAGE, PAGE // 2))
                sent = self.grown(lambda: self.send(file, 8 * PAGE))
        self.assertEqual(11, whole["hits"])
        self.assertEqual(0, whole["misses"])
        self.assertEqual(8, sent["hits"])

    def send(self, file, size):
        out, into = os.pipe()
        try:
            os.splice(file.fileno(), into, size, offset_src=0)
        finally:
            os.close(out)
            os.close(into)

    def test_pages_that_nobody_read(self):
        with disks.mounted(self.disk) as folder:
            path = os.path.join(folder, "data")
            self.write(path)
            disks.drop_page_cache(path)

            def read_ahead_in_vain():
                with open(path, "rb", buffering=0) as file:
                    # Brings them in, and is told when they are no longer wanted.
                    os.posix_fadvise(file.fileno(), 0, 64 * PAGE, os.POSIX_FADV_WILLNEED)
                    os.pread(file.fileno(), 10 * PAGE, 0)
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

            grown = self.grown(read_ahead_in_vain)
            self.assertEqual(0, residency.pages(path))
        # A folio can have several pages, and counts whole where any of it was read.
        self.assertLessEqual(grown["unused_pages"], 54)
        self.assertGreaterEqual(grown["unused_pages"], 54 - 16)
        self.assertGreaterEqual(grown["added_pages"], 64)

    def test_dirtied_pages_are_those_of_vmstat(self):
        with disks.mounted(self.disk) as folder:
            path = os.path.join(folder, "data")
            before = disks.read_fields("/proc/vmstat")["nr_dirtied"]
            grown = self.grown(lambda: self.write(path))
            after = disks.read_fields("/proc/vmstat")["nr_dirtied"]
        self.assertGreaterEqual(grown["dirtied_pages"], PAGES)
        # A CPU keeps up to 125 of the kernel's counter to itself.
        self.assertLessEqual(
            abs(after - before - grown["dirtied_pages"]), 125 * os.cpu_count()
        )
