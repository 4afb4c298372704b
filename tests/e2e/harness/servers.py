# SPDX-License-Identifier: Apache-2.0
"""Servers of newer and older suites of Debian than this one, fetched from its mirror and unpacked, not installed."""

import fcntl
import importlib.util
import os
import shutil
import subprocess
import tempfile

from .exporter import ROOT

CACHE = os.path.join(ROOT, "build", "servers")
# The suites that have these releases of Prometheus.
PROMETHEUS = {"2.42": "bookworm", "3.5": "forky"}
_KERNELS = os.path.join(ROOT, "tests", "vm", "harness", "kernels.py")


class Unavailable(Exception):
    """A server could not be had; the text says why."""


def fetch(package, suite):
    """The folder that `package` of `suite` is unpacked in; fetched once, or Unavailable."""
    folder = os.path.join(CACHE, f"{package}-{suite}")
    os.makedirs(CACHE, exist_ok=True)
    with open(folder + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(folder):
            with tempfile.TemporaryDirectory(dir=CACHE) as work:
                archive = _download(package, suite, os.path.join(work, "apt"))
                unpacked = os.path.join(work, "unpacked")
                subprocess.run(["dpkg-deb", "-x", archive, unpacked], check=True, timeout=300)
                os.rename(unpacked, folder)
    return folder


def program(package, suite, name):
    return os.path.join(fetch(package, suite), "usr", "bin", name)


def prometheus(release, name="prometheus"):
    """Prometheus of that release, or another program that comes with it."""
    return program("prometheus", PROMETHEUS[release], name)


def download_source(package, suite, folder):
    """The archive of the package's source as its authors published it, below `folder`."""
    return _with_apt(package, suite, folder, "deb-src", lambda apt: apt.download_source(package))


def _download(package, suite, folder):
    """The package's file."""
    return _with_apt(package, suite, folder, "deb", lambda apt: apt.download(package))


def _with_apt(package, suite, folder, kind, use):
    """What `use` makes of the apt of the tests that boot other kernels."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise Unavailable(f"{package} of {suite} needs {tool}")
    spec = importlib.util.spec_from_file_location("kernels", _KERNELS)
    kernels = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kernels)
    try:
        return use(kernels.PrivateApt(suite, folder, kind))
    except kernels.KernelError as error:
        raise Unavailable(f"{package} of {suite}: {error}") from error
