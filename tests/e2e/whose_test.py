# SPDX-License-Identifier: Apache-2.0
"""Constants that a configuration sets, and labels that say whose a cgroup is: of cgroups that are named as kubelet,
container runtimes and systemd do it, and of containers that runc runs in such."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness import children, outcome
from harness.cgroups import cgroup2_root
from harness.exporter import CONFIG, E2E, TEST_PROGRAMS, Exporter
from harness.kernel_objects import bpftool, held_by

SWITCHES = os.path.join(E2E, "workloads", "switches.py")
CALLS = 300
WORKLOAD = f"""
import os, sys
print("started", flush=True)
sys.stdin.readline()
for _ in range({CALLS}):
    os.umask(0o22)
"""
PROCESSES = "echo started; read go; for i in 1 2 3 4 5; do sh -c 'exit 7'; done; exit 0"
POD = "5f1a2b3c-0d4e-4f60-8a7b-9c8d7e6f5a4b"
P_O_D = POD.replace("-", "_")
ID = f"{os.getpid():064x}"
OTHER = f"{os.getpid():x}".rjust(64, "a")
SLICE = f"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{P_O_D}.slice"
# As bpftool shows what it does not show as JSON has it.
SHOWN = {"ports": [80, 443, 0]}
CALLS_TOTAL = "ebpf_exporter_calls_total"
# Below the root of the tree: what its name says of it.
NAMED = {
    f"{SLICE}/cri-containerd-{ID}.scope": (f"cri-containerd-{ID}.scope", ID, POD, "burstable"),
    f"{SLICE}/crio-conmon-{ID}.scope": (f"crio-conmon-{ID}.scope", "", POD, "burstable"),
    f"kubepods/pod{POD}/{ID}": ("", ID, POD, "guaranteed"),
    f"system.slice/bpf_exporter-{os.getpid()}.service": (f"bpf_exporter-{os.getpid()}.service", "", "", ""),
    f"docker/{ID}/kubepods/besteffort/pod{POD}/{OTHER}": ("", OTHER, POD, "besteffort"),
}


class Cgroups:
    """Cgroups below the root of cgroup2, with those above them, and all that a runtime makes of them in other trees;
    those that were not there before go at the end."""

    def __init__(self, test):
        self.root = cgroup2_root()
        self.trees = {self.root}
        with open("/proc/mounts", encoding="utf-8") as mounts:
            self.trees |= {line.split()[1] for line in mounts if line.split()[2] == "cgroup"}
        self.wanted = set()
        test.addCleanup(self.remove)

    def announce(self, name):
        """Its folder, which somebody else makes."""
        parts = name.split("/")
        for tree in self.trees:
            for depth in range(1, len(parts) + 1):
                path = os.path.join(tree, *parts[:depth])
                if not os.path.exists(path):
                    self.wanted.add(path)
        return os.path.join(self.root, name)

    def make(self, name):
        path = self.announce(name)
        os.makedirs(path, exist_ok=True)
        return path

    def remove(self):
        for path in sorted(self.wanted, key=len, reverse=True):
            if os.path.isdir(path):
                os.rmdir(path)


def run_in(cgroup, command, line="go\n"):
    """What the command, which waits for a line, says in the cgroup."""
    process = children.start(command, stdin=children.PIPE, stdout=children.PIPE, text=True)
    try:
        process.stdout.readline()
        with open(os.path.join(cgroup, "cgroup.procs"), "w", encoding="ascii") as procs:
            procs.write(str(process.pid))
        return process.communicate(line, timeout=60)[0]
    finally:
        children.stop(process)


def maps_of(exporter):
    """{name: the kernel's number} of its maps."""
    numbers = [number for kind, number in held_by(exporter.process.pid) if kind == "map"]
    return {bpftool("map", "show", "id", number)["name"]: number for number in numbers}


def call_in(cgroup):
    run_in(cgroup, [sys.executable, "-c", WORKLOAD])


class Whose(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        outcome.need_root()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        shutil.copy(os.path.join(TEST_PROGRAMS, "constants.bpf.o"), self.folder)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def exporter(self, old="", new="", **options):
        with open(os.path.join(E2E, "whose.yaml"), encoding="utf-8") as file:
            self.write("whose.yaml", file.read().replace(old, new))
        return Exporter(names="whose", config=self.folder, programs=self.folder, **options)

    def cgroups(self):
        outcome.need(cgroup2_root() is not None, "a cgroup2 mount")
        return Cgroups(self)

    def owners(self, page, paths):
        """{cgroup: (unit, container_id, pod_uid, qos)} of the series of those cgroups."""
        parts = ("unit", "container_id", "pod_uid", "qos")
        return {
            labels["cgroup"]: tuple(labels.get(part, "") for part in parts)
            for labels in page.labels_of(CALLS_TOTAL)
            if labels["cgroup"] in paths
        }

    def test_the_kernel_has_the_constants_that_the_configuration_sets(self):
        outcome.need_program("bpftool")
        constants = {
            "enabled": True,
            "disabled": False,
            "tiny": 255,
            "small": -300,
            "middle": 4000000000,
            "deep": -5000000000,
            "wide": 18446744073709551615,
            "mode": "FAST",
            "comm": "nginx",
            "ports": [80, 443],
        }
        lines = [f"  {name}: {json.dumps(value)}" for name, value in constants.items()]
        with self.exporter("  by_cgroup: true\n  tiny: 7", "\n".join(lines)) as exporter:
            sections = [
                bpftool("map", "dump", "id", number)
                for name, number in maps_of(exporter).items()
                if name.endswith(".rodata")
            ]
            page = exporter.get("/")[2].decode()
        self.assertEqual(1, len(sections))
        variables = sections[0][0]["formatted"]["value"][".rodata"]
        seen = {name: value for variable in variables for name, value in variable.items()}
        for name, value in constants.items():
            with self.subTest(name):
                self.assertIn(f"<code>{name}: ", page)
                self.assertEqual(SHOWN.get(name, value), seen[name])
        self.assertEqual((42, False), (seen["unset"], seen["by_cgroup"]))  # as the object has them

    def test_names_say_whose_a_cgroup_is(self):
        cgroups = self.cgroups()
        paths = {cgroups.make(name): owner for name, owner in NAMED.items()}
        with self.exporter() as exporter:
            for path in paths:
                call_in(path)
            page = exporter.page()
        self.assertEqual(paths, self.owners(page, paths))
        for metric in (CALLS_TOTAL, "ebpf_exporter_cgroups_total"):
            counts = page.by_label(metric, "cgroup")
            self.assertEqual({path: CALLS for path in paths}, {path: counts.get(path) for path in paths})
        self.assertFalse(page.has("ebpf_exporter_all_total"))
        self.assertEqual(0, page.value("ebpf_exporter_dropped_total"))

    def test_a_cgroup_that_is_gone_keeps_its_labels(self):
        cgroups = self.cgroups()
        name = next(iter(NAMED))
        with self.exporter() as exporter:
            path = cgroups.make(name)
            exporter.page()  # has seen it
            call_in(path)
            cgroups.remove()
            self.assertFalse(os.path.exists(path))
            self.assertEqual({path: NAMED[name]}, self.owners(exporter.page(), [path]))

    def test_without_the_switch_there_is_one_series_and_one_map_fewer(self):
        with self.exporter("by_cgroup: true", "by_cgroup: false") as exporter:
            before = exporter.page()
            os.umask(os.umask(0o22))
            after = exporter.page()
            names = maps_of(exporter)
        self.assertIn("all", names)
        self.assertNotIn("cgroups", names)
        self.assertEqual([{"tiny": "7"}], after.labels_of(CALLS_TOTAL))
        grown = after.value(CALLS_TOTAL, tiny="7") - before.value(CALLS_TOTAL, tiny="7")
        self.assertGreaterEqual(grown, 2)
        self.assertGreaterEqual(after.value("ebpf_exporter_all_total"), 2)

    def copy_with_cgroups(self, name):
        """The shipped configuration with one word changed."""
        with open(os.path.join(CONFIG, f"{name}.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(1, text.count("by_cgroup: false"))
        self.write(f"{name}.yaml", text.replace("by_cgroup: false", "by_cgroup: true"))

    def test_runqlat_by_cgroup_counts_the_switches_of_a_cgroup(self):
        cgroups = self.cgroups()
        path = cgroups.make(f"bpf_exporter_runqlat_{os.getpid()}")
        self.copy_with_cgroups("runqlat")
        rounds = 5_000
        with Exporter(names="runqlat", config=self.folder) as exporter:
            known = int(run_in(path, [sys.executable, SWITCHES, str(rounds)]))
            page = exporter.page()
        counted = page.by_label("ebpf_exporter_runqlat_seconds_count", "cgroup")[path]
        print(f"known {known}, counted {counted:.0f}")
        self.assertGreaterEqual(known, 1.99 * rounds)
        self.assertLessEqual(abs(counted - known), 0.02 * known)
        self.assertEqual(0, page.value("ebpf_exporter_runqlat_dropped_total"))

    def test_syscalls_by_cgroup_counts_the_calls_of_a_cgroup(self):
        path = self.cgroups().make(f"system.slice/bpf_exporter-{os.getpid()}.service")
        self.copy_with_cgroups("syscalls")
        with Exporter(names="syscalls", config=self.folder) as exporter:
            call_in(path)
            page = exporter.page()
        of_unit = {
            labels["syscall"]: value
            for labels, value in page.samples_of("ebpf_exporter_syscalls_total")
            if labels["cgroup"] == path and labels["unit"] == os.path.basename(path)
        }
        self.assertEqual(CALLS, of_unit["umask"])
        self.assertEqual(0, page.value("ebpf_exporter_syscalls_dropped_total"))
        self.assertTrue(page.has("ebpf_exporter_syscalls_dropped_total"))

    def test_exec_by_cgroup_counts_the_processes_of_a_cgroup(self):
        path = self.cgroups().make(f"bpf_exporter_exec_{os.getpid()}")
        self.copy_with_cgroups("exec")
        with Exporter(names="exec", config=self.folder) as exporter:
            run_in(path, ["sh", "-c", PROCESSES])
            page = exporter.page()
        of_cgroup = {}
        for name, label in (("forks", "kind"), ("execs", "result"), ("exits", "status")):
            for labels, value in page.samples_of(f"ebpf_exporter_exec_{name}_total"):
                if labels["cgroup"] == path:
                    of_cgroup[name, labels[label]] = value
        self.assertEqual(
            {("forks", "process"): 5, ("execs", "ok"): 5, ("exits", "7"): 5, ("exits", "0"): 1},
            of_cgroup,
        )
        self.assertEqual(0, page.value("ebpf_exporter_exec_dropped_total"))

    def test_containers_of_runc_are_named(self):
        outcome.need_program("runc", "busybox")
        cgroups = self.cgroups()
        names = {
            f"{SLICE}/cri-containerd-{ID}.scope": (f"cri-containerd-{ID}.scope", ID, POD, "burstable"),
            f"kubepods/besteffort/pod{POD}/{OTHER}": ("", OTHER, POD, "besteffort"),
        }
        with self.exporter() as exporter:
            paths = {}
            for number, (name, owner) in enumerate(names.items()):
                path = cgroups.announce(name)
                paths[path] = owner
                self.run_container(f"bpf_exporter_{os.getpid()}_{number}", name)
                self.assertFalse(os.path.exists(path))  # runc took it away
            page = exporter.page()
        self.assertEqual(paths, self.owners(page, paths))
        for path in paths:
            self.assertGreaterEqual(page.by_label(CALLS_TOTAL, "cgroup")[path], 20)

    def run_container(self, name, cgroup):
        bundle = os.path.join(self.folder, name)
        os.makedirs(f"{bundle}/rootfs/bin")
        os.mkdir(f"{bundle}/rootfs/proc")
        shutil.copy(shutil.which("busybox"), f"{bundle}/rootfs/bin/busybox")
        # Long enough for an exporter that has to look for new cgroups once a second.
        loop = "i=0; while [ $i -lt 20 ]; do umask 022; i=$((i+1)); /bin/busybox sleep 0.1; done"
        config = {
            "ociVersion": "1.0.0",
            "process": {
                "user": {"uid": 0, "gid": 0},
                "args": ["/bin/busybox", "sh", "-c", loop],
                "env": ["PATH=/bin"],
                "cwd": "/",
            },
            "root": {"path": "rootfs", "readonly": True},
            "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
            "linux": {"cgroupsPath": f"/{cgroup}", "namespaces": [{"type": "mount"}, {"type": "pid"}]},
        }
        with open(f"{bundle}/config.json", "w", encoding="utf-8") as file:
            json.dump(config, file)
        done = subprocess.run(
            ["runc", "--root", f"{self.folder}/runc", "run", "--bundle", bundle, name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        outcome.need(done.returncode == 0, f"a machine where runc runs: {done.stderr}")


if __name__ == "__main__":
    outcome.main()
