# SPDX-License-Identifier: Apache-2.0
"""What is known of the objects of libbpf-tools: how their own tools tell the total, and which count nothing here, and why."""

import dataclasses
import os
import re


def text_of(path):
    """What the file has in it; empty if there is none."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


# Kernels of some virtual machines have neither kprobes nor fentry; that of the guest has.
WITH_FUNCTIONS = os.path.exists("/sys/bus/event_source/devices/kprobe")
IN_GUEST = bool(os.environ.get("BPF_EXPORTER_BORROWED"))
LIMITS_MEMORY = "memory" in text_of("/sys/fs/cgroup/cgroup.subtree_control").split()
# Seconds, after which tools that print sums print those since they did before; under emulation that takes long.
EACH = "5" if IN_GUEST else "1"


def rows(pattern):
    """Counts the lines that the pattern matches."""
    return lambda text: len(re.findall(pattern, text, re.MULTILINE))


def numbers(pattern):
    """Adds the numbers that the pattern's groups find."""

    def total(text):
        found = re.findall(pattern, text, re.MULTILINE)
        return sum(int(number) for groups in found for number in ([groups] if isinstance(groups, str) else groups))

    return total


def events(pattern):
    """Counts the lines that the pattern matches, and the events that the tool says it lost."""
    shown, lost = rows(pattern), numbers(r"^[Ll]ost (\d+) events")
    return lambda text: shown(text) + lost(text)


@dataclasses.dataclass
class Oracle:
    """`total` reads from what the tool prints what the series of `metric`, a pattern, add up to."""

    metric: str
    total: callable
    arguments: str = ""


HISTOGRAM = numbers(r"^ *\d+ -> \d+ +: (\d+) ")
HISTS = r"\w+_hists_count"
EVENTS = r"\w+_events_total"
EVENT = events(r"^(?!PID|TIME|PCOMM|COMM|SKADDR|T +PID|Tracing|libbpf|[Ll]ost).+$")
LOCK = numbers(r"^ *\S+ +[\d.]+ \w+ +(\d+) +[\d.]+ \w+ +[\d.]+ \w+$")
ORACLES = {
    "bashreadline": Oracle(EVENTS, EVENT),
    "bindsnoop": Oracle(EVENTS, EVENT),
    "biolatency": Oracle(HISTS, HISTOGRAM, EACH),
    "biopattern": Oracle(r"\w+_(sequential|random)_total", numbers(r"^\S+ +\d+ +\d+ +(\d+) +\d+$"), EACH),
    "biosnoop": Oracle(EVENTS, EVENT),
    "bitesize": Oracle(HISTS, HISTOGRAM, EACH),
    "cachestat": Oracle("cachestat", numbers(r"^ *(\d+) +(\d+) +\d+ +\S+%"), EACH),
    # Not capable: it leaves out what it asks for itself, once for each event.
    "cpudist": Oracle(HISTS, HISTOGRAM, EACH),
    "execsnoop": Oracle(EVENTS, events(r"^.{1,16} +\d+ +\d+ +-?\d+ ")),
    "exitsnoop": Oracle(EVENTS, EVENT),
    "filelife": Oracle(EVENTS, EVENT),
    "filetop": Oracle(r"\w+_entries_(reads|writes)_total", numbers(r"^\d+ +.{16} (\d+) +(\d+) +\d+ +\d+ +\S "), f"-C -a -r 10000 {EACH}"),
    "futexctn": Oracle(HISTS, HISTOGRAM, EACH),
    "hardirqs": Oracle(r"\w+_count_total", numbers(r"^\S.* +(\d+) +\d+ +\d+$"), EACH),
    "klockstat": Oracle(r"\w+_(acq|hld)_count_total", LOCK, f"-R -i {EACH}"),
    "mountsnoop": Oracle(EVENTS, EVENT),
    "oomkill": Oracle(r"\w+_total", rows("Triggered by")),
    "opensnoop": Oracle(EVENTS, EVENT),
    "runqlat": Oracle(HISTS, HISTOGRAM, EACH),
    "sigsnoop": Oracle(EVENTS, EVENT),
    "slabratetop": Oracle(r"\w+_entries_count_total", numbers(r"^\S+ +(\d+) +\d+$"), f"-C -r 10000 {EACH}"),
    "softirqs": Oracle(r"\w+_counts_total", numbers(r"^\S+ +\d+ +(\d+)$"), f"-C {EACH}"),
    "solisten": Oracle(EVENTS, EVENT),
    "statsnoop": Oracle(EVENTS, EVENT),
    "syncsnoop": Oracle(EVENTS, EVENT),
    "syscount": Oracle(r"\w+_count_total", numbers(r"^\S.* +(\d+)$"), f"--top 500 -i {EACH}"),
    "tcpconnect": Oracle(EVENTS, EVENT),
    "tcpconnlat": Oracle(EVENTS, EVENT),
    "tcplife": Oracle(EVENTS, EVENT),
    "tcppktlat": Oracle(EVENTS, EVENT),
    "tcprtt": Oracle(HISTS, HISTOGRAM, f"-i {EACH}"),
    "tcpstates": Oracle(EVENTS, EVENT),
    "tcpsynbl": Oracle(HISTS, HISTOGRAM, EACH),
    "tcptracer": Oracle(EVENTS, EVENT),
    "vfsstat": Oracle(r"vfsstat_stats_total", numbers(r"^\S+: +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)"), "1"),
}
# Of 0.26, where the fields are called the same.
MICROSECONDS = numbers(r"^\S+ +(\d+)$")
OLD_ORACLES = {
    "hardirqs": Oracle(r"\w+_count_total", MICROSECONDS, EACH),
    "softirqs": Oracle(r"\w+_counts_total", MICROSECONDS, EACH),
}

