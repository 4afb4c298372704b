# SPDX-License-Identifier: Apache-2.0
"""Runs a test file so that a test that cannot run here says why, and fails where it has to run."""

import os
import shutil
import sys
import unittest

SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt


def need(condition, what):
    """Skips the running test unless `condition`; under REQUIRE_KERNEL=1 it fails instead."""
    if condition:
        return
    if os.environ.get("REQUIRE_KERNEL") == "1":
        raise AssertionError(f"REQUIRE_KERNEL=1, and this test needs {what}")
    raise unittest.SkipTest(f"needs {what}")


def need_root():
    need(os.geteuid() == 0, "root")


def need_program(*names):
    for name in names:
        need(shutil.which(name) is not None, f"the program {name}")


def main():
    """unittest.main with exit code 77 when nothing failed and something was skipped."""
    result = unittest.main(exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped else 0)
