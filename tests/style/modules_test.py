# SPDX-License-Identifier: Apache-2.0
"""Where a newcomer looks for things: what X.h declares is in X.cc, and the test of a module has the
module's name, or the module says on its first line which tests it has."""
import os
import re
import unittest

from source_test import ROOT, files, read

DEFINITION = re.compile(r"^(?!namespace|using|return|extern)[A-Za-z][\w:<>,&*\[\]\s]*?[\s&*]"
                        r"((?:\w+(?:<\w+>)?::)*~?\w+)\([^;]*?\)[^;{}]*(?::[^;]*?)?\{", re.MULTILINE)
POINTER = re.compile(r"^// Tests: (.+)$", re.MULTILINE)


def outside_anonymous(text):
    """`text` without its anonymous namespaces and without the bodies of functions."""
    text = re.sub(r"^namespace \{\n.*?^\}  // namespace$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"\{\n.*?^\}", "{", text, flags=re.MULTILINE | re.DOTALL)


def definitions(path):
    """The names of functions, and of the classes of member functions, that a .cc file defines for
    others."""
    text = re.sub(r"^namespace bpf_exporter[\w:]* \{$", "", read(path), flags=re.MULTILINE)
    text = re.sub(r"^namespace \{\n.*?^\}  // namespace$", "", text, flags=re.MULTILINE | re.DOTALL)
    return {match.split("::")[0].split("<")[0] for match in DEFINITION.findall(text)}


def modules():
    return [path for path in files("exporter", suffixes=(".cc",)) if path != "exporter/main.cc"]


class Modules(unittest.TestCase):
    maxDiff = None

    def test_what_a_header_declares_is_in_the_file_of_its_name(self):
        strays = []
        for path in modules():
            header = path.removesuffix(".cc") + ".h"
            if not os.path.isfile(os.path.join(ROOT, header)):
                strays.append(f"{path}: has no {os.path.basename(header)}")
                continue
            declared = read(header)
            for name in sorted(definitions(path)):
                if not re.search(rf"\b{name}\b", declared):
                    strays.append(f"{path}: {name} is not declared in {os.path.basename(header)}")
        self.assertEqual([], strays)

    def test_every_module_has_tests_that_can_be_found(self):
        tests = {os.path.basename(path) for path in files("tests", suffixes=("_test.cc", "_test.py"))}
        missing = []
        for path in modules():
            own = os.path.basename(path).removesuffix(".cc") + "_test.cc"
            pointer = POINTER.search("\n".join(read(path).splitlines()[:3]))
            named = re.split(r",\s*", pointer.group(1)) if pointer else [own]
            missing += [f"{path}: no {name}" for name in named if name not in tests]
        self.assertEqual([], missing)


if __name__ == "__main__":
    unittest.main()
