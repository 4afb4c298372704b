# SPDX-License-Identifier: Apache-2.0
"""Names of cgroups where the exporter does not see all: of those that live for a moment, as the systemd unit runs it, as
a user with few capabilities whom the kernel does not tell of new cgroups by itself; and in a container."""

import os
import re
import shutil
import sys
import tempfile
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


# Runs the rest of the line in the cgroup $0, as a container's runtime does: in a cgroup namespace, of which $1 shows.
IN_CONTAINER = """
echo $$ >"$0/cgroup.procs"
exec unshare --cgroup --mount sh -c 'umount -l "$0" && mount -t cgroup2 none "$0" && exec "$@"' "$@"
"""


class Containers(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        self.root = cgroup2_root()
        outcome.need(self.root is not None, "a cgroup2 mount")
        outcome.need_program("unshare")
        self.top = f"{self.root}/bpf_exporter_container_{os.getpid()}"
        os.mkdir(self.top)
        self.addCleanup(os.rmdir, self.top)
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        shutil.copy(f"{TEST_PROGRAMS}/cgroup_events.bpf.o", self.folder)
        with open(f"{self.folder}/cgroup_events.yaml", "w", encoding="utf-8") as file:
            file.write(CONFIG)

    def log_of(self, prefix):
        options = {"names": "cgroup_events", "config": self.folder, "programs": self.folder}
        with Exporter(prefix=prefix, **options) as exporter:
            exporter.page()
            return [line for line in exporter.log().splitlines() if "cgroups:" in line]

    def test_one_warning_says_which_mount_is_missing(self):
        lines = self.log_of(["sh", "-c", IN_CONTAINER, self.top, self.root])
        self.assertEqual(1, len(lines), lines)
        self.assertTrue(
            lines[0].endswith(
                f"cgroups: '{self.root}' shows one cgroup and what is below it, as in a container: the one is taken for "
                "the root, and all others stay unknown; mount the host's over it, read-only"
            ),
            lines[0],
        )

    def test_the_host_s_own_tree_is_no_reason_to_warn(self):
        self.assertEqual([], self.log_of([]))


if __name__ == "__main__":
    outcome.main()
