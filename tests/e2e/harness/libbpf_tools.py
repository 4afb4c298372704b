# SPDX-License-Identifier: Apache-2.0
"""Debian's libbpf-tools: the objects of a source package, built here, and the packaged programs of the same version.

Not every mirror has the sources of every suite, so the first that can be had is taken. Where there is none, each packaged
program of Debian 12 still carries the object that Debian built of the same source."""

import concurrent.futures
import dataclasses
import fcntl
import os
import re
import struct
import subprocess
import tarfile
import tempfile

from . import servers
from .exporter import ROOT

SUITES = ("bookworm", "trixie", "forky")
CACHE = os.path.join(ROOT, "build", "libbpf-tools")
SOURCE = "bpfcc"  # the package that they are part of
PACKAGE = "libbpf-tools"
EM_BPF = 247
CLANG = "clang -g -O2 -target bpf -D__TARGET_ARCH_x86"
LIBRARIES = "usr/lib/x86_64-linux-gnu"


@dataclasses.dataclass
class Made:
    """Objects, NAME.bpf.o in `folder`, and the suite whose programs count the same."""

    folder: str
    suite: str
    said: str  # what they are made of

    def program(self, name):
        """The path of the packaged program; an AssertionError if there is none."""
        tools = programs_of(self.suite)
        for path in (os.path.join(tools, name), os.path.join(tools, f"{name}-libbpf")):
            if os.path.exists(path):
                return path
        raise AssertionError(f"{tools} has no {name}")

    def names(self):
        return sorted(file.removesuffix(".bpf.o") for file in os.listdir(self.folder))

    def loader(self):
        """What runs a program of the suite, whose C library is newer than this system's may be: the command before it."""
        if self.suite == SUITES[0]:
            return []
        library = servers.fetch("libc6", self.suite)
        return [os.path.join(library, "usr/lib64/ld-linux-x86-64.so.2"), "--library-path", os.path.join(library, LIBRARIES)]

    def for_guest(self, folder):
        """{path in a guest: path here} of the packaged programs and of what runs them."""
        files = {os.path.join(folder, name): self.program(name) for name in self.names()}
        if loader := self.loader():
            files[os.path.join(folder, "loader")] = loader[0]
            files[os.path.join(folder, "libc.so.6")] = os.path.join(loader[2], "libc.so.6")
        return files


def programs_of(suite):
    """The folder of the packaged programs; servers.Unavailable without the mirror."""
    return os.path.join(servers.fetch(PACKAGE, suite), "usr", "sbin")


def make():
    """The objects, made once; servers.Unavailable without the mirror."""
    os.makedirs(CACHE, exist_ok=True)
    made = os.path.join(CACHE, "made")
    with open(os.path.join(CACHE, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(made):
            with tempfile.TemporaryDirectory(dir=CACHE) as work:
                folder = os.path.join(work, "made")
                os.makedirs(os.path.join(folder, "objects"))
                said = _make(work, os.path.join(folder, "objects"))
                with open(os.path.join(folder, "said"), "w", encoding="utf-8") as file:
                    file.write("\n".join(said))
                os.rename(folder, made)
    with open(os.path.join(made, "said"), encoding="utf-8") as file:
        suite, said = file.read().split("\n", 1)
    return Made(os.path.join(made, "objects"), suite, said)


def _make(work, folder):
    """Makes the objects in the folder; (the suite, what they are made of)."""
    problems = []
    for suite in SUITES:
        try:
            archive = servers.download_source(SOURCE, suite, os.path.join(work, suite))
        except servers.Unavailable as error:
            problems.append(str(error))
            continue
        headers = os.path.join(servers.fetch("libbpf-dev", suite), "usr", "include")
        _build(_unpack(archive, os.path.join(work, "source")), headers, folder)
        return suite, f"built from {os.path.basename(archive)} of {suite}"
    _take_out(programs_of(SUITES[0]), folder)
    return SUITES[0], "\n".join([f"not built: those that the programs of {SUITES[0]} carry, as", *problems])


def _take_out(tools, folder):
    """Writes the object that each program carries as NAME.bpf.o."""
    for name in os.listdir(tools):
        path = os.path.join(tools, name)
        if os.path.islink(path):
            continue  # another name of a program
        with open(path, "rb") as file:
            content = file.read()
        with open(os.path.join(folder, f"{name}.bpf.o"), "wb") as file:
            file.write(_object_in(content, name))


def _object_in(content, name):
    """The only ELF file for BPF within another one's bytes."""
    at = content.find(b"\x7fELF\x02\x01", 1)
    while at >= 0:
        machine = struct.unpack_from("<H", content, at + 18)[0]
        if machine == EM_BPF:
            (sections,) = struct.unpack_from("<Q", content, at + 40)
            size, count = struct.unpack_from("<HH", content, at + 58)
            return content[at : at + sections + size * count]
        at = content.find(b"\x7fELF\x02\x01", at + 1)
    raise AssertionError(f"{name} carries no object")


def _unpack(archive, folder):
    """Takes the folder libbpf-tools out of the archive of the source."""
    with tarfile.open(archive) as files:
        for member in files:
            _, _, path = member.name.partition("/")
            if path.startswith("libbpf-tools/") and (member.isfile() or member.issym()):
                member.name = path
                files.extract(member, folder)
    return os.path.join(folder, "libbpf-tools")


def _build(source, headers, folder):
    """Compiles each program as the package's Makefile does."""
    with open(os.path.join(source, "Makefile"), encoding="utf-8") as makefile:
        more = dict(re.findall(r"^BPFCFLAGS_(\w+) := \$\(BPFCFLAGS\) (.*)$", makefile.read(), re.MULTILINE))
    names = sorted(name.removesuffix(".bpf.c") for name in os.listdir(source) if name.endswith(".bpf.c"))

    def compile_one(name):
        built = os.path.join(folder, f"{name}.bpf.o")
        command = [*CLANG.split(), *more.get(name, "").split(), f"-I{headers}", "-Ix86", "-I.", "-c", f"{name}.bpf.c", "-o", built]
        subprocess.run(command, cwd=source, check=True, timeout=120)
        subprocess.run(["llvm-strip", "-g", built], check=True, timeout=60)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_one, names))