# What these tools want to be told.
ARGUMENTS = {"fsdist": "-t ext4", "fsslower": "-t ext4", "funclatency": "vfs_read", "ksnoop": "trace vfs_read"}

OF_FUNCTIONS = (
    "bindsnoop biotop cachestat capable filelife filetop fsdist fsslower funclatency klockstat ksnoop mdflush"
    " numamove oomkill readahead slabratetop solisten tcpconnect tcpconnlat tcprtt tcpsynbl tcptop tcptracer vfsstat"
).split()
# Whose programs no kernel takes as the object has them, or whose rows init does not show.
SILENT = {
    "fsdist": "its sections name no function of a kernel: its tool puts those of a file system in",
    "fsslower": "its sections name no function of a kernel: its tool puts those of a file system in",
    "funclatency": "its sections name no function of a kernel: its tool is told which",
    "gethostlatency": "its sections name no function of a kernel: its tool attaches them to the C library",
    "javagc": "its sections name no static tracepoint: its tool is told which process has it",
    "ksnoop": "its sections name no function of a kernel: its tool is told which",
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
}


class Known:
    """What holds for the objects of a suite on this kernel."""

    def __init__(self, suite):
        self._first = suite == "bookworm"  # and 0.26, as old

    def oracles(self):
        """{name: Oracle} of the tools to run: under emulation not those that a machine without kprobes compares as well,
        but for those of objects that have programs for one event in several forms."""
        elsewhere = "biopattern bitesize execsnoop exitsnoop futexctn mountsnoop opensnoop statsnoop syncsnoop tcppktlat tcpstates"
        found = {**ORACLES, **(OLD_ORACLES if self._first else {})}
        if self._first:
            del found["statsnoop"]  # it prints nothing on newer kernels
        return {name: oracle for name, oracle in found.items() if not IN_GUEST or name not in elsewhere.split()}

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

    @staticmethod
    def without_events():
        """{name: why} of the objects for which nothing happens here."""
        found = dict(WITHOUT_EVENTS)
        if not os.path.exists("/sys/devices/system/cpu/cpu0/cpufreq"):
            found["cpufreq"] = "the CPUs tell no frequency here"
        if not LIMITS_MEMORY:
            found["oomkill"] = "no cgroup may limit memory, and nothing takes so much that the kernel kills"
        return found

    def silent(self):
        """{name: why} of the objects that count nothing of the workload on this kernel."""
        return {**SILENT, **self.without_events(), **self.impossible()}


# How many of the tools run, at least, and which share of the objects that can have series has some.
LEAST_COMPARED = 16
LEAST_SHARE = 0.9
