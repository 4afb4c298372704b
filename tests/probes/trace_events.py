# SPDX-License-Identifier: Apache-2.0
"""Events as the kernel itself traces them, in an instance of tracefs that nobody else sees."""

import os
import re
import subprocess
import tempfile

_TRACEFS = "/sys/kernel/tracing"
BUFFER_KB = 16_384  # of each CPU


class TraceEvents:
    """Records the named events ("irq/irq_handler_entry") in a `with` block. lines() are those so
    far. Whatever it made is gone at the end."""

    def __init__(self, *events):
        self.events = events
        self._mounted = self._instance = None

    def __enter__(self):
        root = _TRACEFS
        if not os.path.isdir(f"{root}/instances"):
            root = self._mounted = tempfile.mkdtemp(prefix="tracefs.")
            subprocess.run(["mount", "-t", "tracefs", "tracefs", root], check=True, timeout=30)
        try:
            self._instance = f"{root}/instances/probe_test_{os.getpid()}"
            os.mkdir(self._instance)
            self._write("buffer_size_kb", BUFFER_KB)
            for event in self.events:
                self._write(f"events/{event}/enable", 1)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        if os.path.isdir(self._instance):
            os.rmdir(self._instance)
        if self._mounted:
            subprocess.run(["umount", self._mounted], check=True, timeout=30)
            os.rmdir(self._mounted)

    def stop(self):
        """Records nothing more."""
        self._write("tracing_on", 0)

    def lines(self):
        """(event, what the kernel says of it) of each one; none may have been lost."""
        with open(f"{self._instance}/trace", encoding="utf-8", errors="replace") as trace:
            text = trace.read()
        written = re.search(r"entries-in-buffer/entries-written: (\d+)/(\d+)", text)
        if written.group(1) != written.group(2):
            raise AssertionError(f"events were lost: {written.group(0)}")
        return re.findall(r"^[^#].*?\d+\.\d+: (\w+): (.*)$", text, re.MULTILINE)

    def _write(self, name, value):
        with open(f"{self._instance}/{name}", "w", encoding="ascii") as file:
            file.write(str(value))


def number(name, text):
    """The number behind `name` in what the kernel says of an event: name=1, name: 1 or name 1."""
    return int(re.search(rf"\b{re.escape(name)}[=:]? ?(-?\d+)", text).group(1))
