# SPDX-License-Identifier: Apache-2.0
"""Rules that no compiler checks: where libraries may appear, the direction of includes, the length
of files, and that scripts and data files parse."""
import json
import os
import re
import subprocess
import unittest

import yaml

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))

# Third-party headers, the folder they stay in, and how many files may include them (None: any).
LIBRARIES = {
    "yaml-cpp": (r"yaml-cpp/.*", "exporter/config/", None),
    "libbpf": (r"bpf/.*", ("exporter/kernel/", "exporter/object/"), None),
    "CivetWeb": (r"(CivetServer|civetweb)\.h", "exporter/web/", None),
    "prometheus-cpp": (r"prometheus/.*", "exporter/metrics/", 2),
    "spdlog": (r"spdlog/.*", "exporter/", 2),
    "CLI11": (r"CLI/.*", "exporter/", 2),
    "RE2": (r"re2/.*", "exporter/", 2),
    "ISA-L": (r"isa-l.*", "exporter/", 2),
    "zstd": (r"zstd\.h", "exporter/", 1),
    "protozero": (r"protozero/.*", "exporter/exposition/", None),
    "fmt": (r"fmt/.*", "exporter/", None),
}
# Of the system: libc, POSIX and the kernel's own interface.
SYSTEM = re.compile(
    r"(linux|asm|sys|net|netinet|arpa)/[a-z_0-9]+\.h|"
    r"(dirent|dlfcn|endian|errno|fcntl|fnmatch|glob|grp|ifaddrs|libgen|link|malloc|netdb|poll|pthread|pwd|sched|"
    r"signal|malloc|stdint|stdlib|string|syscall|termios|time|unistd|elf|gelf|libelf)\.h"
)
# The folders that a folder may include beside itself and base/, each with all that those may
# include: the way of the data. exporter/CMakeLists.txt links them in the same way.
LAYERS = {
    "base": [],
    "process": [],
    "config": [],
    "object": [],
    "host": ["object"],
    "decode": ["config", "host"],
    "plan": ["decode", "object"],
    "propose": ["plan"],
    "metrics": ["plan"],
    "exposition": ["metrics"],
    "kernel": ["metrics"],
    "web": ["exposition"],
    "loader": ["kernel"],
    "app": ["loader", "process", "propose", "web"],
}


def below(folder):
    """All folders that the files of `folder` may include."""
    return {"base", folder}.union(*(below(other) for other in LAYERS[folder]))


# The licence of a file, from its path. Programs, those of the tests too, and the headers beside them
# have one that the kernel takes.
LICENCE = "Apache-2.0"
PROGRAMS_LICENCE = "GPL-2.0-only OR BSD-2-Clause"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SKIPPED_FOLDERS = {".git", "build", "__pycache__"}
LONGEST = 400


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def files(*tops, suffixes=("",)):
    """Paths relative to the root, of the files under `tops` that end in one of `suffixes`."""
    found = []
    for top in tops:
        for folder, folders, names in os.walk(os.path.join(ROOT, top)):
            folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
            found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in sorted(names)]
    return [path for path in found if path.endswith(tuple(suffixes))]


def unbraced_bodies(path):
    """Lines of the conditions and loops whose body stands on a line of its own without braces."""
    dispensable = re.compile(r'"(?:\\.|[^"\\])*"|//.*|\\$')
    lines = [dispensable.sub("", line).rstrip() for line in read(path).split("\n")]
    for number, line in enumerate(lines):
        if re.match(r"\s*(} )?else$", line):
            yield number + 1
        if not re.match(r"\s*((} )?(else )?if|for|while)( constexpr)? \(", line):
            continue
        depth = 0
        for end in lines[number:]:
            depth += end.count("(") - end.count(")")
            if depth == 0:
                break
        if not end.endswith(("{", ";")):
            yield number + 1


def starts_with_interpreter(path):
    with open(os.path.join(ROOT, path), "rb") as file:
        return file.read(2) == b"#!"


def source_files():
    """Files that are code, whatever the language; not data, and not documents."""
    suffixes = (".cc", ".h", ".c", ".py", ".cmake", ".html", ".js", ".css")
    names = ("CMakeLists.txt", "Dockerfile")
    return [
        path
        for path in files(".")
        if path.endswith(suffixes)
        or os.path.basename(path) in names
        or (os.path.isfile(os.path.join(ROOT, path)) and starts_with_interpreter(path))
    ]


def licence_of(path):
    folder = os.path.dirname(path)
    beside_programs = path.endswith(".h") and any(
        name.endswith(".bpf.c") for name in os.listdir(os.path.join(ROOT, folder))
    )
    programs = path.startswith("programs/") or path.endswith(".bpf.c") or beside_programs
    return PROGRAMS_LICENCE if programs else LICENCE


def includes():
    """(file, "<" or '"', header) of every include in exporter/."""
    return [
        (path, bracket, header)
        for path in files("exporter", suffixes=(".h", ".cc"))
        for bracket, header in INCLUDE.findall(read(path))
    ]


