# SPDX-License-Identifier: Apache-2.0
"""What each probe is measured under: a second or so of its events."""

import mmap
import os
import signal
import socket
import sys
import tempfile
import time

E2E = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "e2e")
sys.path.insert(0, E2E)

from harness import children  # noqa: E402

BLOCK = 4096


def switches():
    """Two tasks on one CPU that wake each other."""
    rounds = "50000"
    script = os.path.join(E2E, "workloads", "switches.py")
    done = children.run(["sh", "-c", f"echo | {sys.executable} {script} {rounds}"], 60)
    if done.returncode != 0:
        raise AssertionError(done.stderr)


def calls():
    for _ in range(300_000):
        os.getppid()


def packets():
    with socket.socket(type=socket.SOCK_DGRAM) as to, socket.socket(type=socket.SOCK_DGRAM) as out:
        to.bind(("127.0.0.1", 0))
        for _ in range(50_000):
            out.sendto(b"x", to.getsockname())
            to.recv(1)


def disk_reads():
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
        file.write(b"x" * BLOCK)
        file.flush()
        os.fsync(file.fileno())
        disk = os.open(file.name, os.O_RDONLY | os.O_DIRECT)
        block = mmap.mmap(-1, BLOCK)  # where O_DIRECT may write
        for _ in range(5_000):
            os.preadv(disk, [block], 0)
        os.close(disk)


def statistics_of_memory():
    """Work for every CPU."""
    for _ in range(3_000):
        with open("/proc/sys/vm/stat_refresh", "w", encoding="ascii") as file:
            file.write("1")


def sleeps():
    for _ in range(20_000):
        time.sleep(0.000001)


def computing():
    end = time.process_time() + 1
    while time.process_time() < end:
        os.urandom(4096)


def programs():
    for _ in range(300):
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


def page_faults():
    """Of memory that nobody has touched yet."""
    for _ in range(20):
        with mmap.mmap(-1, 2_000 * BLOCK) as memory:
            memory.madvise(mmap.MADV_NOHUGEPAGE)
            for page in range(0, len(memory), BLOCK):
                memory[page] = 1


def own_signals():
    signal.signal(signal.SIGUSR1, lambda *unused: None)
    for _ in range(20_000):
        os.kill(os.getpid(), signal.SIGUSR1)


def connections():
    """Short ones, with some requests and answers each."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for _ in range(200):
            with socket.create_connection(listener.getsockname()) as client:
                server, _ = listener.accept()
                with server:
                    for _ in range(10):
                        client.sendall(bytes(200))
                        server.recv(200)
                        server.sendall(bytes(2_000))
                        client.recv(2_000, socket.MSG_WAITALL)


def lookups():
    for _ in range(3_000):
        socket.getaddrinfo("127.0.0.1", 80)


OF = {
    "biolatency": disk_reads,
    "cgroup_sched": switches,
    "cpudist": switches,
    "cpuprofile": computing,
    "dnslat": lookups,
    "exec": programs,
    "hardirq": disk_reads,
    "kernel_health": sleeps,
    "packets": packets,
    "pagefault": page_faults,
    "runqlat": switches,
    "signals": own_signals,
    "softirq": packets,
    "syscalls": calls,
    "tcpconn": connections,
    "tcprtt": connections,
    "workqueue": statistics_of_memory,
}
