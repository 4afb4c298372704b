# SPDX-License-Identifier: Apache-2.0
"""cpuprofile: samples of a loop in a program and of one in the kernel, against the CPU time that
the kernel has of each."""

import os

from probe import ProbeTest
from tasks import Task, first_cpu

FREQUENCY = 49
SECONDS = 1
IN_USER = f"""
end = time.process_time() + {SECONDS}
while time.process_time() < end:
    for _ in range(10000): pass
"""
IN_KERNEL = f"""
end = time.process_time() + {SECONDS}
while time.process_time() < end: os.urandom(65536)
"""
# A timer that comes late under emulation is one sample where it should be two.
TAKEN = 0.7


def cpu_times():
    """{mode: seconds of all CPUs since boot}."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, idle, iowait, irq, softirq = map(int, next(stat).split()[1:8])
    ticks = {"user": user + nice, "kernel": system + irq + softirq, "idle": idle + iowait}
    return {mode: count / os.sysconf("SC_CLK_TCK") for mode, count in ticks.items()}


class Profile(ProbeTest):
    def run_loop(self, code):
        """(the task's (user, system) seconds, seconds by mode of all, pages before and after)."""
        with Task(code, first_cpu()) as task:
            times, before = cpu_times(), self.page()
            own = self.own_times(task)
            task.go()
            task.finish()
            own = [now - then for now, then in zip(self.own_times(task), own)]
            after = self.page()
        times = {mode: now - times[mode] for mode, now in cpu_times().items()}
        return own, times, before, after

    def own_times(self, task):
        with open(f"/proc/{task.pid}/stat", encoding="utf-8") as file:
            ticks = file.read().rsplit(")", 1)[1].split()[11:13]
        return [int(count) / os.sysconf("SC_CLK_TCK") for count in ticks]

    def grown(self, before, after, name, label):
        name = f"ebpf_exporter_cpuprofile_{name}_total"
        old = before.by_label(name, label)
        return {key: value - old.get(key, 0) for key, value in after.by_label(name, label).items()}

    def assert_samples(self, mode, own, times, samples):
        print(f"{own} s of {times}: {samples}")
        self.assertGreaterEqual(samples[mode], TAKEN * FREQUENCY * own)
        # That of others is from ticks, of which an emulated machine misses some.
        self.assertLessEqual(samples[mode], 1.2 * FREQUENCY * (times[mode] + own) + 20)

    def test_a_loop_of_a_program_is_user_time(self):
        own, times, before, after = self.run_loop(IN_USER)
        samples = self.grown(before, after, "samples", "mode")
        self.assert_samples("user", own[0], times, samples)

    def test_a_loop_in_the_kernel_is_time_of_its_function(self):
        own, times, before, after = self.run_loop(IN_KERNEL)
        samples = self.grown(before, after, "samples", "mode")
        self.assert_samples("kernel", own[1], times, samples)
        self.need_attached("cpuprofile_function")
        functions = self.grown(before, after, "kernel_samples", "function")
        chacha = sum(count for name, count in functions.items() if "chacha" in name)
        print({name: count for name, count in functions.items() if count > 2})
        self.assertGreaterEqual(chacha, 0.5 * TAKEN * FREQUENCY * own[1])
        self.assertEqual(0, after.value("ebpf_exporter_cpuprofile_dropped_total"))
