# SPDX-License-Identifier: Apache-2.0
"""What programs cost: the kernel's own count of their runs, and what the verifier looked at."""

import os
import struct

from harness.bpf_call import program_info

# What the verifier looked at on that kernel when a program was last changed: a line "CONFIG PROGRAM
# INSTRUCTIONS" for each, as `tests/vm/run 6.12 probes` prints them.
KNOWN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "instructions.txt")
KERNEL_OF_KNOWN = "6.12."
MAX_INSTRUCTIONS = 50_000
_VERIFIED_INSNS = 216  # where struct bpf_prog_info of linux/bpf.h has it
PREFIX = "ebpf_exporter_ebpf_program_"


def programs(page):
    """{(config, program): (runs, seconds, instructions verified)} of the loaded programs."""
    runs = page.by_label(f"{PREFIX}run_count_total", "id")
    seconds = page.by_label(f"{PREFIX}run_time_seconds", "id")
    found = {}
    for labels in page.labels_of(f"{PREFIX}info"):
        number = labels["id"]
        if number.isdigit():
            found[labels["config"], labels["program"]] = (
                runs.get(number, 0),
                seconds.get(number, 0),
                verified_instructions(int(number)),
            )
    return found


def known_instructions():
    """{(config, program): instructions} of KNOWN."""
    with open(KNOWN, encoding="ascii") as lines:
        rows = [line.split() for line in lines if not line.startswith("#")]
    return {(config, program): int(number) for config, program, number in rows}


def show(page):
    """Prints a row for each program."""
    print(f"{'probe':16} {'program':32} {'runs':>10} {'ns a run':>9} {'verified':>9}")
    for (config, program), (runs, seconds, instructions) in sorted(programs(page).items()):
        each = f"{seconds / runs * 1e9:.0f}" if runs else "-"
        print(f"{config:16} {program:32} {runs:10.0f} {each:>9} {instructions:9}")


def verified_instructions(number):
    """What the verifier looked at before it let the program in; 0 if the kernel does not say."""
    return struct.unpack_from("=I", program_info(number), _VERIFIED_INSNS)[0]
