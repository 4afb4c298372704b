# SPDX-License-Identifier: Apache-2.0
"""oomkill: processes that outgrow the memory limit of their cgroup, against its memory.events and the
kernel's log."""

import os
import re
import signal

import disks
import memory
from harness import children
from probe import NOBODYS, PREFIX, ProbeTest

LIMIT = 16 << 20
KILLS = 2
# Grows by a page at a time, within the cgroup whose folder is its argument.
GLUTTON = r"""
echo $$ >"$1/cgroup.procs"
exec tail /dev/zero
"""


class OomKills(ProbeTest):
    def setUp(self):
        super().setUp()
        if not memory.available():
            self.skipTest("needs the memory controller of cgroup2")

    def die_of_hunger(self, folder):
        for _ in range(KILLS):
            done = children.run(["sh", "-c", GLUTTON, "sh", folder])
            self.assertEqual(-signal.SIGKILL, done.returncode, done.stderr)

    def test_counts_what_memory_events_and_the_log_count(self):
        with memory.cgroup(self.id().split(".")[-1], memory_max=LIMIT) as folder:
            name, labels = "oom_kills_total", {"cgroup": folder, **NOBODYS}
            self.assertEqual(0, self.value(name, **labels))
            children.run(["dmesg", "-c"], check=True)
            self.die_of_hunger(folder)
            killed = disks.read_fields(os.path.join(folder, "memory.events"))["oom_kill"]
            self.assertEqual(KILLS, killed)
            self.wait_for(killed, name, **labels)  # a new cgroup's name is known a little later
            page = self.page()
            self.assertEqual(killed, page.value(PREFIX + name, **labels))
            logged = logged_pages()
            for kind in ("anonymous", "file", "shared_memory"):
                with self.subTest(kind=kind):
                    ours = page.value(f"{PREFIX}oom_kill_pages_total", kind=kind, **labels)
                    # A CPU keeps up to 64 of a counter's pages to itself, which later kernels add
                    # for the log and we do not.
                    self.assertLessEqual(abs(ours - logged[kind]), KILLS * 64 * os.cpu_count())

    def test_badness_of_those_that_were_chosen(self):
        self.need_attached("victim_chosen")
        name = "oom_badness_pages"
        with memory.cgroup(self.id().split(".")[-1], memory_max=LIMIT) as folder:
            before = self.page()
            self.die_of_hunger(folder)
            after = self.page()
        count, total = (
            after.value(PREFIX + name + end, constraint="cgroup")
            - before.value(PREFIX + name + end, constraint="cgroup")
            for end in ("_count", "_sum")
        )
        self.assertEqual(KILLS, count)
        # The pages of the process and of its page tables, all but what its cgroup has beside it.
        self.assertLessEqual(total, KILLS * LIMIT / 4096 * 1.1)
        self.assertGreaterEqual(total, KILLS * LIMIT / 4096 * 0.7)


def logged_pages():
    """{kind: pages} of all processes that the kernel's log says were killed."""
    words = {"anonymous": "anon-rss", "file": "file-rss", "shared_memory": "shmem-rss"}
    log = children.run(["dmesg"], check=True).stdout
    lines = [line for line in log.splitlines() if "Killed process" in line]
    if len(lines) != KILLS:
        raise AssertionError(f"the log has {len(lines)} kills:\n{log}")
    return {
        kind: sum(int(re.search(rf"{word}:(\d+)kB", line).group(1)) // 4 for line in lines)
        for kind, word in words.items()
    }
