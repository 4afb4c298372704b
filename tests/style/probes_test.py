# SPDX-License-Identifier: Apache-2.0
"""Every shipped probe has its place: a section of programs/README.md that names its metrics and
labels, and a test that compares its numbers."""
import glob
import os
import re
import subprocess
import sys
import unittest

import yaml

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path[:0] = [os.path.join(ROOT, "tests", folder) for folder in ("probes", "e2e")]

import kernel_table  # noqa: E402

COLUMNS = {"5.10", "6.1", "6.12", "7.3", kernel_table.WITHOUT_KPROBES}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def probes():
    """{name: configuration} of the shipped configurations."""
    return {
        os.path.basename(path)[: -len(".yaml")]: yaml.safe_load(read(path))
        for path in sorted(glob.glob(os.path.join(ROOT, "config", "*.yaml")))
    }


def metrics(configuration):
    return [metric for kind in configuration["metrics"].values() for metric in kind]


def label_names(metric):
    for label in metric.get("labels", []):
        yield label if isinstance(label, str) else label.get("name", "")


def sections():
    """{heading: text below it} of the catalogue."""
    parts = re.split(r"^### (.*)$", read("programs/README.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


class Probes(unittest.TestCase):
    maxDiff = None

    def test_each_has_a_section_that_names_its_metrics_and_labels(self):
        catalogue = sections()
        for name, configuration in probes().items():
            with self.subTest(probe=name):
                self.assertIn(name, catalogue)
                words = set(re.findall(r"`([^`]+)`", catalogue[name]))
                for metric in metrics(configuration):
                    self.assertIn(metric["name"], words)
                    self.assertEqual(set(), set(label_names(metric)) - words - {""})
                for point in ("High", "Series"):
                    self.assertIn(f"**{point}**", catalogue[name])

    def test_each_histogram_is_native_or_says_why_not(self):
        for name in probes():
            for line in re.findall(r".*\bbucket_type:.*", read(f"config/{name}.yaml")):
                with self.subTest(probe=name):
                    self.assertRegex(line, r"bucket_type: (native\b|\w+ +# not native: \w)")

    def test_each_metric_is_in_a_panel_of_a_dashboard(self):
        shown = "".join(
            read(path)
            for path in glob.glob(os.path.join(ROOT, "deploy", "grafana", "dashboards", "*.json"))
        )
        missing = [
            metric["name"]
            for configuration in probes().values()
            for metric in metrics(configuration)
            if not re.search(rf"ebpf_exporter_{metric['name']}(_bucket|_sum|_count)?\b", shown)
        ]
        self.assertEqual([], missing)

    def test_dashboards_are_those_of_their_panels(self):
        done = subprocess.run(
            [sys.executable, "-B", os.path.join(ROOT, "deploy", "grafana", "generate"), "--check"],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual("", done.stdout + done.stderr)

    def test_the_default_set_is_the_same_everywhere(self):
        names = read("deploy/default-probes").split()
        self.assertEqual(sorted(set(names)), names)
        self.assertEqual(set(), set(names) - set(probes()))
        for path in (
            "deploy/systemd/bpf_exporter.service",
            "deploy/kubernetes/daemonset.yaml",
            "deploy/container/Dockerfile",
        ):
            self.assertIn(f"={','.join(names)}", read(path), path)

    def test_the_table_of_cgroups_has_those_that_count_by_cgroup(self):
        text = read("programs/README.md").split("\n## By cgroup\n")[1].split("\n## ")[0]
        table = dict(re.findall(r"^\| (\w+) \| ([^|]+) \|", text, re.MULTILINE)[1:])
        wanted = {name for name, one in probes().items() if "by_cgroup" in one.get("constants", {})}
        always = {
            name
            for name, one in probes().items()
            if any("cgroup_id" in label for metric in metrics(one) for label in metric.get("labels", []))
        } - wanted
        self.assertEqual(wanted, {name for name, cell in table.items() if "if wanted" in cell})
        self.assertEqual(always, {name for name, cell in table.items() if "always" in cell})
        self.assertEqual(wanted | always, set(table))
        for name in wanted:  # one way to say it in all files
            self.assertIn("\nconstants:\n  by_cgroup: false  # true: ", read(f"config/{name}.yaml"))

    def test_each_example_of_ebpf_exporter_has_its_place(self):
        lines = read("tests/style/examples_of_ebpf_exporter.txt").splitlines()
        known = [line for line in lines if not line.startswith("#")]
        text = read("programs/README.md").split("\n## Instead of an example")[1].split("\n## ")[0]
        rows = re.findall(r"^\| ([\w, .-]+) \| (.+) \|$", text, re.MULTILINE)[1:]
        self.assertEqual(known, sorted(name for cell, _ in rows for name in cell.split(", ")))
        for examples, place in rows:
            with self.subTest(examples=examples):
                named = re.findall(r"`(\w+)`", place)
                if place.startswith("no probe"):
                    continue
                self.assertNotEqual([], named)
                self.assertEqual(set(), set(named) - set(probes()))

    def test_each_has_a_test(self):
        missing = [
            name
            for name in probes()
            if not any(
                os.path.exists(os.path.join(ROOT, "tests", folder, f"{name}_test.py"))
                for folder in ("probes", "e2e")
            )
        ]
        self.assertEqual([], missing)

    def test_the_table_of_kernels_has_a_whole_row_for_each_test(self):
        tests = {
            os.path.basename(path)[: -len("_test.py")]
            for path in glob.glob(os.path.join(ROOT, "tests", "probes", "*_test.py"))
        }
        rows = kernel_table.rows()
        self.assertEqual(tests, set(rows))
        for name, row in rows.items():
            with self.subTest(probe=name):
                self.assertEqual(COLUMNS, set(row))
                for cell in row.values():
                    kernel_table.Expected(cell)


if __name__ == "__main__":
    unittest.main()
