# SPDX-License-Identifier: Apache-2.0
"""pagefault: faults of a workload that is known page by page, and /proc/vmstat."""

import mmap
import os

import disks
import memory
from probe import ProbeTest

PAGE = mmap.PAGESIZE
PAGES = 2_000
MADV_PAGEOUT = 21  # since Linux 5.4


def fresh_memory():
    """Pages of its own that nothing has touched, and that stay small."""
    pages = mmap.mmap(-1, PAGES * PAGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(mmap.MADV_NOHUGEPAGE)
    return pages


def read_each(pages):
    return sum(pages[at] for at in range(0, len(pages), PAGE))


def write_each(pages):
    for at in range(0, len(pages), PAGE):
        pages[at] = 1


class PageFaults(ProbeTest):
    def faults(self):
        """{kind: faults of programs} and the number of all faults."""
        page = self.page()
        user = page.by_label("ebpf_exporter_page_faults_user_total", "kind")
        kernel = page.by_label("ebpf_exporter_page_faults_kernel_total", "kind")
        return user, sum(user.values()) + sum(kernel.values())

    def test_counts_what_vmstat_counts(self):
        before = self.bracketed()
        with fresh_memory() as pages:
            write_each(pages)
        after = self.bracketed()
        least = after[0] - before[2]
        most = after[2] - before[0]
        grown = after[1][1] - before[1][1]
        # Where one of ours is not in vmstat the fault had to be tried again or was no valid one;
        # the other way round the kernel brought in a page ahead of its use.
        self.assertGreaterEqual(grown, 0.97 * least)
        self.assertLessEqual(grown, 1.03 * most)

    def bracketed(self):
        """vmstat's faults, ours, and vmstat's after it."""
        before = disks.read_fields("/proc/vmstat")["pgfault"]
        return before, self.faults(), disks.read_fields("/proc/vmstat")["pgfault"]

    def test_kinds(self):
        # Others on the machine have faults too: a kind grows by the workload's at least. They would
        # have to be as many as the workload's to hide what is counted as another kind.
        with fresh_memory() as pages:
            for kind, touch in (("read", read_each), ("protection", write_each)):
                with self.subTest(kind=kind):
                    self.assert_grows(kind, lambda touch=touch: touch(pages))
        with fresh_memory() as pages:
            self.assert_grows("write", lambda: write_each(pages))

    def assert_grows(self, kind, workload):
        before = self.faults()[0]
        workload()
        after = self.faults()[0]
        self.assertGreaterEqual(after[kind] - before.get(kind, 0), PAGES)

    def guest_disk(self):
        for program in ("file_fault_ended", "swap_fault_ended"):
            self.need_attached(program)
        disk = disks.of_guest("fast")
        if disk is None:
            self.skipTest("needs the disk of a guest")
        return disk

    def major(self, source, workload):
        """By how much our major faults grow, and the kernel's, in a guest that does nothing else."""
        name = "page_fault_major_seconds_count"
        before = self.value(name, source=source), disks.read_fields("/proc/vmstat")["pgmajfault"]
        workload()
        after = self.value(name, source=source), disks.read_fields("/proc/vmstat")["pgmajfault"]
        return after[0] - before[0], after[1] - before[1]

    def test_major_faults_of_files(self):
        disk = self.guest_disk()
        with disks.mounted(disk) as folder:
            path = os.path.join(folder, "data")
            with open(path, "wb") as file:
                file.write(os.urandom(300 * PAGE))
            disks.drop_page_cache(path)
            with open(path, "rb") as file:
                with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as pages:
                    pages.madvise(mmap.MADV_RANDOM)  # each page is read when it is wanted
                    ours, theirs = self.major("file", lambda: read_each(pages))
        self.assertEqual(300, theirs)
        self.assertEqual(theirs, ours)

    def test_major_faults_of_swap(self):
        disk = self.guest_disk()
        with disks.swap(disk), memory.cgroup("small") as folder, fresh_memory() as pages:
            memory.write(folder, "cgroup.procs", os.getpid())
            write_each(pages)
            pages.madvise(MADV_PAGEOUT)
            # Written, but kept until memory is short.
            memory.write(folder, "memory.high", PAGE)
            memory.write(folder, "memory.high", "max")
            ours, theirs = self.major("swap", lambda: read_each(pages))
        self.assertGreater(theirs, PAGES / 2)
        self.assertEqual(theirs, ours)
