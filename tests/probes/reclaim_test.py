# SPDX-License-Identifier: Apache-2.0
"""reclaim: direct reclaim, compaction, kswapd and shrinkers, against /proc/vmstat and the kernel's own
tracing, in a guest whose memory is made short."""

import os
import tempfile

import disks
import memory
from harness import children
from harness.exporter import BUILD
from probe import IN_GUEST, PREFIX, ProbeTest
from trace_events import TraceEvents, number

MEGABYTE = 1 << 20


def vmstat():
    """What the kernel has counted, in the words of the probe."""
    fields = disks.read_fields("/proc/vmstat")
    return {
        "scanned": fields["compact_migrate_scanned"],
        "kswapd": fields["pageoutrun"],
    }


class Reclaim(ProbeTest):
    def ours(self):
        page = self.page()
        return {
            "direct": page.value(PREFIX + "reclaim_seconds_count", kind="direct"),
            "pages": page.value(PREFIX + "reclaim_pages_total", kind="direct"),
            "compactions": sum(
                value for _, value in page.samples_of(PREFIX + "compaction_seconds_count")
            ),
            "scanned": page.value(PREFIX + "compaction_scanned_pages_total"),
            "kswapd": sum(value for _, value in page.samples_of(PREFIX + "kswapd_wakeups_total")),
        }

    def need_guest(self):
        if not (memory.available() and disks.of_guest("fast")):
            self.skipTest("needs a guest, whose memory may be made short")

    def test_direct_reclaim_compaction_and_kswapd(self):
        self.need_guest()
        events = ("vmscan/mm_vmscan_direct_reclaim_end", "compaction/mm_compaction_end")
        least_before, before, most_before = vmstat(), self.ours(), vmstat()
        with TraceEvents(*events) as trace:
            with disks.mounted(disks.of_guest("fast")) as folder:
                memory.want_more_than_there_is(folder)
            least_after, after, most_after = vmstat(), self.ours(), vmstat()
            trace.stop()
            seen = trace.lines()
        grown = {what: after[what] - before[what] for what in after}
        for what in most_after:
            with self.subTest(what=what):
                self.assertGreater(grown[what], 0)
                least = least_after[what] - most_before[what]
                # The kernel adds the up to 33 free pages that each search for a block to begin with
                # looks at (fast_find_migrateblock() of mm/compaction.c, since 5.1), of which no
                # tracepoint tells.
                least *= 0.8 if what == "scanned" else 1
                self.assertGreaterEqual(grown[what], least)
                self.assertLessEqual(grown[what], most_after[what] - least_before[what])
        reclaimed = [
            number("nr_reclaimed", text)
            for name, text in seen
            if name == "mm_vmscan_direct_reclaim_end"
        ]
        self.assertGreater(len(reclaimed), 0)
        self.assertEqual(len(reclaimed), grown["direct"])
        self.assertEqual(sum(reclaimed), grown["pages"])
        self.assertEqual(len(seen) - len(reclaimed), grown["compactions"])

    def test_reclaim_in_a_cgroup(self):
        if not (memory.available() or memory.version_1_root()):
            self.skipTest("needs the memory controller")
        count, pages = "reclaim_seconds_count", "reclaim_pages_total"
        with disks.folder_on_a_disk(BUILD) as folder, tempfile.NamedTemporaryFile(
            dir=folder
        ) as file:
            file.write(bytes(32 * MEGABYTE))
            file.flush()
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            with memory.limited("tight", 8 * MEGABYTE) as tight:
                line = f"echo $$ >{tight}/cgroup.procs; dd if={file.name} of=/dev/null bs=64k"
                before = self.page()
                with TraceEvents("vmscan/mm_vmscan_memcg_reclaim_end") as trace:
                    children.run(["sh", "-c", line], check=True)
                    trace.stop()
                    seen = trace.lines()
                after = self.page()
        grown = [
            after.value(PREFIX + name, kind="cgroup") - before.value(PREFIX + name, kind="cgroup")
            for name in (count, pages)
        ]
        kernels = [len(seen), sum(number("nr_reclaimed", text) for _, text in seen)]
        self.assertGreater(kernels[0], 0)
        if IN_GUEST:
            self.assertEqual(kernels, grown)
        for ours, theirs in zip(grown, kernels):
            self.assertGreaterEqual(ours, theirs)  # others were at their limits before and after

    def test_shrinkers_by_name(self):
        self.need_guest()
        before = self.page()
        with TraceEvents("vmscan/mm_shrink_slab_end") as trace:
            disks.write_setting("/proc/sys/vm/drop_caches", "2")
            trace.stop()
            seen = trace.lines()
        after = self.page()
        kernels = {}  # {function: times}
        for _, text in seen:
            function = text.split("+")[0]
            kernels[function] = kernels.get(function, 0) + 1
        name = PREFIX + "shrinker_seconds_count"
        grown = {
            labels["shrinker"]: value - before.value(name, **labels)
            for labels, value in after.samples_of(name)
            if value != before.value(name, **labels)
        }
        self.assertEqual(kernels, grown)
        self.assertIn("super_cache_scan", grown)
        objects = "shrinker_objects_total"
        freed = sum(value for _, value in after.samples_of(PREFIX + objects)) - sum(
            value for _, value in before.samples_of(PREFIX + objects)
        )
        self.assertEqual(
            sum(number("last shrinker return val", text) for _, text in seen), freed
        )
