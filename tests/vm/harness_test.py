# SPDX-License-Identifier: Apache-2.0
"""A guest whose kernel panics, that hangs, or whose command fails must not pass for a good one."""
import os
import sys
import tempfile
import unittest

from harness import guest, kernels
from harness.initramfs import Initramfs

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Harness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vmlinuz = kernels.fetch("6.1", os.path.join(ROOT, "build", "vm"))

    def boot(self, *commands, seconds=60):
        with tempfile.TemporaryDirectory() as work:
            image = Initramfs()
            image.add_file(os.path.join(ROOT, "tests", "vm", "init"), "/init")
            image.add_text("/commands", guest.commands_file(commands))
            image.write(os.path.join(work, "cpio"))
            return guest.boot(
                self.vmlinuz,
                os.path.join(work, "cpio"),
                os.path.join(work, "console"),
                commands,
                seconds,
            )

    def test_reports_the_output_and_status_of_each_command(self):
        results = self.boot(
            guest.Command("good", "echo one; echo two >&2"),
            guest.Command("bad", "printf 'no newline'; exit 3"),
            guest.Command("late", "sleep 60", seconds=2),
        )
        self.assertEqual(
            [
                guest.Result("good", 0, "one\ntwo\n"),
                guest.Result("bad", 3, "no newline"),
                guest.Result("late", 143, "Terminated\nstopped after 2 s\n"),
            ],
            results,
        )

    def test_reports_a_panic(self):
        with self.assertRaisesRegex(guest.GuestError, "(?s)kernel broke.*sysrq triggered crash"):
            self.boot(guest.Command("panic", "echo c >/proc/sysrq-trigger"))

    def test_reports_a_hang(self):
        with self.assertRaisesRegex(guest.GuestError, "was not done after 8 s"):
            self.boot(guest.Command("hang", "sleep 100"), seconds=8)

    def test_reports_a_guest_that_powers_off_too_early(self):
        with self.assertRaisesRegex(guest.GuestError, "stopped before its commands were done"):
            self.boot(guest.Command("off", "poweroff -f"), guest.Command("next", "true"))


if __name__ == "__main__":
    if reason := guest.missing():
        sys.exit(guest.skip(reason))
    unittest.main()
