# SPDX-License-Identifier: Apache-2.0
"""jvmgc: the pauses that a Java machine writes into its own log."""

import glob
import os
import re
import tempfile

from harness import children, outcome
from probe import ProbeTest

# The serial collector stops the program for each collection, and logs each once it is over.
# Interpreted, since compiled code crashes now and then under emulation.
OPTIONS = ("-J-XX:+UseSerialGC", "-J-Xmx16m", "-J-Xmn1m", "-J-Xint")
PAUSE = re.compile(r"GC\(\d+\) Pause (Young|Full) .* (\d+\.\d+)ms$", re.MULTILINE)


class Pauses(ProbeTest):
    def values(self, name):
        return self.page().by_label(f"ebpf_exporter_jvm_gc_pause_seconds_{name}", "collection")

    def test_counts_and_measures_the_pauses_of_the_machine_s_log(self):
        self.need_attached("collection_begins")
        tools = [
            tool
            for tool in sorted(glob.glob("/usr/lib/jvm/java-*-openjdk-*/bin/keytool"))
            if os.path.realpath(tool) == tool
        ]
        outcome.need(tools, "Debian's OpenJDK")
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "gc")
            before = self.values("count"), self.values("sum")
            # A program of the runtime environment that allocates a little: it lists cipher suites.
            done = children.run(
                [tools[0], *OPTIONS, f"-J-Xlog:gc:file={log}", "-showinfo", "-tls"], seconds=60
            )
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)
            after = self.values("count"), self.values("sum")
            with open(log, encoding="utf-8") as lines:
                pauses = PAUSE.findall(lines.read())
        for word, label in (("Young", "partial"), ("Full", "full")):
            logged = [float(milliseconds) / 1000 for kind, milliseconds in pauses if kind == word]
            count, total = (late[label] - early.get(label, 0) for early, late in zip(before, after))
            print(f"{label}: {count:.0f} of {len(logged)}, {total:.4f} s of {sum(logged):.4f} s")
            self.assertEqual(len(logged), count)
            # The log rounds to microseconds, and the machine reads its clock inside of our two.
            self.assertGreaterEqual(total, sum(logged) - 1e-6 * len(logged))
            self.assertLessEqual(total, 2 * sum(logged) + 0.01 * len(logged))
        self.assertGreater(len(pauses), 3)
