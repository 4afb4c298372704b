# SPDX-License-Identifier: Apache-2.0
"""Debian 12's libbpf-tools: the packaged programs, unpacked, and the objects of the source package, built.

Not every mirror has sources. Each packaged program carries the object that Debian built of the same source; where there
is no source, that is taken."""

import concurrent.futures
import fcntl
import os
import struct
import subprocess
import tarfile
import tempfile

from . import servers
from .exporter import ROOT

SUITE = "bookworm"
CACHE = os.path.join(ROOT, "build", "libbpf-tools")
SOURCE = "bpfcc"  # the package that they are part of
EM_BPF = 247
CLANG = "clang -g -O2 -target bpf -D__TARGET_ARCH_x86"


def programs():
    """The folder of the packaged programs; servers.Unavailable without the mirror."""
    return os.path.join(servers.fetch("libbpf-tools", SUITE), "usr", "sbin")


def objects():
    """The folder of the objects, NAME.bpf.o; made once. servers.Unavailable without the mirror."""
    os.makedirs(CACHE, exist_ok=True)
    made = os.path.join(CACHE, "objects")
    with open(os.path.join(CACHE, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(made):
            with tempfile.TemporaryDirectory(dir=CACHE) as work:
                folder = os.path.join(work, "objects")
                os.mkdir(folder)
                _make(work, folder)
                os.rename(folder, made)
    return made


def _make(work, folder):
    try:
        archive = servers.download_source(SOURCE, SUITE, os.path.join(work, "apt"))
    except servers.Unavailable as error:
        print(f"the objects are those of the packaged programs: {error}", flush=True)
        _take_out(programs(), folder)
    else:
        _build(_unpack(archive, os.path.join(work, "source")), folder)


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


def _build(source, folder):
    names = sorted(name for name in os.listdir(source) if name.endswith(".bpf.c"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: _compile(source, name, folder), names))


def _compile(source, name, folder):
    command = [*CLANG.split(), "-Ix86", "-I.", "-c", name, "-o", os.path.join(folder, name[:-2] + ".o")]
    subprocess.run(command, cwd=source, check=True, timeout=120)
