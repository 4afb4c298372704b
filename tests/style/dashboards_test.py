# SPDX-License-Identifier: Apache-2.0
"""What a fleet needs of every dashboard: variables, links to all others, annotations, and panels that explain
themselves and show histograms of either form. Types are tests/e2e/dashboards_test.py's, data tests/probes'."""
import glob
import json
import os
import re
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(ROOT, "deploy", "grafana", "dashboards")
THEMES = {"overview", "cpu", "storage", "network", "memory", "processes", "applications", "exporter"}
SELECTORS = ('cluster=~"$cluster"', 'job=~"$job"', 'instance=~"$instance"')


def dashboards():
    """{name: dashboard}."""
    found = {}
    for path in sorted(glob.glob(f"{FOLDER}/*.json")):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path).removesuffix(".json")] = json.load(file)
    return found


def panels(dashboard):
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions(panel):
    return [target["expr"] for target in panel["targets"]]


class Dashboards(unittest.TestCase):
    maxDiff = None

    def test_there_is_one_for_each_theme(self):
        self.assertEqual(THEMES, set(dashboards()))

    def test_each_leads_to_all_others_and_takes_what_is_chosen_with_it(self):
        addresses = {f"/d/{one['uid']}" for one in dashboards().values()}
        for dashboard in dashboards().values():
            links = {link["url"] for link in dashboard["links"]}
            self.assertEqual(addresses - {f"/d/{dashboard['uid']}"}, links)
            for link in dashboard["links"]:
                self.assertTrue(link["includeVars"] and link["keepTime"], link["url"])

    def test_each_is_for_grafana_11_and_for_fleets(self):
        for dashboard in dashboards().values():
            self.assertGreaterEqual(dashboard["schemaVersion"], 39)
            variables = {one["name"]: one for one in dashboard["templating"]["list"]}
            self.assertEqual({"datasource", "cluster", "job", "instance"}, set(variables))
            self.assertEqual("datasource", variables.pop("datasource")["type"])
            for one in variables.values():
                self.assertTrue(one["multi"] and one["includeAll"], one["name"])

    def test_each_tells_of_starts_and_oom_kills(self):
        for dashboard in dashboards().values():
            queries = {one["name"]: one["expr"] for one in dashboard["annotations"]["list"]}
            self.assertEqual({"Exporter starts", "OOM kills"}, set(queries))
            self.assertIn("process_start_time_seconds", queries["Exporter starts"])
            self.assertIn("ebpf_exporter_oom_kills_total", queries["OOM kills"])

    def test_each_panel_explains_itself(self):
        for dashboard in dashboards().values():
            titles = [panel["title"] for panel in panels(dashboard)]
            self.assertEqual(len(set(titles)), len(titles))
            for panel in panels(dashboard):
                self.assertGreater(len(panel["description"]), 20, panel["title"])
                options, defaults = panel["options"], panel["fieldConfig"]["defaults"]
                unit = options["yAxis"]["unit"] if panel["type"] == "heatmap" else defaults["unit"]
                self.assertTrue(unit, panel["title"])
                for target in panel["targets"]:
                    if panel["type"] == "timeseries":
                        self.assertTrue(target["legendFormat"], panel["title"])

    def test_each_query_is_of_what_is_chosen(self):
        for dashboard in dashboards().values():
            for panel in panels(dashboard):
                for expression in expressions(panel):
                    for selector in SELECTORS:
                        self.assertIn(selector, expression, panel["title"])

    def test_histograms_are_asked_for_in_either_form(self):
        seen = 0
        for dashboard in dashboards().values():
            for panel in panels(dashboard):
                text = " ".join(expressions(panel))
                for metric in set(re.findall(r"\b(ebpf_exporter_\w+)_bucket\{", text)):
                    seen += 1
                    self.assertRegex(text, rf"rate\({metric}\{{", panel["title"])
                if panel["type"] == "heatmap":
                    self.assertEqual(2, len(panel["targets"]), panel["title"])
        self.assertGreater(seen, 40)


if __name__ == "__main__":
    unittest.main()
