# SPDX-License-Identifier: Apache-2.0
"""Objects that are corrupt, beside a good one: whatever libbpf does with them, each costs itself only.
CORRUPT_OBJECTS=5000 tries more than the few hundred of every day."""

import os
import random
import re
import shutil
import signal
import struct
import tempfile
import unittest

from harness import outcome
from harness.exporter import PROGRAMS, TEST_PROGRAMS, Exporter

COUNT = int(os.environ.get("CORRUPT_OBJECTS", "300"))
AT_ONCE = 100
# By object: what makes it a configuration.
METRICS = "metrics: {counters: [{name: NAME_total, help: x, map: MAP, labels: [{name: a, size: SIZE, decoders: [{name: hex}]}]}]}"
OBJECTS = {
    os.path.join(PROGRAMS, "syscalls.bpf.o"): ("syscalls", 4),
    os.path.join(TEST_PROGRAMS, "externs.bpf.o"): ("hits", 4),
    os.path.join(TEST_PROGRAMS, "either_of.bpf.o"): ("hits", 4),
    os.path.join(TEST_PROGRAMS, "section_hooks.bpf.o"): ("hits", 4),
}
UP = "ebpf_exporter_config_up"


def sections(elf):
    """{name: (offset, size)} of a 64-bit ELF file of this machine's byte order."""

    def number(at, size):
        return int.from_bytes(elf[at : at + size], "little")

    table, count, names = number(40, 8), number(60, 2), number(62, 2)
    entries = [(number(at, 4), number(at + 24, 8), number(at + 32, 8)) for at in range(table, table + 64 * count, 64)]
    text = entries[names][1]
    return {elf[text + name : elf.index(0, text + name)].decode(): (offset, size) for name, offset, size in entries}


def corrupt(elf, chance):
    """A copy with a few bytes changed: anywhere, or in what libbpf reads most."""
    places = [(64, len(elf) - 64)]
    places += [place for name, place in sections(elf).items() if re.match(r"\.BTF|\.rel|\.symtab|\.maps", name) and place[1]]
    offset, size = places[0] if chance.random() < 0.4 else chance.choice(places)
    bad = bytearray(elf)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = offset + chance.randrange(size)
        bad[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256), bad[at] ^ 1 << chance.randrange(8)))
    return bytes(bad)


def with_a_nameless_type(elf, name):
    """A copy in whose BTF a type has a name beyond the table of names. libbpf 1.1 opens it, and crashes when it compares
    the name of an enum with the kernel's."""
    start, size = sections(elf)[".BTF"]
    btf = elf[start : start + size]
    header, types, types_size, names = struct.unpack_from("<4xIIII", btf)
    called = btf.index(b"\0" + name.encode() + b"\0", header + names) + 1 - header - names
    at = btf.index(struct.pack("<I", called), header + types, header + types + types_size)
    return elf[: start + at] + struct.pack("<I", 0x7FFFFFF0) + elf[start + at + 4 :]


class Corrupt(unittest.TestCase):
    def setUp(self):
        outcome.need_root()
        self.chance = random.Random(20261126)

    def folder_of(self, bad):
        """A folder with a good configuration and these objects: by name, (bytes, map, size of its keys)."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)

        def write(name, content):
            with open(os.path.join(folder.name, name), "wb") as file:
                file.write(content)

        shutil.copy(os.path.join(PROGRAMS, "packets.bpf.o"), os.path.join(folder.name, "good.bpf.o"))
        shutil.copy(os.path.join(os.path.dirname(__file__), "..", "..", "config", "packets.yaml"), os.path.join(folder.name, "good.yaml"))
        for name, (content, counted, size) in bad.items():
            write(f"{name}.bpf.o", content)
            write(f"{name}.yaml", METRICS.replace("NAME", name).replace("MAP", counted).replace("SIZE", str(size)).encode())
        return folder.name

    def serve_beside(self, bad):
        """Runs a good configuration beside these, and returns the log: it is served, and each of the others is up or has
        its line."""
        names = ",".join(["good", *bad])
        exporter = Exporter("--bpf.max-memory=16MiB", names=names, config=self.folder_of(bad))
        with exporter:
            page = exporter.page(check=False)
            up = page.by_label(UP, "config")
            self.assertEqual({"good", *bad}, set(up))
            self.assertEqual(1, up["good"], exporter.log())
            log = exporter.log()
            for name in bad:
                if up[name] == 0:
                    self.assertRegex(log, rf"(?m)error.*config '{name}': \S+", name)
            self.assertEqual(0, exporter.stop(signal.SIGTERM, 60), exporter.log())
            return log

    def test_a_type_without_a_name(self):
        with open(os.path.join(TEST_PROGRAMS, "enum_field.bpf.o"), "rb") as file:
            bad = with_a_nameless_type(file.read(), "bpf_map_type")
        log = self.serve_beside({"bad": (bad, "hits", 4)})
        self.assertEqual(1, len(re.findall(r"error config 'bad': ", log)), log)

    def test_the_good_one_is_always_served(self):
        numbers = range(COUNT)
        originals = {}
        for path in OBJECTS:
            with open(path, "rb") as file:
                originals[path] = file.read()
        failed = 0
        for first in range(0, COUNT, AT_ONCE):
            bad = {}
            for number in numbers[first : first + AT_ONCE]:
                path = self.chance.choice(list(OBJECTS))
                bad[f"bad{number}"] = (corrupt(originals[path], self.chance), *OBJECTS[path])
            log = self.serve_beside(bad)
            failed += len(re.findall(r"error.*config 'bad\d+'", log))
            for line in re.findall(r".*crashed on it.*", log):
                print(line)
        self.assertGreater(failed, COUNT / 10, "most changes are seen")


if __name__ == "__main__":
    outcome.main()
