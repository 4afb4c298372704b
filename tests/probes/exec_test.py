# SPDX-License-Identifier: Apache-2.0
"""exec: forks against /proc/stat, and processes whose ends the test counts."""

import ctypes
import os
import signal
import tempfile
import threading
import time

from probe import ProbeTest

PROCESSES = 40
# Ends that nothing else on the machine makes.
STATUS, STATUSES_OF_THREADS = 201, (202, 203, 204, 205)
SYS_EXIT = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
libc = ctypes.CDLL(None)


def forked():
    """Tasks that the kernel has created since boot."""
    with open("/proc/stat", encoding="ascii") as table:
        return next(int(line.split()[1]) for line in table if line.startswith("processes "))


def run(child, count=PROCESSES):
    """Calls `child` in that many processes, one after the other; the exit codes."""
    codes = []
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            try:
                child()
            finally:
                os._exit(250)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    return codes


def end_all_threads_at_once():
    """Each thread ends itself, the last one the process."""
    together = threading.Barrier(len(STATUSES_OF_THREADS))

    def end(code):
        together.wait()
        libc.syscall(SYS_EXIT, code)

    for code in STATUSES_OF_THREADS[1:]:
        threading.Thread(target=end, args=(code,), daemon=True).start()
    end(STATUSES_OF_THREADS[0])


class Processes(ProbeTest):
    def all_forks(self):
        kinds = self.page().by_label("ebpf_exporter_exec_forks_total", "kind")
        return sum(kinds.values())

    def test_forks_are_those_of_proc_stat(self):
        # Everybody makes tasks: each read of ours lies between two of the kernel's.
        least_before = forked()
        before = self.all_forks()
        most_before = forked()
        run(lambda: os._exit(0))
        for _ in range(PROCESSES):
            thread = threading.Thread(target=lambda: None)
            thread.start()
            thread.join()
        least_after = forked()
        after = self.all_forks()
        most_after = forked()
        # The kernel counts a task that it then cannot start, and those that io_uring makes.
        self.assertGreaterEqual(after - before, least_after - most_before - os.cpu_count())
        self.assertLessEqual(after - before, most_after - least_before + os.cpu_count())
        self.assertGreaterEqual(after - before, 2 * PROCESSES)

    def test_processes_and_threads_are_told_apart(self):
        def start_thread():
            thread = threading.Thread(target=lambda: None)
            thread.start()
            thread.join()

        for kind, work in (("process", lambda: run(lambda: os._exit(0), 1)), ("thread", start_thread)):
            with self.subTest(kind=kind):
                grown = self.growth(
                    lambda: [work() for _ in range(PROCESSES)], "exec_forks_total", kind=kind
                )
                self.assertGreaterEqual(grown, PROCESSES)

    def test_exit_codes(self):
        labels = {"reason": "exited", "status": str(STATUS)}
        ended = self.growth(lambda: run(lambda: os._exit(STATUS)), "exec_exits_total", **labels)
        self.assertEqual(PROCESSES, ended)

    def test_signals_that_kill(self):
        def die():
            os.kill(os.getpid(), signal.SIGSTKFLT)

        labels = {"reason": "killed", "status": "SIGSTKFLT"}
        ended = self.growth(lambda: run(die), "exec_exits_total", **labels)
        self.assertEqual(PROCESSES, ended)

    def test_a_process_whose_threads_end_together_ends_once(self):
        def exits():
            statuses = self.page().by_label("ebpf_exporter_exec_exits_total", "status")
            return [statuses.get(str(status), 0) for status in STATUSES_OF_THREADS]

        before = exits()
        codes = run(end_all_threads_at_once)
        grown = [new - old for new, old in zip(exits(), before)]
        # Which thread's code it is depends on the kernel.
        self.assertEqual([codes.count(status) for status in STATUSES_OF_THREADS], grown)
        self.assertEqual(PROCESSES, sum(grown))

    def test_life_time(self):
        before = self.page().value("ebpf_exporter_exec_lifetime_seconds_sum")
        began = time.monotonic()
        run(lambda: time.sleep(0.02), 10)
        took = time.monotonic() - began
        grown = self.page().value("ebpf_exporter_exec_lifetime_seconds_sum") - before
        self.assertGreaterEqual(grown, 10 * 0.02)
        self.assertGreater(took, 10 * 0.02)

    def test_programs_that_were_executed(self):
        def execute():
            os.execv("/bin/sh", ["sh", "-c", f"exit {STATUS}"])

        grown = self.growth(lambda: run(execute, 10), "exec_execs_total", result="ok")
        self.assertGreaterEqual(grown, 10)

    def test_programs_that_could_not_be_executed(self):
        self.need_attached("execve_returned")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "loop")
            os.symlink(path, path)

            def execute():
                for _ in range(PROCESSES):
                    try:
                        os.execv(path, [path])
                    except OSError:
                        pass

            self.assertEqual(PROCESSES, self.growth(execute, "exec_execs_total", result="ELOOP"))
