# SPDX-License-Identifier: Apache-2.0
"""What is known of the objects of libbpf-tools: how their own tools tell the total, and which count nothing here, and why."""

import dataclasses
import os
import re

# Kernels of some virtual machines have neither kprobes nor fentry; that of the guest has.
WITH_FUNCTIONS = os.path.exists("/sys/bus/event_source/devices/kprobe")
IN_GUEST = bool(os.environ.get("BPF_EXPORTER_BORROWED"))


def rows(pattern):
    """Counts the lines that the pattern matches."""
    return lambda text: len(re.findall(pattern, text, re.MULTILINE))


def numbers(pattern):
    """Adds the numbers that the pattern's groups find."""

    def total(text):
        found = re.findall(pattern, text, re.MULTILINE)
        return sum(int(number) for groups in found for number in ([groups] if isinstance(groups, str) else groups))

    return total


@dataclasses.dataclass
class Oracle:
    """`total` reads from what the tool prints what the series of `metric`, a pattern, add up to."""

    metric: str
    total: callable
    arguments: str = ""


HISTOGRAM = numbers(r"^ *\d+ -> \d+ +: (\d+) ")
EVENTS = r"\w+_events_total"
EVENT = rows(r"^(?!PID|TIME|PCOMM|COMM|SKADDR|T +PID|Tracing).+$")
ORACLES = {
    "bindsnoop": Oracle(EVENTS, EVENT),
    "biolatency": Oracle(r"\w+_hists_count", HISTOGRAM),
    "biopattern": Oracle(r"\w+_(sequential|random)_total", numbers(r"^\S+ +\d+ +\d+ +(\d+) +\d+$")),
    "bitesize": Oracle(r"\w+_hists_count", HISTOGRAM),
    "cpudist": Oracle(r"\w+_hists_count", HISTOGRAM),
    "execsnoop": Oracle(EVENTS, rows(r"^.{1,16} +\d+ +\d+ +-?\d+ ")),
    "exitsnoop": Oracle(EVENTS, EVENT),
    "hardirqs": Oracle(r"\w+_count_total", numbers(r"^\S.* +(\d+) +\d+ +\d+$")),
    "mountsnoop": Oracle(EVENTS, EVENT),
    "opensnoop": Oracle(EVENTS, EVENT),
    "runqlat": Oracle(r"\w+_hists_count", HISTOGRAM),
    "sigsnoop": Oracle(EVENTS, EVENT),
    "softirqs": Oracle(r"\w+_counts_total", numbers(r"^\S+ +\d+ +(\d+)$"), "-C"),
    "solisten": Oracle(EVENTS, EVENT),
    "syscount": Oracle(r"\w+_count_total", numbers(r"^\S.* +(\d+)$"), "--top 500"),
    "tcpconnect": Oracle(EVENTS, EVENT),
    "tcpconnlat": Oracle(EVENTS, EVENT),
    "tcplife": Oracle(EVENTS, EVENT),
    "tcprtt": Oracle(r"\w+_hists_count", HISTOGRAM),
    "tcpstates": Oracle(EVENTS, EVENT),
    "tcpsynbl": Oracle(r"\w+_hists_count", HISTOGRAM),
    "tcptracer": Oracle(EVENTS, EVENT),
}
# Of 0.26, where the fields are called the same.
MICROSECONDS = numbers(r"^\S+ +(\d+)$")
OLD_ORACLES = {
    "hardirqs": Oracle(r"\w+_count_total", MICROSECONDS),
    "softirqs": Oracle(r"\w+_counts_total", MICROSECONDS),
}

OF_FUNCTIONS = (
    "bindsnoop biotop cachestat capable filelife filetop fsdist fsslower funclatency klockstat ksnoop mdflush"
    " numamove oomkill readahead slabratetop solisten tcpconnect tcpconnlat tcprtt tcpsynbl tcptop tcptracer vfsstat"
).split()
# Whose programs no kernel takes as the object has them, or whose rows init does not show.
SILENT = {
    "bashreadline": "its section names a function, and nothing which program has it: its tool looks for bash",
    "fsdist": "its sections name no function of a kernel: its tool puts those of a file system in",
    "fsslower": "its sections name no function of a kernel: its tool puts those of a file system in",
    "funclatency": "its sections name no function of a kernel: its tool is told which",
    "gethostlatency": "its sections name no function of a kernel: its tool attaches them to the C library",
    "javagc": "its sections name no static tracepoint: its tool is told which process has it",
    "slabratetop": "its rows have the address of a cache as the key, and init leaves such out",
    "ksnoop": "its sections name no function of a kernel: its tool is told which",
}


# Which count twice what their own tools count, for reasons that a configuration cannot be guessed from.
TWICE = {
    "sigsnoop": "its programs at kill(2) and its like and the one at signal_generate send to one buffer, and its tool loads either",
}


# What Debian 12's kernel has not, nor has what its own tools load.
GONE = {
    "biostacks": "no blk_account_io_start",
    "biotop": "no blk_account_io_start",
    "mdflush": "no md_flush_request without the module md",
    "readahead": "no do_page_cache_ra that a program could be attached to",
}
OLD_GONE = {**GONE, "biosnoop": "no blk_account_io_start, and its verifier refuses block_rq_complete"}
# Of which the workload makes no event.
WITHOUT_EVENTS = {
    "numamove": "one node has nowhere to move a page to",
    "drsnoop": "nothing takes so much memory that the kernel has to reclaim some directly",
    "oomkill": "nothing takes so much memory that the kernel kills",
}


class Known:
    """What holds for the objects of a suite on this kernel."""

    def __init__(self, suite):
        self._first = suite == "bookworm"  # and 0.26, as old

    def oracles(self):
        """{name: Oracle} of the tools to run: under emulation only those of objects that have programs for one event in
        several forms, and some others."""
        others = "biopattern bitesize exitsnoop mountsnoop opensnoop tcpstates tcptracer".split()
        found = {**ORACLES, **(OLD_ORACLES if self._first else {})}
        return {name: oracle for name, oracle in found.items() if not IN_GUEST or name not in others}

    def impossible(self):
        """{name: why} of the objects whose programs this kernel cannot have, as their own tools cannot."""
        found = {}
        if not WITH_FUNCTIONS:
            found.update((name, "this kernel has no kprobes and no fentry") for name in OF_FUNCTIONS)
            if self._first:
                found["biostacks"] = "this kernel has no kprobes and no fentry"
        elif IN_GUEST:
            found.update(OLD_GONE if self._first else GONE)
        if self._first and tuple(int(number) for number in os.uname().release.split(".")[:2]) >= (6, 14):
            found["runqlen"] = "newer kernels have renamed the field that it reads"
        return found

    def silent(self):
        """{name: why} of the objects that count nothing of the workload on this kernel."""
        found = {**SILENT, **WITHOUT_EVENTS, **self.impossible()}
        if not os.path.exists("/sys/devices/system/cpu/cpu0/cpufreq"):
            found["cpufreq"] = "the CPUs tell no frequency here"
        return found


# How many of the tools run, at least, and which share of the objects that can have series has some.
LEAST_COMPARED = 14
LEAST_SHARE = 0.88
