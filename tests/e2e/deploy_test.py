# SPDX-License-Identifier: Apache-2.0
"""What deploy/ says of the binary and of itself, where no container engine and no cluster is needed to see it."""

import os
import re
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import BINARY, BUILD, ROOT

DOCKERFILE = os.path.join(ROOT, "deploy", "container", "Dockerfile")
UNIT = os.path.join(ROOT, "deploy", "systemd", "bpf_exporter.service")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def output(*command):
    done = children.run(command)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr}")
    return done.stdout


def packages_of_libraries(binary):
    """Debian's packages of the shared libraries that the dynamic linker finds for `binary`."""
    found = set()
    for path in re.findall(r"=> (/\S+)", output("ldd", binary)):
        # dpkg knows a file by its path before /lib became a link to /usr/lib, or after.
        names = children.run(["dpkg", "-S", path, re.sub("^/usr", "", path), "/usr" + path]).stdout
        found |= {line.split(":")[0] for line in names.splitlines()}
    return found


def with_dependencies(packages):
    """`packages` and everything that they depend on, as dpkg knows it."""
    known, new = set(), set(packages)
    while new:
        known |= new
        depends = output("dpkg-query", "-W", "-f=${Depends}, ${Pre-Depends}\n", *sorted(new))
        named = set(re.findall(r"[a-z0-9][a-z0-9.+-]+(?=[ ,:\n])", re.sub(r"\([^)]*\)", " ", depends)))
        if not named:
            break
        # Virtual packages are not installed; without a name dpkg-query would list everything.
        installed = children.run(["dpkg-query", "-W", "-f=${Package}\n", *sorted(named)]).stdout
        new = set(installed.split()) - known
    return known


class Container(unittest.TestCase):
    def test_the_image_has_the_packages_of_every_library(self):
        stage = read(DOCKERFILE).split("FROM debian:12-slim")[1]
        listed = re.findall(r"^        ([a-z0-9.+-]+) \\$", stage, re.MULTILINE)
        needed = packages_of_libraries(BINARY)
        self.assertIn("libbpf1", needed)
        self.assertEqual(set(), needed - with_dependencies(listed))

    def test_the_image_is_built_with_the_packages_of_the_quickstart(self):
        lines = read(os.path.join(ROOT, "deploy", "build-packages")).splitlines()
        self.assertEqual(sorted(set(lines)), lines)
        self.assertIn("deploy/build-packages", read(DOCKERFILE))
        self.assertIn("deploy/build-packages", read(os.path.join(ROOT, "deploy", "quickstart")))

    def test_every_path_that_is_copied_is_there_and_not_ignored(self):
        sources = re.findall(r"^COPY (?!--from)(.+) \S+$", read(DOCKERFILE), re.MULTILINE)
        kept = re.findall(r"^!(.+)$", read(DOCKERFILE + ".dockerignore"), re.MULTILINE)
        for source in " ".join(sources).split():
            self.assertTrue(os.path.exists(os.path.join(ROOT, source)), source)
            self.assertIn(source, kept)


class Systemd(unittest.TestCase):
    def test_the_unit_is_right_for_what_install_puts_in_place(self):
        outcome.need_program("systemd-analyze")
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "DESTDIR": folder}
            done = children.run(["cmake", "--install", BUILD, "--prefix", "/usr/local"], env=environment)
            self.assertEqual(0, done.returncode, done.stderr)
            text = read(os.path.join(folder, "usr/local/lib/systemd/system/bpf_exporter.service"))
            self.assertEqual(read(UNIT), text)
            for path in re.findall(r"(?<==)/usr/local/\S+", text):
                self.assertTrue(os.path.exists(folder + path), path)
            unit = os.path.join(folder, "bpf_exporter.service")
            with open(unit, "w", encoding="utf-8") as file:
                file.write(text.replace("/usr/local/", f"{folder}/usr/local/"))
            done = children.run(["systemd-analyze", "verify", unit])
            self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))


if __name__ == "__main__":
    outcome.main()
