# SPDX-License-Identifier: Apache-2.0
"""The two commands that the README promises."""

import os
import tempfile
import time
import unittest

from harness import children, outcome
from harness.exporter import ROOT, fetch, free_port, wait_until

QUICKSTART = os.path.join(ROOT, "deploy", "quickstart")


class Readme(unittest.TestCase):
    def test_names_the_two_commands_and_they_are_there(self):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            text = file.read()
        for command in ("deploy/quickstart", "tests/run"):
            self.assertIn(command, text)
            self.assertTrue(os.access(os.path.join(ROOT, command), os.X_OK), command)


class Quickstart(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def start(self, seconds):
        """Starts it, waits until it answers, ends it with SIGTERM; its output."""
        port = free_port()
        with tempfile.TemporaryFile() as log:
            process = children.start(
                [QUICKSTART, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log
            )
            self.addCleanup(children.stop, process)

            def output():
                return os.pread(log.fileno(), 1 << 20, 0).decode(errors="replace")

            def ready():
                self.assertIsNone(process.poll(), output())
                try:
                    return fetch(f"http://127.0.0.1:{port}/readyz")[0] == 200
                except OSError:
                    return False

            begin = time.monotonic()
            wait_until(ready, seconds, "deploy/quickstart answers")
            self.assertIn(f"http://localhost:{port}/metrics", output())
            _, _, page = fetch(f"http://127.0.0.1:{port}/metrics")
            self.assertIn(b'ebpf_exporter_config_up{config="packets",name="packets"} 1', page)
            print(f"answered after {time.monotonic() - begin:.1f} s")
            self.assertEqual(0, children.stop(process), output())

    def test_builds_and_runs_and_starts_again_within_seconds(self):
        self.start(seconds=900)
        self.start(seconds=10)


if __name__ == "__main__":
    outcome.main()
