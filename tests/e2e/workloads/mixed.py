# SPDX-License-Identifier: Apache-2.0
"""mixed.py: something of everything that libbpf-tools look at: files, disks, processes, signals, the network on
loopback, mounts, memory, CPUs, what people type. In a mount namespace of its own."""

import ctypes
import glob
import mmap
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time

TIMES = 40
CGROUPS = "/sys/fs/cgroup"
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE = 0x20000, 0x4000, 0x40000
_libc = ctypes.CDLL(None, use_errno=True)


def files():
    with tempfile.TemporaryDirectory() as folder:
        for number in range(TIMES):
            path = os.path.join(folder, str(number))
            with open(path, "wb") as file:
                file.write(bytes(10000))
                file.flush()
                os.fsync(file.fileno())
            with open(path, "rb") as file:
                file.read()
            os.stat(path)
            os.statvfs(path)
            os.unlink(path)


def mounts():
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(TIMES):
            if _libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, None) != 0:
                raise OSError(ctypes.get_errno(), "mount")
            if _libc.umount2(folder.encode(), 0) != 0:
                raise OSError(ctypes.get_errno(), "umount")


def disks():
    """Direct reads, past all caches, of a file or of a whole disk: what a machine or a guest can."""
    with tempfile.NamedTemporaryFile(dir="/var/tmp" if os.path.isdir("/var/tmp") else None) as file:
        file.write(bytes(4096 * TIMES))
        file.flush()
        os.fsync(file.fileno())
        read_directly(file.name)
    for path in sorted(glob.glob("/dev/vd?")):
        read_directly(path)


def read_directly(path):
    memory = mmap.mmap(-1, 4096)
    try:
        file = os.open(path, os.O_RDONLY | os.O_DIRECT)
    except OSError:
        return  # a file in memory, a disk that this machine does not let anybody have
    try:
        for number in range(TIMES):
            os.preadv(file, [memory], 4096 * (number * 7 % TIMES))
    except OSError:
        pass  # a disk that is there to be broken
    finally:
        os.close(file)


def processes():
    for _ in range(TIMES):
        subprocess.run(["/bin/true"], check=True)


def typing():
    """Lines for a shell that asks for them by readline()."""
    lines = ":\n" * TIMES
    shell = ["bash", "--norc", "--noprofile", "-i"]
    subprocess.run(shell, input=lines, text=True, check=True, capture_output=True, env={**os.environ, "HISTFILE": ""})


def memory():
    """A process that takes more than its cgroup may have, where cgroups limit memory."""
    try:
        with open(f"{CGROUPS}/cgroup.subtree_control", encoding="ascii") as controllers:
            if "memory" not in controllers.read().split():
                return
        cgroup = tempfile.mkdtemp(dir=CGROUPS)
    except OSError:
        return  # other cgroups than those, or not for us
    try:
        for name in ("memory.max", "memory.swap.max"):
            if os.path.exists(f"{cgroup}/{name}"):
                write(f"{cgroup}/{name}", "0" if "swap" in name else str(8 << 20))
        child = os.fork()
        if child == 0:
            write(f"{cgroup}/cgroup.procs", "0")
            bytearray(os.urandom(64 << 20))
            os._exit(0)
        os.waitpid(child, 0)
    finally:
        os.rmdir(cgroup)


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def signals():
    signal.signal(signal.SIGUSR1, lambda *_: None)
    for _ in range(TIMES):
        os.kill(os.getpid(), signal.SIGUSR1)


def connections(family, address):
    """A connection after the other, each with a little to and fro."""
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen(TIMES)
        for _ in range(TIMES):
            with socket.create_connection(server.getsockname()[:2]) as client:
                accepted, _ = server.accept()
                with accepted:
                    for _ in range(4):
                        client.sendall(bytes(1000))
                        accepted.recv(1000)
                        accepted.sendall(bytes(1000))
                        client.recv(1000)


def network():
    connections(socket.AF_INET, "127.0.0.1")
    if os.path.exists("/proc/sys/net/ipv6"):
        connections(socket.AF_INET6, "::1")
    for _ in range(TIMES):
        socket.getaddrinfo("127.0.0.1", 9)


def cpus():
    """Threads that want more CPUs than there are, and wait for each other."""
    lock = threading.Lock()

    def work():
        until = time.process_time() + 0.5
        while time.process_time() < until:
            with lock:
                pass

    threads = [threading.Thread(target=work) for _ in range(2 * os.cpu_count())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    if _libc.unshare(_CLONE_NEWNS) != 0 or _libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
        raise OSError(ctypes.get_errno(), "a mount namespace")
    for part in (files, mounts, disks, processes, typing, signals, network, memory, cpus):
        part()


if __name__ == "__main__":
    main()
