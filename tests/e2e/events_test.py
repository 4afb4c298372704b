# SPDX-License-Identifier: Apache-2.0
"""Records of perf and ring buffers, queues and stacks: one for each call that a workload makes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from harness import children, outcome
from harness.cgroups import cgroup2_root
from harness.exporter import E2E, TEST_PROGRAMS, Exporter, wait_until
from harness.page import Page

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
# Makes a call every few milliseconds.
STEADY = """
import os, time
print(os.getpid(), flush=True)
while True:
    os.umask(0o22)
    time.sleep(0.005)
"""
BY_CGROUP = """
metrics:
  counters:
    - name: cgroup_events_total
      help: Calls of umask by cgroup
      perf_event_array: true
      labels: [{name: cgroup, size: 8, decoders: [{name: uint}, {name: cgroup}]}]
"""
# Without it the kernel does not tell of new cgroups, as before Linux 6.6; the tree is walked.
NO_SYS_ADMIN = ["setpriv", "--inh-caps=-sys_admin", "--bounding-set=-sys_admin"]
OBJECT = os.path.join(TEST_PROGRAMS, "events.bpf.o")


PINNED = """
object: pinned_events.bpf.o
metrics:
  counters:
    - name: {name}_events_total
      help: Records of a pinned map
      map: {map}
      perf_event_array: {perf}
      labels: [{{name: tgid, size: 4, decoders: [{{name: uint}}]}}]
"""


class Events(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def test_every_record_counts_once(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(E2E, "events.yaml"), folder)
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

    def test_a_cgroup_that_is_gone_before_the_snapshot_is_named(self):
        outcome.need_program("setpriv")
        root = cgroup2_root()
        outcome.need(root is not None, "a cgroup2 mount")
        tries = iter(range(10))
        enter = "import os; open('cgroup.procs', 'w').write(str(os.getpid()))"

        def named(exporter):
            time.sleep(1.1)  # the tree is walked at most once a second
            path = os.path.join(root, f"bpf_exporter_gone{next(tries)}_{os.getpid()}")
            os.mkdir(path)
            try:
                children.run([sys.executable, "-c", f"{enter}; os.umask(0o22)"], cwd=path)
                time.sleep(0.3)  # by now the record is read, unless the machine is very busy
            finally:
                os.rmdir(path)
            return exporter.page().has("ebpf_exporter_cgroup_events_total", cgroup=path)

        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "cgroup_events.yaml"), "w", encoding="ascii") as config:
                config.write(BY_CGROUP)
            shutil.copy(os.path.join(TEST_PROGRAMS, "cgroup_events.bpf.o"), folder)
            with Exporter(
                names="cgroup_events", config=folder, programs=folder, prefix=NO_SYS_ADMIN
            ) as exporter:
                wait_until(lambda: named(exporter), 10, "a cgroup that is gone is named")

    def test_lost_records_are_counted(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(E2E, "events.yaml"), folder)
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

    # A flush is part of a snapshot, which here is part of a scrape.
    def test_openmetrics_tells_since_when_a_counter_of_records_counts(self):
        name = "ebpf_exporter_perf_events"
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(E2E, "events.yaml"), encoding="utf-8") as file:
                text = file.read().replace("flush_interval: 1h", "flush_interval: 2s")
            with open(os.path.join(folder, "events.yaml"), "w", encoding="utf-8") as file:
                file.write(text)
            shutil.copy(OBJECT, folder)
            sender = children.start([sys.executable, "-c", STEADY], stdout=subprocess.PIPE, text=True)
            self.addCleanup(sender.stdout.close)
            self.addCleanup(children.stop, sender)
            tgid = sender.stdout.readline().strip()
            started = time.time()
            with Exporter(names="events", config=folder, programs=folder) as exporter:

                def scrape():
                    """(before, after, counted, since) of a scrape; the last two 0 if there is no such series."""
                    before = time.time()
                    _, _, body = exporter.get("/metrics", {"Accept": "application/openmetrics-text"})
                    after, page = time.time(), Page(body.decode())
                    found = [page.by_label(f"{name}_{what}", "tgid").get(tgid, 0) for what in ("total", "created")]
                    return before, after, *found

                def next_since(since):
                    """The scrapes until another time is told; the last one tells it."""
                    scrapes = [scrape()]
                    while scrapes[-1][3] in (0, since):
                        self.assertLess(time.time(), started + 60)
                        time.sleep(0.1)
                        scrapes.append(scrape())
                    return scrapes

                first = next_since(0)[-1]
                self.assertGreater(first[3], started)
                self.assertLess(first[3], first[1])
                scrapes = next_since(first[3])
                counted, since = scrapes[-1][2:]
                (flush,) = [one for one in scrapes if one[0] - 1e-5 <= since <= one[1]]
                self.assertEqual(0, flush[2], "the scrape that empties the table has no rows")
                self.assertLess(counted, max(one[2] for one in scrapes))

    def test_a_pinned_map_of_records_feeds_one_configuration(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(TEST_PROGRAMS, "pinned_events.bpf.o"), folder)
            for config, map_name in (("a", "perf"), ("b", "perf"), ("c", "queue"), ("d", "queue")):
                with open(f"{folder}/{config}.yaml", "w", encoding="utf-8") as file:
                    perf = "true" if map_name == "perf" else "false"
                    file.write(PINNED.format(name=config, map=f"pinned_{map_name}", perf=perf))
            pins = ["unshare", "--mount", "sh", "-c", 'mount -t bpf bpf /sys/fs/bpf; exec "$@"', "sh"]
            with Exporter(
                names="a,b,c,d", config=folder, programs=folder, prefix=pins
            ) as exporter:
                tgid = children.run([sys.executable, "-c", WORKLOAD]).stdout.strip()
                # Two programs are attached: those of the configurations that are up.
                counted = {"a": 2 * CALLS, "c": 2 * CALLS}

                def counts():
                    page = exporter.page()
                    names = {name: f"ebpf_exporter_{name}_events_total" for name in "abcd"}
                    found = {name: page.by_label(names[name], "tgid") for name in names}
                    return {name: rows[tgid] for name, rows in found.items() if tgid in rows}

                try:
                    wait_until(lambda: counts() == counted, 10, "every record is counted")
                except AssertionError:
                    print(exporter.page().by_label("ebpf_exporter_events_lost_total", "map"))
                    self.assertEqual(counted, counts())
                    raise
                up = exporter.page().by_label("ebpf_exporter_config_up", "config")
                self.assertEqual({"a": 1, "b": 0, "c": 1, "d": 0}, up)
                self.assertIn(
                    "config 'd': map 'pinned_queue' is pinned, and config 'c' counts its records "
                    "already",
                    exporter.log(),
                )


if __name__ == "__main__":
    outcome.main()
