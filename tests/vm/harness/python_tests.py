# SPDX-License-Identifier: Apache-2.0
"""Tests of tests/e2e that run in a guest, too: what goes into the image, and the command."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

from . import guest


def examples(image, root, tools):
    """Adds the exporter and the documentation's examples of programs; returns the command that runs
    them and compares what they count."""
    test = os.path.join(root, "tests", "e2e", "examples_test.py")
    with tempfile.TemporaryDirectory() as built:
        subprocess.run([sys.executable, "-B", test, "--build", built], check=True)
        for name in sorted(os.listdir(built)):
            image.add_file(os.path.join(built, name), f"/examples/{name}")
    image.add_program(os.path.join(root, "build", "release", "bpf_exporter"))
    _add(image, root, test, tools)
    line = f"REQUIRE_KERNEL=1 BPF_EXPORTER_EXAMPLES=/examples python3 {test}"
    return [guest.Command("examples", line, 250)]


def borrowed(image, root, tools):
    """Adds the exporter, objects that others made, the configurations that it proposes for them, and
    the tools that these objects are of; returns the command that compares what they count."""
    test = os.path.join(root, "tests", "e2e", "borrowed_test.py")
    with tempfile.TemporaryDirectory() as built:
        subprocess.run([sys.executable, "-B", test, "--build", built], check=True)
        with open(os.path.join(built, "tools.json"), encoding="utf-8") as file:
            for path, here in sorted(json.load(file).items()):
                image.add_file(here, path)  # what they need beside the C library bpftool needs, too
        for name in sorted(os.listdir(built)):
            if not name.endswith(".json"):
                image.add_file(os.path.join(built, name), f"/borrowed/{name}")
    image.add_program(os.path.join(root, "build", "release", "bpf_exporter"))
    _add(image, root, test, tools)
    image.add_file(os.path.join(os.path.dirname(test), "borrowed.py"))
    image.add_file(os.path.join(os.path.dirname(test), "workloads", "mixed.py"))
    for program in ("bash", "stdbuf"):
        image.add_program(shutil.which(program))
    image.add_file("/usr/libexec/coreutils/libstdbuf.so")
    limits = "echo +memory >/sys/fs/cgroup/cgroup.subtree_control"
    line = f"{limits}; REQUIRE_KERNEL=1 BPF_EXPORTER_BORROWED=/borrowed python3 {test}"
    return [guest.Command("borrowed", line, 850)]


def _add(image, root, test, tools):
    """Adds a test of tests/e2e with what it imports, and programs that it calls."""
    image.add_file(test)
    image.add_folder(os.path.join(root, "tests", "e2e", "harness"), ".py")
    image.add_python()
    for tool in tools:
        image.add_program(shutil.which(tool), f"/usr/sbin/{tool}")
