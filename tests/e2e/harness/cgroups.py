# SPDX-License-Identifier: Apache-2.0
"""cgroups of the default hierarchy, made for a test."""

import os


def cgroup2_root():
    """Where it is mounted, or None."""
    with open("/proc/mounts", encoding="utf-8") as mounts:
        return next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)
