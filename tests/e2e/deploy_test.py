# SPDX-License-Identifier: Apache-2.0
"""What deploy/ says of the binary and of itself, where no container engine and no cluster is needed to see it."""

import json
import os
import re
import shutil
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import BINARY, BUILD, ROOT

DOCKERFILE = os.path.join(ROOT, "deploy", "container", "Dockerfile")
IMAGE_ROOT = os.path.join(ROOT, "deploy", "container", "image-root")
DAEMON_SET = os.path.join(ROOT, "deploy", "kubernetes", "daemonset.yaml")
UNIT = os.path.join(ROOT, "deploy", "systemd", "bpf_exporter.service")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def install(folder):
    """Installs the build below `folder`/usr/local."""
    environment = {**os.environ, "DESTDIR": folder}
    done = children.run(["cmake", "--install", BUILD, "--prefix", "/usr/local"], env=environment)
    if done.returncode != 0:
        raise AssertionError(done.stderr)


def installed_sources():
    """What `cmake --install` takes from the repository and does not do without."""
    scripts = [os.path.join(folder, name) for folder, _, names in os.walk(BUILD) for name in names]
    texts = [read(path) for path in scripts if os.path.basename(path) == "cmake_install.cmake"]
    commands = re.findall(r"file\(INSTALL [^)]*\)", "".join(texts))
    needed = "".join(command for command in commands if " OPTIONAL " not in command)
    paths = re.findall(f'"{re.escape(ROOT)}/([^"]+)"', needed)
    return {path for path in paths if not path.startswith("build/")}


def seconds_of(time):
    """Of a time of systemd such as 5min or 1h 30s."""
    units = {"": 1, "s": 1, "min": 60, "h": 3600}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)(h|min|s|)\b", time))


class Start(unittest.TestCase):
    """An exporter that waits for an object with which libbpf does not come to an end is not ended before it gives that up."""

    def patience(self):
        """Seconds that the exporter gives an object to load, and for which it waits until the process ends that does."""
        source = read(os.path.join(ROOT, "exporter", "kernel", "load", "contained_object.cc"))
        return int(re.search(r"kPatienceToLoad\{(\d+)\};", source)[1])

    def test_the_unit_waits_longer(self):
        self.assertGreater(seconds_of(re.search(r"^TimeoutStartSec=(.*)$", read(UNIT), re.MULTILINE)[1]), self.patience() + 60)

    def test_the_pod_waits_as_long_as_the_unit(self):
        probe = read(DAEMON_SET).split("startupProbe:")[1].split("livenessProbe:")[0]
        period, failures = (int(re.search(rf"{key}: (\d+)", probe)[1]) for key in ("periodSeconds", "failureThreshold"))
        self.assertGreater(period * failures, self.patience() + 60)
        self.assertEqual(seconds_of(re.search(r"^TimeoutStartSec=(.*)$", read(UNIT), re.MULTILINE)[1]), period * failures)


class Container(unittest.TestCase):
    def test_the_image_has_all_that_the_program_needs(self):
        outcome.need_root()
        outcome.need_program("unshare", "setpriv")
        entry = json.loads(re.search(r"^ENTRYPOINT (.*)$", read(DOCKERFILE), re.MULTILINE)[1])
        arguments = json.loads(re.search(r"^CMD (.*)$", read(DOCKERFILE), re.MULTILINE)[1])
        granted = re.findall(r"--cap-add=(\w+)", read(DOCKERFILE))
        with tempfile.TemporaryDirectory() as folder:
            install(folder)
            done = children.run([IMAGE_ROOT, folder + entry[0], folder])
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertTrue(os.path.exists(os.path.join(folder, "usr/share/misc/pci.ids")))
            packages = os.listdir(os.path.join(folder, "var/lib/dpkg/status.d"))
            self.assertIn("libc6", packages)
            self.assertEqual(sorted(packages), sorted(os.listdir(os.path.join(folder, "usr/share/doc"))))
            # As a runtime starts it; its own chroot is what needs one capability more.
            for name in ("proc", "sys"):
                os.mkdir(os.path.join(folder, name))
            mounts = 'mount -t proc proc "$0/proc"; mount -t sysfs sysfs "$0/sys"; exec "$@"'
            capabilities = ",".join(["-all", "+sys_chroot", *("+" + name.lower() for name in granted)])
            start = ["unshare", "--mount", "sh", "-c", mounts, folder, "setpriv", "--bounding-set", capabilities]
            for command in (["--version"], ["check", *arguments], ["--config.check", "--config.strict", *arguments]):
                done = children.run([*start, "env", "-i", shutil.which("chroot"), folder, *entry, *command])
                self.assertEqual(0, done.returncode, f"{command}: {done.stdout}{done.stderr}")

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
        for path in installed_sources():
            self.assertTrue(any(f"{path}/".startswith(f"{source}/") for source in " ".join(sources).split()), path)


class Authors(unittest.TestCase):
    """What people need who write programs and configurations."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        install(self.folder)
        self.documents = os.path.join(self.folder, "usr/local/share/doc/bpf_exporter")

    def test_the_headers_are_installed_and_enough(self):
        headers = os.path.join(self.folder, "usr/local/include/bpf_exporter")
        ours = {name for name in os.listdir(os.path.join(ROOT, "programs")) if name.endswith(".h")}
        self.assertIn("bpf_exporter.bpf.h", ours)
        self.assertEqual(ours, set(os.listdir(headers)))
        source = os.path.join(ROOT, "programs", "runqlat.bpf.c")
        copy = os.path.join(self.folder, "copy.bpf.c")  # beside which there is no header
        shutil.copy(source, copy)
        machine = os.uname().machine
        target = {"x86_64": "x86", "aarch64": "arm64"}[machine]
        done = children.run(
            f"clang -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_{target} -idirafter /usr/include/{machine}-linux-gnu "
            f"-I {headers} -c {copy} -o {copy}.o".split()
        )
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_the_documents_are_installed_with_what_they_link_to(self):
        found = set()
        for path, _, names in os.walk(self.documents):
            found |= {os.path.relpath(os.path.join(path, name), self.documents) for name in names}
        for name in found:
            with open(os.path.join(ROOT, name), "rb") as source, open(os.path.join(self.documents, name), "rb") as copy:
                self.assertEqual(source.read(), copy.read(), name)
        links = set()
        for name in filter(lambda name: name.endswith(".md"), found):
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(os.path.join(ROOT, name))):
                links.add(os.path.normpath(os.path.join(os.path.dirname(name), link)))
        # Whoever works on the project itself has its tree.
        missing = {
            link
            for link in links
            if not link.startswith(("tests/", ".github/")) and not os.path.exists(os.path.join(self.documents, link))
        }
        self.assertEqual(set(), missing)
        self.assertGreater(len(links), 20)
        names = {"README.md", "CHANGELOG.md", "LICENSE", "deploy/README.md", "deploy/grafana/dashboards/overview.json"}
        self.assertLessEqual(names, found)


class Systemd(unittest.TestCase):
    def test_the_unit_is_right_for_what_install_puts_in_place(self):
        outcome.need_program("systemd-analyze")
        with tempfile.TemporaryDirectory() as folder:
            install(folder)
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
