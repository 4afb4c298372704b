# SPDX-License-Identifier: Apache-2.0
"""Child processes that end with the test, however it ends."""

import ctypes
import signal
import subprocess
from subprocess import PIPE  # noqa: F401  for those who start children

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command, **options):
    """subprocess.Popen of a child that the kernel kills when the test dies."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([str(part) for part in command], preexec_fn=_die_with_parent, **options)


def run(command, seconds=60, **options):
    """Runs `command` to its end, at most `seconds`; text output in stdout and stderr."""
    return subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        **options,
    )


def stop(process, signal_number=signal.SIGTERM, seconds=10):
    """Sends the signal and returns the exit code; kills what has not ended after `seconds`, which
    is then an exit code of -9."""
    if process.poll() is None:
        process.send_signal(signal_number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(60)  # the kernel takes its time to let go of many programs
