# SPDX-License-Identifier: Apache-2.0
"""kernel_health: warnings that a test writes, timers that it arms and the kernel traces, and the
memory that the programs of another exporter take."""

import contextlib
import socket
import struct
import time

from harness.exporter import Exporter
from harness.kernel_objects import bpftool
import probe
from probe import ProbeTest
from trace_events import TraceEvents

TIMES = 200
WARNINGS = {  # as the kernel words them
    "rcu_stall": "rcu: INFO: rcu_preempt self-detected stall on CPU",
    "soft_lockup": "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [nobody:1]",
    "hard_lockup": "watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 1",
    "hung_task": "INFO: task nobody:1 blocked for more than 120 seconds.",
    "workqueue_lockup": "BUG: workqueue lockup - pool cpus=1 node=0 stuck for 30s!",
    "other_bug": "BUG: scheduling while atomic: nobody/1/0x00000002",
    "other_warning": "WARNING: CPU: 1 PID: 1 at nothing.c:1 nothing+0x0/0x0",
}
HARMLESS = "all is well: no BUG, no WARNING, blocked for a moment"
PAGE = 4096


def sleep():
    for _ in range(TIMES):
        time.sleep(0.0001)


def wait_for_nothing():
    """On a socket with a timeout, for which the kernel arms a timer of jiffies."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nobody:
        nobody.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 1000))
        for _ in range(TIMES // 10):
            with contextlib.suppress(BlockingIOError):
                nobody.recv(1)


class KernelHealth(ProbeTest):
    def test_counts_warnings_of_the_log_by_kind(self):
        before = self.page()
        with open("/dev/kmsg", "w", encoding="ascii") as log:
            for text in (HARMLESS, *WARNINGS.values()):
                log.write(f"<3>test, not so: {text}\n")
                log.flush()
        name = "kernel_health_warnings_total"
        for warning in WARNINGS:
            grown = before.value(f"ebpf_exporter_{name}", warning=warning) + 1
            self.wait_for(grown, name, warning=warning)
            self.assertEqual(grown, self.value(name, warning=warning), warning)

    def armed(self, page):
        """{(clock, handler): timers}."""
        samples = page.samples_of("ebpf_exporter_kernel_health_timers_armed_total")
        return {(labels["clock"], labels["handler"]): value for labels, value in samples}

    def test_counts_timers_by_handler(self):
        with TraceEvents("timer/timer_start", "timer/hrtimer_start") as trace:
            before = self.armed(self.page())
            sleep()
            wait_for_nothing()
            page = self.page()
            trace.stop()
            lines = trace.lines()
        after = self.armed(page)
        for handler, least in (
            (("high_resolution", "hrtimer_wakeup"), TIMES),
            (("jiffies", "process_timeout"), TIMES / 10),
        ):
            self.assertGreaterEqual(after[handler] - before.get(handler, 0), least)
        # The trace began before the first page and ended after the second.
        for clock, event in (("jiffies", "timer_start"), ("high_resolution", "hrtimer_start")):
            traced = sum(name == event for name, _ in lines)
            # All handlers together, as one may have had no name on the first page.
            then, now = (
                sum(value for (of, _), value in armed.items() if of == clock)
                for armed in (before, after)
            )
            counted = now - then
            self.assertGreater(counted, 0.5 * traced, clock)
            if probe.IN_GUEST:  # the trace of a busy machine loses events
                self.assertLessEqual(counted, traced, clock)
        self.assertEqual(0, self.value("kernel_health_dropped_total"))

    def test_tells_the_memory_of_compiled_programs(self):
        name = "kernel_health_bpf_jit_bytes"
        self.need_attached("khealth_second")
        with open("/proc/sys/net/core/bpf_jit_limit", encoding="ascii") as limit:
            self.wait_for(int(limit.read()), "kernel_health_bpf_jit_limit_bytes")
        known = {program["id"] for program in bpftool("prog", "show")}
        before = self.value(name)
        with Exporter(names="softirq,syscalls"):
            more = [one for one in bpftool("prog", "show") if one["id"] not in known]
            least = sum(program["bytes_jited"] for program in more)
            self.wait_for(before + least, name)
            grown = self.value(name) - before
        # Each is rounded up, to whole pages on older kernels, and so is what calls it.
        most = least + len(more) * 3 * PAGE
        print(f"{len(more)} programs of {least} bytes: {grown:.0f}")
        self.assertLessEqual(grown, most)
