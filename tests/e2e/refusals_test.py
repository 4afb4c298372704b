# SPDX-License-Identifier: Apache-2.0
"""That the reason is told why a whole system call is refused: containers that filter them."""

import errno
import os
import unittest

from harness import outcome
from harness.exporter import CONFIG, PROGRAMS, run_to_end

REFUSING = os.path.join(os.path.dirname(os.path.realpath(__file__)), "harness", "refusing.py")
SAME_IDS = os.path.join(os.path.dirname(REFUSING), "same_ids.py")
CALLS = {"bpf": 321, "perf_event_open": 298}  # asm/unistd_64.h
FILTER = (
    "; a seccomp filter refuses {}() (Seccomp: 2 in /proc/self/status); "
    "give the container or unit a profile that allows it"
)


@unittest.skipUnless(os.uname().machine == "x86_64", "the numbers of calls are those of x86-64")
class RefusedCalls(unittest.TestCase):
    def setUp(self):
        outcome.need_root()

    def log(self, name, *prefix):
        flags = (f"--config.dir={CONFIG}", f"--programs.dir={PROGRAMS}", f"--config.names={name}")
        done = run_to_end(*flags, "--config.check", "--log.no-timestamps", prefix=prefix)
        return done.stderr.splitlines()

    def refused(self, name, call, code):
        return self.log(name, "/usr/bin/python3", "-B", REFUSING, str(code), str(CALLS[call]))

    def test_a_filter_that_refuses_bpf(self):
        for code, text in (
            (errno.EPERM, "Operation not permitted"),
            (errno.ENOSYS, "Function not implemented"),
        ):
            self.assertIn(
                f"error config 'packets': object 'packets.bpf.o': load: {text}"
                + FILTER.format("bpf"),
                self.refused("packets", "bpf", code),
            )

    def test_a_filter_that_refuses_perf_event_open(self):
        for code in (errno.EPERM, errno.ENOSYS):
            lines = self.refused("cpuprofile", "perf_event_open", code)
            telling = [line for line in lines if FILTER.format("perf_event_open") in line]
            self.assertTrue(telling, lines)
            self.assertTrue(all(line.count("; ") == 2 for line in telling), telling)

    def test_a_user_namespace(self):
        for prefix in (("unshare", "--user", "--map-root-user"), ("/usr/bin/python3", "-B", SAME_IDS)):
            self.assertIn(
                "error config 'packets': object 'packets.bpf.o': load: Operation not permitted; the "
                "process has its capabilities in a user namespace only (/proc/self/uid_map), as in a "
                "rootless container; the kernel asks for those of the host",
                self.log("packets", *prefix),
            )


if __name__ == "__main__":
    unittest.main()
