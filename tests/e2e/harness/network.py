# SPDX-License-Identifier: Apache-2.0
"""Network namespaces whose loopback carries nothing but what a test sends there."""

import ctypes
import os
import subprocess

from . import children

OUTSIDE, INSIDE = "192.0.2.1", "192.0.2.2"  # TEST-NET-1: documentation addresses
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Network:
    """Two namespaces joined by a pair of virtual links. The test itself moves to the one with
    OUTSIDE, away from the machine's network; enter() leads to the other. The exporter listens there
    at INSIDE, so scrapes do not touch the loopback that it counts. Both are gone, and the test is
    back, when the `with` block ends."""

    def __enter__(self):
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY)
        _checked(_libc.unshare(_CLONE_NEWNET), "unshare")
        self._holder = children.start(
            ["unshare", "--net", "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE
        )
        self._holder.stdout.readline()  # the namespace exists
        try:
            self._lay_link()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        children.stop(self._holder)
        self._holder.stdout.close()
        _checked(_libc.setns(self._home, _CLONE_NEWNET), "setns")
        os.close(self._home)

    def enter(self):
        """The command prefix that runs a program inside."""
        return ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net"]

    def run(self, *command, seconds=60):
        """Runs a program inside; its output."""
        return _output([*self.enter(), *command], seconds)

    def _lay_link(self):
        peer = ["peer", "name", "outside", "netns", self._holder.pid]
        _output(["ip", "link", "add", "inside", "type", "veth", *peer])
        _output(["ip", "address", "add", f"{OUTSIDE}/30", "dev", "inside"])
        _output(["ip", "link", "set", "inside", "up"])
        self.run("ip", "address", "add", f"{INSIDE}/30", "dev", "outside")
        self.run("ip", "link", "set", "outside", "up")
        self.run("ip", "link", "set", "lo", "up")


def _output(command, seconds=60):
    done = children.run(command, seconds)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def _checked(status, call):
    if status != 0:
        raise OSError(ctypes.get_errno(), call)
