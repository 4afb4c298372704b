# SPDX-License-Identifier: Apache-2.0
"""Names of cgroups that live for a moment, as the systemd unit runs the exporter: as a user with few capabilities,
whom the kernel does not tell of new cgroups by itself."""

import os
import re
import shutil
import sys
import unittest

from harness import children, outcome
from harness.cgroups import cgroup2_root
from harness.exporter import ROOT, TEST_PROGRAMS, Exporter
from harness.unprivileged import AS_NOBODY, public_copy

CGROUPS = 1000
CONFIG = """
metrics:
  counters:
    - name: cgroup_events_total
      help: Calls of umask
      perf_event_array: true
      labels:
        - {name: cgroup, size: 8, decoders: [{name: uint}, {name: cgroup}]}
"""
# Makes a cgroup, calls umask(2) in it, and removes it; so many times.
WORKLOAD = """
import os, sys
top, count = sys.argv[1], int(sys.argv[2])
for number in range(count):
    path = f"{top}/{number}"
    os.mkdir(path)
    child = os.fork()
    if child == 0:
        with open(f"{path}/cgroup.procs", "w") as procs:
            procs.write("0")
        os.umask(0o22)
        os._exit(0)
    os.waitpid(child, 0)
    os.rmdir(path)
"""


def unit_capabilities():
    """Those of the systemd unit, as setpriv wants them."""
    path = os.path.join(ROOT, "deploy", "systemd", "bpf_exporter.service")
    with open(path, encoding="utf-8") as file:
        names = re.search(r"^AmbientCapabilities=(.*)$", file.read(), re.MULTILINE).group(1)
    few = ",".join(["-all", *(f"+{name[4:].lower()}" for name in names.split())])
    return [f"--inh-caps={few}", f"--ambient-caps={few}", f"--bounding-set={few}"]


class ShortLivedCgroups(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        outcome.need(cgroup2_root() is not None, "a cgroup2 mount")
        outcome.need_program("setpriv")
        self.top = f"{cgroup2_root()}/bpf_exporter_short_{os.getpid()}"
        os.mkdir(self.top)
        self.addCleanup(os.rmdir, self.top)

    def names(self, exporter):
        done = children.run([sys.executable, "-c", WORKLOAD, self.top, str(CGROUPS)], seconds=120)
        self.assertEqual(0, done.returncode, done.stderr)
        page = exporter.page()
        return page.by_label("ebpf_exporter_cgroup_events_total", "cgroup")

    def test_are_named_for_a_user_with_the_capabilities_of_the_unit(self):
        folder = public_copy(self)
        shutil.copy(f"{TEST_PROGRAMS}/cgroup_events.bpf.o", folder)
        with open(f"{folder}/cgroup_events.yaml", "w", encoding="utf-8") as file:
            file.write(CONFIG)
        options = {"config": folder, "programs": folder, "binary": f"{folder}/bpf_exporter"}
        prefix = [*AS_NOBODY, *unit_capabilities()]
        with Exporter(names="cgroup_events", prefix=prefix, **options) as exporter:
            found = self.names(exporter)
        expected = {f"{self.top}/{number}" for number in range(CGROUPS)}
        missing = expected - set(found)
        # Each is named as soon as it is there; a busy machine may read some too late.
        self.assertLessEqual(len(missing), CGROUPS // 1000, sorted(missing)[:5])
        self.assertTrue(all(found[name] == 1 for name in expected - missing))


if __name__ == "__main__":
    outcome.main()
