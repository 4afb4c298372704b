# SPDX-License-Identifier: Apache-2.0
"""pygc: collections as the interpreter counts them itself."""

import gc
import json
import subprocess

import probe
from harness import children
from probe import ProbeTest

# Makes cycles, which only the collector frees, and prints what gc.get_stats() grew by meanwhile.
PROGRAM = """
import gc, json
gc.collect()
before = gc.get_stats()
for i in range(60_000):
    ring = []
    ring.append(ring)
del ring
for generation in (0, 1, 2, 2):
    gc.collect(generation)
after = gc.get_stats()
print(json.dumps([{name: late[name] - early[name] for name in late}
                  for early, late in zip(before, after)]), flush=True)
"""
# Collections and objects of an interpreter's start and end, by far.
AROUND = 50, 20_000


class Collections(ProbeTest):
    def setUp(self):
        super().setUp()
        gc.disable()  # the test is a program in Python, too
        self.addCleanup(gc.enable)

    def by_generation(self, name):
        return self.page().by_label(f"ebpf_exporter_{name}", "generation")

    def test_counts_what_the_interpreter_counts(self):
        names = ("python_gc_pause_seconds_count", "python_gc_collected_objects_total")
        before = [self.by_generation(name) for name in names]
        process = children.start(
            ["/usr/bin/python3", "-c", PROGRAM], stdout=subprocess.PIPE, text=True
        )
        own = json.loads(process.communicate(timeout=60)[0])
        after = [self.by_generation(name) for name in names]
        print("the interpreter's own counts:", own)
        for generation, counts in enumerate(own):
            key = str(generation)
            grown = [late[key] - early.get(key, 0) for early, late in zip(before, after)]
            for ours, its, around in zip(grown, (counts["collections"], counts["collected"]), AROUND):
                self.assertGreaterEqual(ours, its)
                if probe.IN_GUEST:  # elsewhere other programs in Python may run
                    self.assertLessEqual(ours, its + around)
        self.assertGreater(own[0]["collected"], 30_000)
