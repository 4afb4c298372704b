# SPDX-License-Identifier: Apache-2.0
"""Servers of newer and older suites of Debian than this one, fetched from its mirror and unpacked, not installed."""

import fcntl
import importlib.util
import os
import subprocess
import tempfile

from .exporter import ROOT

CACHE = os.path.join(ROOT, "build", "servers")
_KERNELS = os.path.join(ROOT, "tests", "vm", "harness", "kernels.py")


def fetch(package, suite):
    """The folder that `package` of `suite` is unpacked in; fetched once."""
    folder = os.path.join(CACHE, f"{package}-{suite}")
    os.makedirs(CACHE, exist_ok=True)
    with open(folder + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(folder):
            with tempfile.TemporaryDirectory(dir=CACHE) as work:
                archive = _apt(suite, os.path.join(work, "apt")).download(package)
                unpacked = os.path.join(work, "unpacked")
                subprocess.run(["dpkg-deb", "-x", archive, unpacked], check=True, timeout=300)
                os.rename(unpacked, folder)
    return folder


def program(package, suite, name):
    return os.path.join(fetch(package, suite), "usr", "bin", name)


def _apt(suite, folder):
    """The apt of the tests that boot other kernels."""
    spec = importlib.util.spec_from_file_location("kernels", _KERNELS)
    kernels = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kernels)
    return kernels.PrivateApt(suite, folder)
