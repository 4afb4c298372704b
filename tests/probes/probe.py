# SPDX-License-Identifier: Apache-2.0
"""What the tests of probes share: the exporter that has them loaded, and its page."""

import os
import time
import unittest

import costs
import kernel_table
from harness.exporter import wait_until

_EXPORTER = None
_NAMES = ()
PREFIX = "ebpf_exporter_"
# The labels beside `cgroup` of one that is no unit's, container's or pod's.
NOBODYS = dict.fromkeys(("unit", "container_id", "pod_uid", "qos"), "")
# In a guest nothing runs but the test, so a count of the whole machine is the workload's.
IN_GUEST = os.environ.get("KERNEL_TESTS_GUEST") == "1"


def use(exporter, names):
    """Tells the tests which exporter runs, with which configurations."""
    global _EXPORTER, _NAMES  # unittest makes the tests, so there is no other way to hand it over
    _EXPORTER, _NAMES = exporter, tuple(names)


def expected(name):
    """What the table says of a probe on this kernel."""
    row = kernel_table.rows().get(name)
    if row is None:
        raise AssertionError(f"{kernel_table.PAGE} has no row for {name} in its table of kernels")
    return kernel_table.Expected(row.get(kernel_table.column(), "yes"))


class ProbeTest(unittest.TestCase):
    """A test of the probe of its file, NAME_test.py. It is skipped where the table says that this
    kernel cannot run the probe."""

    def setUp(self):
        name = type(self).__module__.removesuffix("_test")
        self.expected = expected(name)
        if not self.expected.loads:
            self.skipTest(f"this kernel: {self.expected.cell}")

    def need_attached(self, program):
        """Skips what a program counts that this kernel lacks, as the table says."""
        if program in self.expected.missing:
            self.skipTest(f"this kernel: {self.expected.cell}")

    @property
    def exporter(self):
        return _EXPORTER

    def page(self):
        """A page of a snapshot that began after this call. Who asks while another client's page
        is made may get the one before."""
        asked = time.time()
        for _ in range(50):
            page = _EXPORTER.page(check=False)  # of thousands of series
            if page.value(PREFIX + "snapshot_timestamp_seconds") >= asked:  # when it began
                return page
        raise AssertionError("50 pages, and none is of a snapshot that began after the first")

    def value(self, name, /, **labels):
        """The present value of one series, named without the prefix; 0 if the page lacks it."""
        return self.page().value(PREFIX + name, **labels)

    def growth(self, workload, name, /, **labels):
        """By how much one series grows while `workload` runs."""
        before = self.value(name, **labels)
        workload()
        return self.value(name, **labels) - before

    def wait_for(self, least, name, /, seconds=10, **labels):
        """Until a series is at least that, for what the kernel tells a little later."""
        wait_until(
            lambda: self.value(name, **labels) >= least, seconds, f"{name} {labels} is {least}"
        )


def not_chosen(page):
    """{(configuration, program)} of those for which another of their group is used."""
    alternatives = list(page.samples_of(f"{PREFIX}program_alternative_used"))
    served = {(labels["config"], labels["group"]) for labels, used in alternatives if used}
    return {
        (labels["config"], program)
        for labels, used in alternatives
        if not used and (labels["config"], labels["group"]) in served
        for program in labels["alternative"].split("+")
    }


class EachProgram(unittest.TestCase):
    def test_each_probe_is_attached_as_the_table_says(self):
        page = _EXPORTER.page()
        programs = {}  # (config, program) -> id
        for labels in page.labels_of(f"{PREFIX}ebpf_program_info"):
            programs[labels["config"], labels["program"]] = labels["id"]
        for unneeded in not_chosen(page):
            programs.pop(unneeded, None)
        attached = {}
        for labels, value in page.samples_of(f"{PREFIX}ebpf_program_attached"):
            attached[labels["id"]] = max(value, attached.get(labels["id"], 0))
        for name in _NAMES:
            with self.subTest(probe=name):
                now = expected(name)
                up = page.value(f"{PREFIX}config_up", config=name, name=name)
                self.assertEqual(1 if now.loads else 0, up, now.cell)
                if not now.loads:
                    continue
                missing = {
                    program
                    for (config, program), number in programs.items()
                    if config == name and not attached.get(number)
                }
                self.assertEqual(now.missing, missing, now.cell)

    def test_none_is_much_more_to_verify_than_before(self):
        known = costs.known_instructions()
        same_kernel = os.uname().release.startswith(costs.KERNEL_OF_KNOWN)
        for (config, program), (_, _, instructions) in costs.programs(_EXPORTER.page()).items():
            if config not in _NAMES:
                continue
            with self.subTest(probe=config, program=program):
                self.assertLess(instructions, costs.MAX_INSTRUCTIONS)
                if same_kernel:
                    most = 1.1 * known.get((config, program), 0)
                    self.assertLessEqual(instructions, most, f"{costs.KNOWN} has its number")
