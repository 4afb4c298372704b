# SPDX-License-Identifier: Apache-2.0
"""Network namespaces, the kernel's counters in them, and sockets that drop what they get."""

import ctypes
import os
import socket
import struct

from harness import children
from harness.exporter import wait_until  # noqa: F401  for those who wait for a counter

_CLONE_NEWNET = 0x40000000
_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27
_RETURN, _LOAD, _JUMP_IF_GREATER = 0x06, 0x20, 0x25  # classic BPF
_RANDOM = 0xFFFFF000 + 56  # SKF_AD_OFF + SKF_AD_RANDOM
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace with a loopback and nothing else. A `with` block runs inside, sockets and
    children that it makes stay there; there may be several, one after the other. It is gone with
    the last of its sockets after close()."""

    def __init__(self):
        self._home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _checked(_libc.unshare(_CLONE_NEWNET), "unshare")
        self._inside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            run("ip", "link", "set", "lo", "up")
        finally:
            self.__exit__()

    def __enter__(self):
        _checked(_libc.setns(self._inside, _CLONE_NEWNET), "setns")
        return self

    def __exit__(self, *unused):
        _checked(_libc.setns(self._home, _CLONE_NEWNET), "setns")

    def close(self):
        os.close(self._inside)
        os.close(self._home)


def run(*command):
    """Runs a command that must succeed; its output."""
    done = children.run(command)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def counters():
    """{"TcpExt.ListenOverflows": number} of the namespace: what nstat shows."""
    numbers = {}
    for name in ("snmp", "netstat"):
        with open(f"/proc/thread-self/net/{name}", encoding="ascii") as file:
            lines = file.read().splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            group, names = names.split(":")
            for one, value in zip(names.split(), values.split(":")[1].split()):
                numbers[f"{group}.{one}"] = int(value)
    return numbers


class Growth:
    """By how much the counters of a namespace, and of the one that the tests run in, grow."""

    def __init__(self, namespace):
        self._namespace = namespace
        self._before = self._now()

    def inside(self, name):
        return self._now()[0].get(name, 0) - self._before[0].get(name, 0)

    def everywhere(self, name):
        """The sum of both: what a probe, which sees all namespaces, has at most."""
        return sum(
            now.get(name, 0) - before.get(name, 0)
            for now, before in zip(self._now(), self._before)
        )

    def _now(self):
        with self._namespace:
            inside = counters()
        return inside, counters()


def listen(family=socket.AF_INET, backlog=16):
    listener = socket.create_server(
        ("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family, backlog=backlog
    )
    listener.settimeout(20)
    return listener


def connect(family=socket.AF_INET):
    """(client, server) of a connection."""
    with listen(family) as listener:
        client = socket.create_connection(listener.getsockname()[:2], 20)
        server, _ = listener.accept()
    server.settimeout(20)
    return client, server


def begin_to_connect(address, family=socket.AF_INET):
    """A socket that waits for an answer to its SYN."""
    client = socket.socket(family)
    client.setblocking(False)
    client.connect_ex(address)
    return client


def drop_all(receiver):
    """Lets the kernel drop what comes for the socket, until it is told to stop."""
    _filter(receiver, [(_RETURN, 0, 0, 0)])


def drop_some(receiver, share):
    """Lets the kernel drop that share of what comes for the socket."""
    border = min(int(share * 2**32), 2**32 - 1)
    _filter(
        receiver,
        [
            (_LOAD, 0, 0, _RANDOM),
            (_JUMP_IF_GREATER, 0, 1, border),
            (_RETURN, 0, 0, 0xFFFFFFFF),
            (_RETURN, 0, 0, 0),
        ],
    )


def drop_no_more(receiver):
    receiver.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)


def _filter(receiver, instructions):
    program = b"".join(struct.pack("=HBBI", *one) for one in instructions)
    code = ctypes.create_string_buffer(program)
    receiver.setsockopt(
        socket.SOL_SOCKET,
        _SO_ATTACH_FILTER,
        struct.pack("@HP", len(instructions), ctypes.addressof(code)),
    )


def _checked(status, call):
    if status != 0:
        raise OSError(ctypes.get_errno(), call)
