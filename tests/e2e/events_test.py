"""Records of perf and ring buffers, queues and stacks: one for each call that a workload makes."""

import os
import shutil
import signal
import sys
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import ROOT, Exporter, wait_until

CALLS = 5000
# Sends its name for itself and its number, then makes exactly so many calls, on one CPU: a perf
# buffer is a CPU's, and tells what it lost with the next record of that CPU.
WORKLOAD = f"""
import os
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
with open("/proc/self/comm", "w") as comm:
    comm.write("sender")
print(os.getpid(), flush=True)
for _ in range({CALLS}):
    os.umask(0o22)
"""
OBJECTS = os.environ.get(
    "BPF_EXPORTER_TEST_OBJECTS", os.path.join(ROOT, "build", "dev", "tests", "data")
)
OBJECT = os.path.join(OBJECTS, "events.bpf.o")


class Events(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def test_every_record_counts_once(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(ROOT, "tests", "data", "events.yaml"), folder)
            shutil.copy(OBJECT, folder)
            with Exporter(names="events", config=folder, programs=folder) as exporter:
                done = children.run([sys.executable, "-c", WORKLOAD])
                tgid = done.stdout.strip()
                full = {"tgid": tgid, "call": "umask", "comm": "sender"}
                short = {"tgid": tgid, "comm": "sender"}

                def counts(page):
                    return {
                        "perf": page.value("ebpf_exporter_perf_events_total", **full),
                        "ring": page.value("ebpf_exporter_ring_events_total", **full),
                        "queue": page.value("ebpf_exporter_queue_events_total", **short),
                        "stack": page.value("ebpf_exporter_stack_events_total", **short),
                    }

                expected = dict.fromkeys(("perf", "ring", "queue", "stack"), CALLS)
                # The reading thread is woken for the buffers, but may come after the first scrape.
                wait_until(lambda: counts(exporter.page()) == expected, 10, f"{CALLS} records each")
                page = exporter.page()
                self.assertEqual(expected, counts(page))
                for reason in ("buffer_full", "too_short", "over_limit"):
                    for map_name in ("perf_events_total", "ring_events_total"):
                        name = "ebpf_exporter_events_lost_total"
                        labels = {"config": "events", "map": map_name, "reason": reason}
                        self.assertTrue(page.has(name, **labels), labels)
                        self.assertEqual(0, page.value(name, **labels), labels)

    def test_lost_records_are_counted(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(ROOT, "tests", "data", "events.yaml"), folder)
            shutil.copy(OBJECT, folder)
            flags = ["--events.buffer-pages=1"]
            with Exporter(*flags, names="events", config=folder, programs=folder) as exporter:
                exporter.process.send_signal(signal.SIGSTOP)
                tgid = children.run([sys.executable, "-c", WORKLOAD]).stdout.strip()
                exporter.process.send_signal(signal.SIGCONT)
                full = {"tgid": tgid, "call": "umask", "comm": "sender"}
                lost = {"config": "events", "map": "perf_events_total", "reason": "buffer_full"}

                def accounted():
                    page = exporter.page()
                    counted = page.value("ebpf_exporter_perf_events_total", **full)
                    return counted, page.value("ebpf_exporter_events_lost_total", **lost)

                # What a full buffer lost is told with the next record that fits.
                children.run([sys.executable, "-c", WORKLOAD])
                wait_until(lambda: sum(accounted()) >= CALLS, 10, "losses are counted")
                counted, missing = accounted()
                self.assertLess(counted, CALLS)
                self.assertGreater(missing, 0)


if __name__ == "__main__":
    outcome.main()
