# SPDX-License-Identifier: Apache-2.0
"""calls.py: known numbers of system calls that nothing else on a machine makes often, half of them
in a child process."""

import ctypes
import os

CALLS = {
    "getpriority": 101,
    "getsid": 202,
    "setfsuid": 303,
    "setfsgid": 404,
    "getitimer": 505,
    "sched_rr_get_interval": 606,
    "sched_get_priority_max": 707,
}


def make(name, times):
    libc = ctypes.CDLL(None)
    room = ctypes.create_string_buffer(64)
    arguments = {
        "getpriority": (0, 0),
        "getsid": (0,),
        "setfsuid": (os.geteuid(),),
        "setfsgid": (os.getegid(),),
        "getitimer": (0, room),
        "sched_rr_get_interval": (0, room),
        "sched_get_priority_max": (0,),
    }[name]
    function = getattr(libc, name)
    for _ in range(times):
        function(*arguments)


def main():
    child = os.fork()
    for name, times in CALLS.items():
        make(name, times // 2 if child else times - times // 2)
    if child:
        os.waitpid(child, 0)
    else:
        os._exit(0)


if __name__ == "__main__":
    main()
