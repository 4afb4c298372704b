# SPDX-License-Identifier: Apache-2.0
"""security: counted uses of privilege."""

import ctypes
import os
import resource
import shutil
import struct
import tempfile

from harness import children
from probe import ProbeTest

COUNT = 30
NOBODY = 65534
SYS_BPF = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
PROG_LOAD, LWT_OUT = 5, 11
PTRACE_TRACEME, PTRACE_ATTACH, PTRACE_DETACH = 0, 16, 17
libc = ctypes.CDLL(None, use_errno=True)


def in_child(work, user=0):
    """Runs `work` in a child process as `user`, which must succeed."""
    pid = os.fork()
    if pid == 0:
        try:
            if user:
                os.setgroups([])
                os.setresgid(user, user, user)
                os.setresuid(user, user, user)
            work()
            os._exit(0)
        finally:
            os._exit(1)
    if os.waitpid(pid, 0)[1] != 0:
        raise AssertionError("the child failed")


def ignoring_refusals(call):
    def work():
        for _ in range(COUNT):
            try:
                call()
            except PermissionError:
                pass

    return work


class Capabilities(ProbeTest):
    def setUp(self):
        super().setUp()
        self.need_attached("capability_checked")

    def grown(self, work, user, **labels):
        return self.growth(
            lambda: in_child(work, user), "security_capability_checks_total", **labels
        )

    def test_granted_and_denied(self):
        change_root = ignoring_refusals(lambda: os.chroot("/"))
        for user, verdict in ((0, "granted"), (NOBODY, "denied")):
            with self.subTest(verdict=verdict):
                labels = {"capability": "CAP_SYS_CHROOT", "verdict": verdict}
                self.assertEqual(COUNT, self.grown(change_root, user, **labels))

    def test_denied_without_a_word(self):
        """The kernel shows the addresses in /proc/PID/stat to those who may trace the process."""

        def look():
            with open("/proc/1/stat", "rb") as file:
                file.read()

        labels = {"capability": "CAP_SYS_PTRACE", "verdict": "denied_quietly"}
        self.assertGreaterEqual(self.grown(ignoring_refusals(look), NOBODY, **labels), COUNT)


class SetId(ProbeTest):
    def test_set_id_bits(self):
        for mode, bits in ((0o4755, "setuid"), (0o2755, "setgid"), (0o6755, "setuid_setgid")):
            # The mode is that of somebody else for root, and not for who owns the file.
            for user, effect in ((0, "changed"), (NOBODY, "unchanged")):
                with self.subTest(bits=bits, effect=effect), tempfile.TemporaryDirectory() as folder:
                    os.chmod(folder, 0o755)
                    program = os.path.join(folder, "true")
                    shutil.copy("/bin/busybox", program)
                    os.chown(program, NOBODY, NOBODY)
                    os.chmod(program, mode)
                    labels = {"bits": bits, "effect": effect}

                    def execute():
                        os.execv(program, ["true"])

                    def work():
                        for _ in range(3):
                            in_child(execute, user)

                    self.assertEqual(3, self.growth(work, "security_set_id_execs_total", **labels))


class Loads(ProbeTest):
    def test_bpf_programs(self):
        self.need_attached("bpf_program_loaded")
        # r0 = 0; exit
        code = struct.pack("=BBhi", 0xB7, 0, 0, 0) + struct.pack("=BBhi", 0x95, 0, 0, 0)
        instructions, license_ = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b"GPL")
        attributes = struct.pack(
            "=IIQQ", LWT_OUT, 2, ctypes.addressof(instructions), ctypes.addressof(license_)
        )
        buffer = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)

        # What 5.10 charges programs to.
        limits = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_MEMLOCK, limits)

        def load():
            for _ in range(COUNT):
                fd = libc.syscall(SYS_BPF, PROG_LOAD, buffer, 128)
                self.assertGreaterEqual(fd, 0, os.strerror(ctypes.get_errno()))
                os.close(fd)

        grown = self.growth(load, "security_bpf_loads_total", type="lwt_out")
        self.assertEqual(COUNT, grown)

    def test_modules(self):
        """Debian's own are in the tree and signed; where a kernel does not hold signatures to be
        necessary it says of others that they are unsigned."""
        self.need_attached("module_loaded")
        module = "/modules/sch_netem.ko"
        if not os.path.exists(module):
            self.skipTest(f"there is no {module}: it is for guests")

        def load():
            for _ in range(3):
                children.run(["rmmod", "sch_netem"]).check_returncode()
                children.run(["insmod", module]).check_returncode()

        page = self.page().by_label("ebpf_exporter_security_module_loads_total", "kind")
        before = sum(page.values())
        load()
        page = self.page().by_label("ebpf_exporter_security_module_loads_total", "kind")
        self.assertEqual(3, sum(page.values()) - before)


class Tracing(ProbeTest):
    def test_ptrace(self):
        self.need_attached("ptrace_asked")

        def attach():
            ready, go = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(go)
                os.read(ready, 1)
                os._exit(0)
            os.close(ready)
            try:
                self.assertEqual(0, libc.ptrace(PTRACE_ATTACH, pid, 0, 0))
                os.waitpid(pid, 0)
                self.assertEqual(0, libc.ptrace(PTRACE_DETACH, pid, 0, 0))
            finally:
                os.close(go)
                os.waitpid(pid, 0)

        def refused():
            if libc.ptrace(PTRACE_ATTACH, 1, 0, 0) == 0:
                raise AssertionError("nobody may not trace init")

        def offer():
            libc.ptrace(PTRACE_TRACEME, 0, 0, 0)

        for work, user, labels in (
            (attach, None, {"mode": "attach", "verdict": "granted"}),
            (refused, NOBODY, {"mode": "attach", "verdict": "denied"}),
            (offer, 0, {"mode": "traceme", "verdict": "granted"}),
        ):
            with self.subTest(**labels):
                run = work if user is None else lambda: in_child(work, user)
                self.assertEqual(1, self.growth(run, "security_ptrace_total", **labels))
