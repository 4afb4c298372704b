# SPDX-License-Identifier: Apache-2.0
"""The table of programs/README.md that says what each kernel can do, as data.

A cell is `yes`, `no: REASON`, or "without `PROGRAM`, `PROGRAM`: REASON", where the rest of the
probe works.
"""

import os
import re

from harness.exporter import ROOT

PAGE = os.path.join(ROOT, "programs", "README.md")
FIRST_COLUMN = "Probe"
WITHOUT_KPROBES = "no kprobes"


def rows(page=PAGE):
    """{probe: {column: cell}}."""
    with open(page, encoding="utf-8") as file:
        lines = iter(file.read().splitlines())
    header = next(cells for line in lines if (cells := _cells(line)) and _is_header(cells))
    next(lines)  # the line of dashes
    table = {}
    for line in lines:
        cells = _cells(line)
        if not cells:
            break
        name = _plain(cells[0])
        if name in table:
            raise ValueError(f"{page} has two rows for {name}")
        table[name] = dict(zip(header[1:], cells[1:]))
    return table


def column():
    """The column of the running kernel: its release, or the one for kernels that are built without
    kprobes, whichever release they are; None if the table has none for it."""
    release = ".".join(os.uname().release.split(".")[:2])
    if not _has_kprobes():
        return WITHOUT_KPROBES
    return release


class Expected:
    """What the table expects of a probe on a kernel."""

    def __init__(self, cell):
        self.cell = cell
        self.loads = not cell.startswith("no")
        self.missing = set(re.findall(r"`([^`]+)`", cell.split(":")[0]))
        if cell != "yes" and not re.match(r"(no|without (`\w+`(, )?)+): \S", cell):
            raise ValueError(f"{PAGE}: '{cell}' is neither yes, no: REASON nor without `P`: REASON")


def _has_kprobes():
    with open("/proc/kallsyms", encoding="ascii") as symbols:
        return any(line.split()[2] == "register_kprobe" for line in symbols)


def _is_header(cells):
    return cells[0] == FIRST_COLUMN and WITHOUT_KPROBES in cells


def _cells(line):
    if not line.startswith("|"):
        return []
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _plain(cell):
    """A probe's name without the link that leads to it."""
    return re.sub(r"\[`?([^]`]+)`?\]\([^)]*\)", r"\1", cell).strip("`")
