# SPDX-License-Identifier: Apache-2.0
"""Running the exporter as a user without rights, who cannot read what root keeps to itself."""

import os
import shutil
import tempfile

from .exporter import BINARY, CONFIG, PROGRAMS

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def public_copy(test):
    """A folder that every user can read, with the exporter, its programs and configurations."""
    folder = tempfile.mkdtemp(prefix="bpf_exporter.")
    test.addCleanup(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    shutil.copy(BINARY, folder)
    for source in (CONFIG, PROGRAMS):
        target = os.path.join(folder, os.path.basename(source))
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.d"))
    return folder
