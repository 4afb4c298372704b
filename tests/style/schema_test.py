# SPDX-License-Identifier: Apache-2.0
"""config/schema.json and a validator that is not ours: what the reader takes fits, what it refuses
does not."""
import glob
import json
import os
import re
import unittest

import jsonschema
import yaml

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TAKEN = ("config", "tests/unit/config/good", "tests/unit/plan/unresolvable", "tests/e2e", "tests/e2e/compatibility")
# What no schema tells: how the text is written, and how its parts belong together.
BEYOND = {
    "carriage_return",
    "duplicate_static_map_key",
    "escaped_nul",
    "le_on_histogram",
    "same_name",
    "series_of_a_histogram",
}


class Loader(yaml.SafeLoader):
    """YAML 1.2's numbers, as editors and the exporter read them."""


Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)
# Among resolvers the first that matches counts, and whole numbers are no floats.
for resolvers in Loader.yaml_implicit_resolvers.values():
    resolvers.sort(key=lambda resolver: resolver[0] == "tag:yaml.org,2002:float")


def validator():
    with open(os.path.join(ROOT, "config", "schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def configurations(folder):
    """Name and content of each that is YAML."""
    for path in sorted(glob.glob(os.path.join(ROOT, folder, "*.yaml"))):
        try:
            with open(path, encoding="utf-8") as file:
                yield os.path.basename(path)[: -len(".yaml")], yaml.load(file, Loader)
        except (yaml.YAMLError, UnicodeDecodeError):
            continue


class Schema(unittest.TestCase):
    maxDiff = None

    def test_fits_what_the_reader_takes(self):
        schema, problems, names = validator(), [], []
        for folder in TAKEN:
            for name, content in configurations(folder):
                names.append(name)
                problems += [
                    f"{folder}/{name}: {list(error.absolute_path)}: {error.message}"
                    for error in schema.iter_errors(content)
                ]
        self.assertEqual([], problems)
        self.assertGreater(len(names), 50)

    def test_refuses_what_the_reader_refuses(self):
        schema = validator()
        fitting = {name for name, wrong in configurations("tests/unit/config/wrong") if schema.is_valid(wrong)}
        self.assertEqual(BEYOND, fitting)


if __name__ == "__main__":
    unittest.main(verbosity=0)
