# SPDX-License-Identifier: Apache-2.0
"""What check says of names of metrics is what promtool says of the page that they would be on."""

import os
import re
import subprocess
import tempfile
import unittest

from harness import outcome
from harness.exporter import CONFIG, TEST_PROGRAMS, run_to_end

PREFIX = "ebpf_exporter_"
LABELS = ("slot", "slotIndex", "quantile")
# Each name as a counter, a gauge and a histogram. promtool 2.42 chooses any of two units in one name.
NAMES = """
    things reads_count reads_sum reads_bucket wait_milliseconds wait_seconds wait_minutes wait_days
    read_kilobytes sent_bits temperature_fahrenheit temperature_celsius length_inches
    mass_pounds energy_calories wait_ms wait_us wait_ns wait_s_total rate_mb size_kb_x things_counter
    a_gauge_x_total wait_histogram wait_summary readBytes read_Bytes rule:things rule:wait_ms thermometers
    kilometers metres millivolts gigaamperes mibibytes decajoules hectograms kelvin kelvins total sum count things_total
    read_kilobytes_total
""".split()


def lines_of(kind, name, label):
    """A family as the page would have it."""
    family = PREFIX + name
    lines = [f"# HELP {family} Help", f"# TYPE {family} {kind}"]
    if kind == "histogram":
        return lines + [
            f'{family}_bucket{{{label}="0",le="+Inf"}} 0',
            f'{family}_sum{{{label}="0"}} 0',
            f'{family}_count{{{label}="0"}} 0',
        ]
    return lines + [f'{family}{{{label}="0"}} 0']


def metric_of(kind, name, label):
    of = {
        "counter": "map: slots",
        "gauge": "map: slots",
        "histogram": "map: one, value: {buckets: slots}, bucket_type: linear, bucket_max: 7",
    }[kind]
    labels = "" if kind == "histogram" else f", labels: [{{name: {label}, decoders: [{{name: uint}}]}}]"
    return f"    - {{name: '{name}', help: Help, {of}{labels}}}"


class Names(unittest.TestCase):
    def check(self, kind, names, label, extra="", flags=()):
        """The warnings of check, as promtool prints them."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.yaml")
            with open(path, "w", encoding="utf-8") as file:
                metrics = "\n".join(metric_of(kind, name, label) for name in names)
                file.write(f"{extra}object: {TEST_PROGRAMS}/plan.bpf.o\nmetrics:\n  {kind}s:\n{metrics}\n")
            done = run_to_end("check", *flags, path)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = re.findall(r"warning: \w+ '([^']*)': (.*)", done.stderr)
        return {(PREFIX + name, problem) for name, problem in found}

    def promtool(self, kind, names, label):
        page = "".join("\n".join(lines_of(kind, name, label)) + "\n" for name in names)
        done = subprocess.run(
            ["promtool", "check", "metrics"], input=page, capture_output=True, text=True, timeout=30
        )
        self.assertNotIn("error", done.stderr)
        return {tuple(line.split(" ", 1)) for line in (done.stdout + done.stderr).splitlines()}

    def test_promtool_says_the_same(self):
        outcome.need_program("promtool")
        wrong = 0
        for kind in ("counter", "gauge", "histogram"):
            for label in LABELS if kind != "histogram" else ("slot",):
                for start in range(0, len(NAMES), 4):  # no more than the 20 lines that check shows
                    names = NAMES[start : start + 4]
                    with self.subTest(kind=kind, label=label, names=names):
                        expected = self.promtool(kind, names, label)
                        self.assertEqual(self.check(kind, names, label), expected)
                        wrong += len(expected)
        self.assertGreater(wrong, 100)

    def test_a_file_and_a_flag_can_keep_it_away(self):
        self.assertNotEqual(self.check("counter", ["things"], "slot"), set())
        self.assertEqual(self.check("counter", ["things"], "slot", "x-lint: off\n"), set())
        self.assertEqual(self.check("counter", ["things"], "slot", flags=["--no-lint"]), set())

    def test_nothing_is_said_of_the_shipped_configurations(self):
        files = sorted(os.path.join(CONFIG, name) for name in os.listdir(CONFIG) if name.endswith(".yaml"))
        self.assertGreater(len(files), 30)
        done = run_to_end("check", *files)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    outcome.main()
