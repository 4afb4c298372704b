# SPDX-License-Identifier: Apache-2.0
"""What documents say of other files: links, the version, and the list of threads and locks."""
import glob
import os
import re
import unittest

import yaml

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDERS = (".github", "config", "deploy", "exporter", "programs", "tests")
VERSION = re.compile(r"^project\(bpf_exporter VERSION (\d+\.\d+\.\d+) ", re.MULTILINE)
# How other files name the version: the image's tag, and kustomize's.
TAG = re.compile(r"\bbpf_exporter:(\d[\w.]*\w)|\bnewTag: (\S+)")
CONCURRENT = re.compile(r"\b(?:std::(?:mutex|shared_mutex|recursive_mutex|thread|jthread)|StoppableThread)\b(?!::)")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def files(*patterns):
    """Paths relative to the root; a pattern that begins with a dot folder finds what is in it."""
    found = set()
    for pattern in patterns:
        found.update(glob.glob(os.path.join(ROOT, pattern), recursive=True))
    return sorted(os.path.relpath(path, ROOT) for path in found if os.path.isfile(path))


def documents():
    return files("*.md", *(f"{folder}/**/*.md" for folder in FOLDERS))


def headings(document):
    """The names by which links lead to the headings of a document."""
    lines = re.findall(r"^#+ (.*)$", read(document), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", line.lower()).replace(" ", "-") for line in lines}


class Documents(unittest.TestCase):
    maxDiff = None

    def test_every_relative_link_leads_somewhere(self):
        broken, count = [], 0
        for document in documents():
            for link in re.findall(r"\]\(([^):]+)\)", read(document)):
                count += 1
                path, _, part = link.partition("#")
                target = os.path.join(os.path.dirname(document), path) if path else document
                there = os.path.exists(os.path.join(ROOT, target))
                if not there or (part and part not in headings(target)):
                    broken.append(f"{document}: {link}")
        self.assertEqual([], broken)
        self.assertGreater(count, 40)

    def test_every_alert_says_what_to_do_and_leads_to_what_it_means(self):
        with open(os.path.join(ROOT, "deploy", "prometheus", "rules.yml"), encoding="utf-8") as file:
            groups = yaml.safe_load(file)["groups"]
        document, alerts = "deploy/prometheus/alerts.md", []
        for rule in (rule for group in groups for rule in group["rules"]):
            alerts.append(rule["alert"])
            self.assertEqual({"summary", "description", "runbook_url"}, set(rule["annotations"]), rule["alert"])
            self.assertEqual(f"{document}#{rule['alert'].lower()}", rule["annotations"]["runbook_url"])
        self.assertEqual(alerts, re.findall(r"^### (.*)$", read(document), re.MULTILINE))

    def test_every_version_is_that_of_the_project(self):
        version = VERSION.search(read("CMakeLists.txt")).group(1)
        found = {}
        for path in [*documents(), *files("deploy/**")]:
            try:
                tags = TAG.findall(read(path))
            except UnicodeDecodeError:
                continue
            found.update({f"{path}: {''.join(tag)}": "".join(tag) for tag in tags})
        self.assertEqual({}, {place: tag for place, tag in found.items() if tag != version})
        self.assertGreater(len(found), 3)
        released = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", read("CHANGELOG.md"), re.MULTILINE)
        self.assertEqual(version, released[0])

    def test_the_architecture_lists_every_thread_and_lock(self):
        listed = read("exporter/README.md").partition("\n## Threads and locks\n")[2].partition("\n## ")[0]
        having = [path for path in files("exporter/**/*.h", "exporter/**/*.cc") if CONCURRENT.search(read(path))]
        modules = {os.path.splitext(os.path.relpath(path, "exporter"))[0] for path in having}
        self.assertEqual([], sorted(module for module in modules if module not in listed))
        named = set(re.findall(r"`([a-z_/]+)(?:\.(?:h|cc))?`", listed))
        gone = {name for name in named if "/" in name[1:] and name.rstrip("/") not in modules}
        gone = {name for name in gone if not os.path.isdir(os.path.join(ROOT, "exporter", name))}
        self.assertEqual(set(), gone)

    def test_the_files_of_a_change_are_there(self):
        table = read(".github/CONTRIBUTING.md").partition("\n## Where a change goes\n")[2]
        table = table.partition("\n## ")[0]
        named = re.findall(r"`([a-z_/]+\.(?:\{h,cc\}|[a-z]+))`", table)
        named = [name for name in named if "/user" not in name]  # the example's own
        paths = []
        for name in named:
            stem, _, ends = name.partition(".{")
            paths += [f"{stem}.{end}" for end in ends[:-1].split(",")] if ends else [name]
        there = [os.path.exists(os.path.join(ROOT, path)) for path in paths]
        there = [known or os.path.exists(os.path.join(ROOT, "exporter", path)) for known, path in zip(there, paths)]
        self.assertEqual([], [path for known, path in zip(there, paths) if not known])
        self.assertGreater(len(paths), 20)

    def test_the_architecture_lists_every_folder(self):
        table = read("exporter/README.md").partition("\n## Folders\n")[2].partition("\n## ")[0]
        listed = set(re.findall(r"^\| `([a-z]+)/` \|", table, re.MULTILINE))
        there = os.listdir(os.path.join(ROOT, "exporter"))
        self.assertEqual({name for name in there if "." not in name}, listed)


if __name__ == "__main__":
    unittest.main()
