# SPDX-License-Identifier: Apache-2.0
"""cgroup_sched: the waits of a cgroup's tasks as each task's schedstat has them, and the throttling
that its cpu.stat tells."""

import contextlib
import os

from harness.cgroups import cgroup2_root
from harness.exporter import wait_until
from probe import IN_GUEST, NOBODYS, PREFIX, ProbeTest
from tasks import Task, first_cpu, switches_of_init

SECONDS = 0.3
BUSY = f"""
end = time.process_time() + {SECONDS}
while time.process_time() < end: pass
"""
QUOTA = "10000 50000"  # µs of each CPU in µs
# A host that takes the CPU away from a virtual machine between the kernel's look at its clock and ours lets the times
# differ by as much; the numbers never do.
ROUNDS = 3
SLACK = 0.001  # seconds of a time that the kernel takes a little before or after


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


class Cgroups(ProbeTest):
    def setUp(self):
        super().setUp()
        self.root = cgroup2_root()
        self.cgroup = f"{self.root}/probe_test_{os.getpid()}"

    @contextlib.contextmanager
    def tasks_in_cgroup(self, number):
        os.mkdir(self.cgroup)
        try:
            with contextlib.ExitStack() as stack:
                tasks = [stack.enter_context(Task(BUSY, first_cpu())) for _ in range(number)]
                for task in tasks:
                    write(f"{self.cgroup}/cgroup.procs", str(task.pid))
                yield tasks
        finally:
            wait_until(self.remove, 10, f"{self.cgroup} is empty")

    def remove(self):
        try:
            os.rmdir(self.cgroup)
        except OSError:
            return False
        return True

    def shown(self, name):
        """(count, sum) of the cgroup."""
        page = self.page()
        return tuple(
            page.value(
                f"{PREFIX}cgroup_sched_{name}_seconds_{part}", cgroup=self.cgroup, **NOBODYS
            )
            for part in ("count", "sum")
        )

    def waits(self):
        """What the tasks of a cgroup waited: (times and seconds as their schedstat has them, and as
        counted; switches of init meanwhile)."""
        with self.tasks_in_cgroup(3) as tasks:
            unheard = switches_of_init()
            (count, total), known = self.shown("wait"), [task.schedstat() for task in tasks]
            for task in tasks:
                task.go()
            for task in tasks:
                task.finish()
            counted, waited = self.shown("wait")
            known = [
                now - then
                for task, before in zip(tasks, known)
                for now, then in zip(task.schedstat(), before)
            ]
            unheard = 0 if IN_GUEST else switches_of_init() - unheard
        return sum(known[2::3]), sum(known[1::3]) / 1e9, counted - count, waited - total, unheard

    def test_waits_are_those_of_the_tasks(self):
        close = False
        for _ in range(ROUNDS):
            waits, seconds, counted, waited, unheard = self.waits()
            print(
                f"known {waits} waits of {seconds:.3f} s, counted {counted:.0f} of {waited:.3f} s; "
                f"init left a CPU {unheard} times"
            )
            lost = waits - counted  # waits that ended when a thread of init left the CPU
            self.assertGreaterEqual(lost, 0)
            self.assertLessEqual(lost, unheard)
            self.assertEqual(0, self.value("cgroup_sched_dropped_total"))
            self.assertGreater(seconds, SECONDS)
            slack = 0.01 * seconds + waits * 20e-6 + (0.02 * seconds if lost else 0)
            if close := abs(waited - seconds) <= slack:
                break
        self.assertTrue(close, "seconds differ in each round")

    def test_throttling_is_that_of_cpu_stat(self):
        self.need_attached("cgsched_throttle")
        write(f"{self.root}/cgroup.subtree_control", "+cpu")
        self.addCleanup(write, f"{self.root}/cgroup.subtree_control", "-cpu")
        with self.tasks_in_cgroup(1) as (task,):
            write(f"{self.cgroup}/cpu.max", QUOTA)
            task.go()
            task.finish()
            write(f"{self.cgroup}/cpu.max", "max 50000")
            times, seconds = self.shown("throttled")
            with open(f"{self.cgroup}/cpu.stat", encoding="ascii") as file:
                stat = {name: int(value) for name, value in map(str.split, file)}
        throttled = stat["throttled_usec"] / 1e6
        print(f"cpu.stat: {stat['nr_throttled']} periods, {throttled} s; ours {times}, {seconds} s")
        self.assertGreater(throttled, SECONDS)
        # A time may last for several periods, each of which counts there when it ends; that of the
        # last throttling had not.
        self.assertLessEqual(times, stat["nr_throttled"] + 1)
        self.assertLessEqual(abs(seconds - throttled), 0.02 * throttled + SLACK * times)
