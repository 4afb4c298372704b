# SPDX-License-Identifier: Apache-2.0
"""Dashboards are what Grafana's own types say, by TypeScript's compiler."""

import glob
import json
import os
import shutil
import tempfile
import unittest

from harness import children, outcome
from harness.exporter import E2E, ROOT

DASHBOARDS = sorted(glob.glob(os.path.join(ROOT, "deploy", "grafana", "dashboards", "*.json")))
# The oldest Grafana that the dashboards are for, and a compiler that reads its types.
PACKAGES = ("@grafana/schema@11", "typescript@5.4")
FOLDER = os.path.join(ROOT, "build", "npm")
OPTIONS = ("--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "node", "--target", "es2020")


def compile_all(folder, dashboards):
    """What the compiler says of {name: dashboard}; empty if all is well."""
    shutil.copy(os.path.join(E2E, "dashboard_types.ts"), folder)
    os.symlink(os.path.join(FOLDER, "node_modules"), os.path.join(folder, "node_modules"))
    names = []
    for name, dashboard in dashboards.items():
        text = json.dumps(dashboard, indent=1)
        names.append(os.path.join(folder, f"{name}.ts"))
        with open(names[-1], "w", encoding="utf-8") as file:
            file.write(
                "import type { Checked } from './dashboard_types';\n"
                f"export const dashboard: Checked = {text};\n"
            )
    compiler = os.path.join(FOLDER, "node_modules", ".bin", "tsc")
    done = children.run([compiler, *OPTIONS, *names], seconds=180, cwd=folder)
    return done.stdout + done.stderr


class Types(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        outcome.need_program("npm")
        os.makedirs(FOLDER, exist_ok=True)
        done = children.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", FOLDER, *PACKAGES],
            seconds=180,
        )
        outcome.need(done.returncode == 0, f"npm's registry: {done.stdout}{done.stderr}")
        cls.dashboards = {}
        for path in DASHBOARDS:
            with open(path, encoding="utf-8") as file:
                cls.dashboards[os.path.basename(path).removesuffix(".json")] = json.load(file)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_every_dashboard_has_grafana_s_types(self):
        self.assertGreater(len(self.dashboards), 5)
        self.assertEqual("", compile_all(self.folder, self.dashboards))

    def test_the_types_refuse_what_grafana_does_not_know(self):
        def panel(dashboard, kind):
            return next(each for each in dashboard["panels"] if each["type"] == kind)

        wrong = {}
        for name in ("option", "type", "row"):
            wrong[name] = json.loads(json.dumps(self.dashboards["cpu"]))
        panel(wrong["option"], "heatmap")["options"]["color"]["mode"] = "colourful"
        panel(wrong["type"], "timeseries")["gridPos"]["h"] = "8"
        del panel(wrong["row"], "row")["collapsed"]
        said = compile_all(self.folder, wrong)
        for name in wrong:
            self.assertIn(f"{name}.ts(", said)


if __name__ == "__main__":
    outcome.main()
