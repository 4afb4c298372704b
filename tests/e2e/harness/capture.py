# SPDX-License-Identifier: Apache-2.0
"""What tcpdump sees arrive on the loopback: packets and bytes by protocol, read from its file."""

import os
import struct
import subprocess

from . import children
from .exporter import wait_until

NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp"}
_FILE_HEADER, _RECORD_HEADER, _ETHERNET = 24, 16, 14


class Capture:
    """tcpdump in `network` while the `with` block runs; counts() after it."""

    def __init__(self, network, folder):
        self._network = network
        self._path = os.path.join(folder, "packets.pcap")
        self._counts = None

    def __enter__(self):
        options = ["-i", "lo", "-Q", "in", "-n", "-U", "--immediate-mode", "-s", "96", "-Z", "root"]
        self._process = children.start(
            [*self._network.enter(), "tcpdump", *options, "-B", "16384", "-w", self._path],
            stderr=subprocess.PIPE,
            text=True,
        )
        first = self._process.stderr.readline()
        if "listening on lo" not in first:
            raise AssertionError(f"tcpdump: {first}")
        return self

    def __exit__(self, *unused):
        children.stop(self._process)
        self._report = self._process.stderr.read()
        self._process.stderr.close()

    def wait_for(self, packets):
        """Until tcpdump has written that many packets: it may lag behind the kernel."""
        wait_until(
            lambda: sum(n for n, _ in self._read().values()) >= packets,
            10,
            f"tcpdump has {packets} packets",
        )

    def counts(self):
        """{protocol: (packets, bytes)}; fails if tcpdump missed any."""
        if "0 packets dropped by kernel" not in self._report:
            raise AssertionError(f"tcpdump: {self._report}")
        return self._read()

    def _read(self):
        with open(self._path, "rb") as file:
            data = file.read()
        counts = {}
        position = _FILE_HEADER
        while position + _RECORD_HEADER <= len(data):
            captured, length = struct.unpack_from("=8xII", data, position)
            frame = data[position + _RECORD_HEADER :][:captured]
            if len(frame) < captured:
                break  # tcpdump is still writing it
            name = _protocol(frame)
            packets, size = counts.get(name, (0, 0))
            counts[name] = (packets + 1, size + length)
            position += _RECORD_HEADER + captured
        return counts


def _protocol(frame):
    (ethertype,) = struct.unpack_from(">H", frame, 12)
    number = frame[_ETHERNET + (9 if ethertype == 0x0800 else 6)]
    return NAMES.get(number, str(number))