def library_of(header):
    return next(
        (name for name, (pattern, _, _) in LIBRARIES.items() if re.fullmatch(pattern, header)), None
    )


def shell_scripts():
    def is_shell(path):
        with open(os.path.join(ROOT, path), "rb") as file:
            return re.match(rb"#!\s*/(usr/)?bin/(env )?(ba|da)?sh\b", file.readline()) is not None

    return [
        path for path in files(".") if os.path.isfile(os.path.join(ROOT, path)) and is_shell(path)
    ]


class Source(unittest.TestCase):
    maxDiff = None

    def test_third_party_headers_stay_in_their_folder(self):
        strays = []
        users = {name: set() for name in LIBRARIES}
        for path, _, header in includes():
            name = library_of(header)
            if name is None:
                continue
            users[name].add(path)
            if not path.startswith(LIBRARIES[name][1]):
                strays.append(f"{path}: <{header}>: {name} belongs in {LIBRARIES[name][1]}")
        for name, paths in users.items():
            most = LIBRARIES[name][2]
            if most is not None and len(paths) > most:
                strays.append(
                    f"{name} is included by {len(paths)} files, at most {most}: {sorted(paths)}"
                )
        self.assertEqual([], strays)

    def test_every_included_header_is_known(self):
        unknown = []
        for path, bracket, header in includes():
            ours = bracket == '"' and os.path.isfile(os.path.join(ROOT, "exporter", header))
            standard = bracket == "<" and re.fullmatch(r"[a-z_0-9]+", header)
            if not (ours or standard or SYSTEM.fullmatch(header) or library_of(header)):
                unknown.append(f"{path}: {header}: neither ours nor in LIBRARIES")
        self.assertEqual([], unknown)

    def test_no_file_is_loose(self):
        loose = set(os.listdir(os.path.join(ROOT, "exporter"))) - set(LAYERS)
        self.assertEqual({"CMakeLists.txt", "README.md", "main.cc"}, loose)

    def test_every_folder_is_a_namespace(self):
        wrong = []
        for path in files("exporter", "tests/unit", suffixes=(".h", ".cc")):
            folder = path.removeprefix("tests/unit/").removeprefix("exporter/").split("/")[0]
            inner = "" if folder in ("base", "main.cc") else "::" + folder
            opened = set(re.findall(r"^namespace (bpf_exporter[\w:]*) {", read(path), re.MULTILINE))
            if not opened <= {"bpf_exporter" + inner, "bpf_exporter::log" + inner}:
                wrong.append(f"{path}: {sorted(opened)}, not bpf_exporter{inner}")
        self.assertEqual([], wrong)

    def test_includes_point_one_way(self):
        wrong = []
        for path, bracket, header in includes():
            folder = path.split("/")[1]
            if bracket == '"' and folder in LAYERS and header.split("/")[0] not in below(folder):
                wrong.append(f"{path} includes {header}")
        self.assertEqual([], wrong)

    def test_no_file_is_longer_than_the_ceiling(self):
        sources = files("exporter", "programs", suffixes=(".h", ".cc", ".c", ".txt"))
        lengths = {path: read(path).count("\n") for path in sources}
        self.assertEqual({}, {path: n for path, n in lengths.items() if n > LONGEST})

    def test_a_body_on_a_line_of_its_own_has_braces(self):
        sources = files("exporter", "tests", suffixes=(".h", ".cc"))
        wrong = [f"{path}:{line}" for path in sources for line in unbraced_bodies(path)]
        self.assertEqual([], wrong)

    def test_every_source_file_names_its_licence(self):
        wrong = []
        sources = source_files()
        for path in sources:
            lines = read(path).split("\n", 2)
            line = lines[1] if lines[0].startswith("#!") else lines[0]
            if not re.fullmatch(rf"(//|#|/\*|<!--) SPDX-License-Identifier: {licence_of(path)}( \*/| -->)?", line):
                wrong.append(f"{path}: its first line is not its SPDX-License-Identifier")
        self.assertEqual([], wrong)
        self.assertGreater(len(sources), 400)

    def test_shell_scripts_parse_and_shellcheck_is_silent(self):
        scripts = shell_scripts()
        self.assertIn("tests/run", scripts)
        for path in scripts:
            with self.subTest(path):
                shell = "bash" if "bash" in read(path).splitlines()[0] else "sh"
                for command in ([shell, "-n", path], ["shellcheck", path]):
                    done = subprocess.run(
                        command, cwd=ROOT, capture_output=True, text=True, timeout=60
                    )
                    self.assertEqual(
                        (0, "", ""), (done.returncode, done.stdout, done.stderr), command
                    )

    def test_data_files_parse(self):
        for path in files(".", suffixes=(".json", ".yaml", ".yml")):
            if path.startswith("tests/unit/config/wrong/"):
                continue
            with self.subTest(path):
                if path.endswith(".json"):
                    json.loads(read(path))
                else:
                    self.assertTrue(list(yaml.safe_load_all(read(path))))


if __name__ == "__main__":
    unittest.main()
