# SPDX-License-Identifier: Apache-2.0
"""biolatency: requests, bytes and times of a disk, against /proc/diskstats during direct I/O."""

import mmap
import os
import tempfile
import threading

import asynchronous
import disks
from harness.exporter import BUILD, wait_until
from probe import PREFIX, ProbeTest

BLOCK = 4096
OPERATIONS = {"read": 3, "write": 7}  # the fields of /proc/diskstats that begin with each
TICK_MS = 1


def kernel_counts(disk):
    """{operation: (requests, bytes, milliseconds)} that the kernel has counted for the disk."""
    with open("/proc/diskstats", encoding="ascii") as lines:
        fields = next(line.split() for line in lines if line.split()[2] == disk)
    return {
        operation: (int(fields[at]), 512 * int(fields[at + 2]), int(fields[at + 3]))
        for operation, at in OPERATIONS.items()
    }


def direct(path, flags, count, offset=0, stride=BLOCK):
    """Reads, or writes, `count` blocks of a file one after the other, past the page cache."""
    with mmap.mmap(-1, BLOCK) as block:  # begins at a page, as direct I/O wants
        file = os.open(path, flags | os.O_DIRECT)
        try:
            for number in range(count):
                call = os.preadv if flags == os.O_RDONLY else os.pwritev
                call(file, [block], offset + number * stride)
        finally:
            os.close(file)


class BlockIo(ProbeTest):
    def our_counts(self, disk):
        """The same of the probe, with the milliseconds in queue and device apart."""
        page = self.page()

        def value(name, operation):
            return page.value(PREFIX + name, device=disk, operation=operation)

        return {
            operation: (
                value("bio_device_seconds_count", operation),
                value("bio_size_bytes_sum", operation),
                1000 * value("bio_queue_seconds_sum", operation),
                1000 * value("bio_device_seconds_sum", operation),
            )
            for operation in OPERATIONS
        }

    def compare(self, disk, workload):
        """Runs the workload; what the probe counted must lie between what the kernel did, which is
        read before and after each page of ours since others may use the disk. Its times may be
        those of the best of three rounds: a host that takes the CPU away between the kernel's look
        at its clock and ours adds to one of them. Returns {operation: (requests, bytes, queue ms,
        device ms)} of ours."""
        for _ in range(3):
            grown, wrong = self.round(disk, workload)
            if not wrong:
                break
        self.assertEqual([], wrong)
        return grown

    def round(self, disk, workload):
        """What compare() returns, and what is wrong with the times."""
        most_before, before, least_before = self.between(disk)
        workload()
        most_after, after, least_after = self.between(disk)
        grown, wrong = {}, []
        for operation in OPERATIONS:
            ours = [new - old for new, old in zip(after[operation], before[operation])]
            least = [
                new - old for new, old in zip(most_after[operation], least_before[operation])
            ]
            most = [new - old for new, old in zip(least_after[operation], most_before[operation])]
            with self.subTest(operation=operation, ours=ours, least=least, most=most):
                for number in range(2):
                    self.assertGreaterEqual(ours[number], least[number])
                    self.assertLessEqual(ours[number], most[number])
            # The kernel looks at its clock a little later than we do, after its tracepoint.
            waited = ours[2] + ours[3]
            if not 0.9 * least[2] - ours[0] - TICK_MS <= waited <= most[2] + TICK_MS:
                wrong.append((operation, waited, least[2], most[2]))
            grown[operation] = ours
        return grown, wrong

    def between(self, disk):
        before = kernel_counts(disk)
        return before, self.our_counts(disk), kernel_counts(disk)

    def test_counts_what_diskstats_counts(self):
        disk = disks.of_guest("fast")
        if disk:
            self.compare_reads_and_writes(disk, f"/dev/{disk}")
            return
        with tempfile.NamedTemporaryFile(dir=BUILD) as file:
            disk = disks.below(file.name)
            if disk is None or not os.path.exists(f"/sys/block/{disk}/queue"):
                self.skipTest("the build tree is on no disk of its own")
            file.write(bytes(200 * BLOCK))
            file.flush()
            os.fsync(file.fileno())
            self.compare_reads_and_writes(disk, file.name)

    def compare_reads_and_writes(self, disk, path):
        def workload():
            direct(path, os.O_RDONLY, 100)
            direct(path, os.O_WRONLY, 50)

        grown = self.compare(disk, workload)
        self.assertGreaterEqual(grown["read"][0], 100)
        self.assertGreaterEqual(grown["write"][0], 50)

    def slow_disk(self):
        disk = disks.of_guest("slow")
        if disk is None:
            self.skipTest("needs the slow disk of a guest")
        return disk

    def test_time_in_the_queue_is_apart_from_that_in_the_device(self):
        # The disk lets 50 requests through in a second and takes 4 at a time: of 30 that come at once
        # the last waits most of its 600 ms in the queue, and 80 ms in the device.
        disk = self.slow_disk()
        disks.write_setting(f"/sys/block/{disk}/queue/scheduler", "mq-deadline")
        disks.write_setting(f"/sys/block/{disk}/queue/nr_requests", "64")

        def workload():
            asynchronous.read(f"/dev/{disk}", [number << 20 for number in range(30)], BLOCK)

        requests, _, queue, device = self.compare(disk, workload)["read"]
        self.assertEqual(30, requests)
        self.assertGreater(queue, device)
        self.assertGreater(device / requests, 1000 / 50)

    def test_requests_in_flight_are_those_that_the_kernel_counts(self):
        disk = self.slow_disk()
        labels = {"device": disk, "operation": "read"}
        self.assertEqual(0, self.value("bio_in_flight", **labels))
        threads = [
            threading.Thread(target=direct, args=(f"/dev/{disk}", os.O_RDONLY, 15, at << 20, 2 * BLOCK))
            for at in range(3)
        ]
        for thread in threads:
            thread.start()
        seen = []
        wait_until(
            lambda: seen.append(self.value("bio_in_flight", **labels)) or 3 in seen, 10, "3 in flight"
        )
        for thread in threads:
            thread.join(30)
        self.assertLessEqual(max(seen), 3)
        self.assertEqual(0, self.value("bio_in_flight", **labels))

    def test_errors_have_the_name_that_the_kernel_gives_them(self):
        disk = disks.of_guest("broken")
        if disk is None:
            self.skipTest("needs the broken disk of a guest")

        def workload():
            for _ in range(5):
                with self.assertRaises(OSError):
                    direct(f"/dev/{disk}", os.O_RDONLY, 1)

        errors = self.growth(
            workload, "bio_errors_total", device=disk, operation="read", error="I/O"
        )
        self.assertEqual(5, errors)
