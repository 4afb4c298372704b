# SPDX-License-Identifier: Apache-2.0
"""One run of a guest: boots it, reads what its commands print, and tells a panic from a hang."""
import dataclasses
import os
import re
import selectors
import shutil
import subprocess
import sys
import time

QEMU = "qemu-system-x86_64"
# Guests hang under KVM on some hosts, and emulation needs no device. One thread runs both CPUs in
# turn: with a thread for each, one CPU may run the int3 that the kernel puts over code while it
# patches it after the other has taken it away, which 7.3 calls an oops. It is no slower: 107 s for
# the probes' tests on 7.3, of about 170 (2026-11-26, two real CPUs).
MACHINE = ["-machine", "q35", "-accel", "tcg,thread=single", "-cpu", "max", "-smp", "2"]
MEMORY = "1G"
# Each instruction takes a nanosecond and idling none, whatever else the host does: for what is
# measured. With several CPUs such a guest does not boot.
COUNTED = ["-smp", "1", "-icount", "shift=0,sleep=off"]
# At boot the kernel panics when no timer interrupt comes in time, as on a busy machine.
KERNEL_ARGUMENTS = "console=ttyS0 quiet panic=-1 oops=panic lsm=lockdown,bpf no_timer_check"
# In the kernel's words, but for the lines that a test of warnings writes.
BROKEN_KERNEL = re.compile(
    r"^(?!.*test, not so: ).*(Kernel panic|Oops:|BUG:|general protection fault)", re.MULTILINE
)
LONGEST_OUTPUT = 4 << 20
SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt


@dataclasses.dataclass
class Command:
    """A shell command for the guest and the seconds that it may take there."""

    name: str
    line: str
    seconds: int = 60


@dataclasses.dataclass
class Result:
    name: str
    status: int
    output: str


@dataclasses.dataclass
class Disk:
    """A virtio disk of the guest, with `name` as its serial number, in a sparse file of that size
    that lasts as long as the guest, or longer with `kept`. `iops`: requests that get through in a second, 0 for all;
    `queue`: requests that it takes at a time; with `broken` every read is an I/O error."""

    name: str
    megabytes: int
    iops: int = 0
    queue: int = 128
    broken: bool = False
    kept: bool = False

    def arguments(self, path):
        """QEMU's arguments for it in the file `path`."""
        file = f"file.driver=file,file.filename={path}"
        if self.broken:
            file = "file.driver=blkdebug,file.inject-error.0.event=read_aio"
            file += f",file.image.driver=file,file.image.filename={path}"
        drive = f"if=none,id={self.name},format=raw,cache=unsafe,throttling.iops-total={self.iops}"
        device = f"virtio-blk-pci,drive={self.name},serial={self.name},num-queues=1"
        return ["-drive", f"{drive},{file}", "-device", f"{device},queue-size={self.queue}"]


class GuestError(Exception):
    """The guest did not get through its commands; the text ends with what it last said."""


def missing():
    """What this machine lacks for a guest, as text; empty if nothing."""
    lacks = [tool for tool in (QEMU, "busybox", "strip") if shutil.which(tool) is None]
    if os.uname().machine != "x86_64":
        lacks.append("an x86-64 machine")
    return " and ".join(lacks)


def skip(reason):
    """Says why nothing runs here; the exit code for that, a failure under REQUIRE_KERNEL=1."""
    required = os.environ.get("REQUIRE_KERNEL") == "1"
    print(f"{'failed' if required else 'skipped'}: needs {reason}", file=sys.stderr)
    return 1 if required else SKIPPED


def commands_file(commands):
    """What /init reads: name, seconds and command, a line each."""
    for command in commands:
        assert "|" not in command.name and "\n" not in command.line
    return "".join(f"{command.name}|{command.seconds}|{command.line}\n" for command in commands)


def is_emulators(error):
    """Whether a GuestError is a fault of QEMU's: with several emulated CPUs one of them may run the
    int3 that the kernel puts over code while it patches it, after the kernel has done with it."""
    return "Oops: int3" in str(error)


def boot(
    kernel, initramfs, console, commands, seconds, disks=(), memory=MEMORY, arguments="", more=()
):
    """Runs all `commands` in a guest with so much `memory` and `more` of QEMU's arguments, whose kernel
    has these `arguments` too, and returns their Results; GuestError when it ends early or takes
    longer than `seconds`. The kernel's own messages go to the file `console`, beside which
    the files of `disks` are."""
    files = {f"{console}.{disk.name}": disk for disk in disks}
    try:
        for path, disk in files.items():
            with open(path, "wb") as file:
                file.truncate(disk.megabytes << 20)
        options = f"{KERNEL_ARGUMENTS} {arguments}".strip()
        return _boot(kernel, initramfs, console, commands, seconds, files, memory, options, more)
    finally:
        for path, disk in files.items():
            if os.path.exists(path) and not disk.kept:
                os.remove(path)


def _boot(kernel, initramfs, console, commands, seconds, files, memory, options, more):
    arguments = [
        # What runs beside mostly waits, and should not wait for a CPU as well.
        "nice",
        "-n",
        "5",
        QEMU,
        *MACHINE,
        *more,
        "-m",
        memory,
        "-display",
        "none",
        "-monitor",
        "none",
        "-no-reboot",
        "-nodefaults",
        "-serial",
        f"file:{console}",
        "-serial",
        "stdio",
        "-kernel",
        kernel,
        "-initrd",
        initramfs,
        "-append",
        options,
    ]
    for path, disk in files.items():
        arguments += disk.arguments(path)
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        text, ended = _read(process, time.monotonic() + seconds)
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()
    results = parse(text)
    messages = _tail(console)
    if BROKEN_KERNEL.search(messages):
        problem = "the guest's kernel broke"
    elif not ended:
        problem = f"the guest was not done after {seconds} s; it hangs or is too slow"
    elif "@@ off" not in text or len(results) != len(commands):
        problem = "the guest stopped before its commands were done"
    else:
        return results
    raise GuestError(f"{problem}:\n{messages}\n{text[-4000:]}")


def parse(text):
    """Results from the guest's output: "@@ begin NAME", what the command wrote, "@@ end STATUS"."""
    found = re.findall(r"^@@ begin (\S+)\n(.*?)@@ end (\d+)$", text, re.MULTILINE | re.DOTALL)
    return [Result(name, int(status), output) for name, output, status in found]


def _read(process, deadline):
    """All output until the end, and whether the end came before `deadline`."""
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0 and len(output) < LONGEST_OUTPUT:
            if not selector.select(left):
                continue
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return _text(output), True
            output += chunk
    return _text(output), False


def _text(output):
    return output.decode(errors="replace").replace("\r\n", "\n")


def _tail(path):
    with open(path, "rb") as file:
        return _text(file.read())[-8000:]
