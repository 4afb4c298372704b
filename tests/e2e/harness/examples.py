# SPDX-License-Identifier: Apache-2.0
"""The examples of the documentation, built as it says.

A fenced block whose info string ends in `file=NAME` is an example, and NAME the file that it goes to."""

import os
import re
import subprocess

from .exporter import ROOT

DOCUMENTS = ["README.md", "config/README.md", "programs/writing.md", "programs/examples.md"]
FENCE = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TARGETS = {"x86_64": "x86", "aarch64": "arm64"}


def examples(documents=DOCUMENTS):
    """{file name: text} of every example; two of one name are a mistake."""
    found = {}
    for document in documents:
        with open(os.path.join(ROOT, document), encoding="utf-8") as file:
            for name, text in FENCE.findall(file.read()):
                name = os.path.basename(name)
                if name in found:
                    raise AssertionError(f"two examples are called {name}")
                found[name] = text
    return found


def build(folder, documents=DOCUMENTS):
    """Writes the examples into `folder`, their programs compiled beside them; their names, in order."""
    found = examples(documents)
    for name, text in found.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    for name in found:
        if name.endswith(".bpf.c"):
            _compile(os.path.join(folder, name))
    return sorted(found)


def _compile(source):
    machine = os.uname().machine
    command = f"clang -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_{TARGETS[machine]} -Wall -Werror"
    command += f" -idirafter /usr/include/{machine}-linux-gnu -I{ROOT}/programs"
    subprocess.run([*command.split(), "-c", source, "-o", source[:-2] + ".o"], check=True)
