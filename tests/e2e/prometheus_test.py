# SPDX-License-Identifier: Apache-2.0
"""Prometheus: scrapes the exporter, and answers the usual queries."""

import glob
import json
import os
import re
import subprocess
import tempfile
import time
import unittest

from harness import children, outcome
from harness.exporter import ROOT, Exporter
from harness.prometheus import FOLDER, Prometheus

DASHBOARDS = sorted(
    glob.glob(os.path.join(ROOT, "deploy", "grafana", "dashboards", "*.json"))
)
CONFIGS = [os.path.join(FOLDER, name) for name in ("prometheus.yml", "kubernetes.yml")]
SECONDS = 60


def has_data(result):
    return any(sample["value"][1] != "NaN" for sample in result)


def substituted(expression, values):
    """`expression` with Grafana's variables replaced; one that is not in `values` matches all."""
    return re.sub(
        r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))",
        lambda match: values.get(match.group(1) or match.group(2), ".*"),
        expression,
    )


class Scraped(unittest.TestCase):
    """One exporter and one Prometheus for all of them, and something to count."""

    @classmethod
    def setUpClass(cls):
        outcome.need_root()
        outcome.need_program("prometheus", "promtool", "ping")
        cls.exporter = cls.enterClassContext(Exporter(interval="1s"))
        cls.target = f"127.0.0.1:{cls.exporter.port}"
        for host in ("127.0.0.1", "::1"):
            traffic = children.start(["ping", "-q", "-i", "0.2", host], stdout=subprocess.DEVNULL)
            cls.addClassCleanup(children.stop, traffic)
        cls.prometheus = cls.enterClassContext(Prometheus(cls.target))

    def answer(self, expression):
        """The result of a query as soon as it has data; fails after SECONDS."""
        deadline = time.monotonic() + SECONDS
        while not has_data(result := self.prometheus.query(expression)):
            self.assertLess(time.monotonic(), deadline, f"no data: {expression}")
            time.sleep(0.5)
        return result

    def test_the_target_is_up(self):
        result = self.answer("up == 1")
        self.assertEqual([self.target], [sample["metric"]["instance"] for sample in result])

    def test_answers_rate_queries(self):
        # Five requests and five replies a second, once the window is full.
        rates = self.answer('rate(ebpf_exporter_packets_total{protocol="icmp"}[5s]) > 7')
        self.assertLess(float(rates[0]["value"][1]), 13)
        calls = self.answer('rate(ebpf_exporter_syscalls_total{syscall="sendto"}[20s]) > 0')
        self.assertEqual(1, len(calls))

    def test_answers_histogram_quantile_queries(self):
        for quantile in (0.5, 0.99):
            result = self.answer(
                f"histogram_quantile({quantile}, rate(ebpf_exporter_runqlat_seconds_bucket[20s]))"
            )
            self.assertGreater(float(result[0]["value"][1]), 0)
            self.assertLess(float(result[0]["value"][1]), 60)

    def test_every_variable_of_the_dashboards_has_values(self):
        for path in DASHBOARDS:
            with open(path, encoding="utf-8") as file:
                variables = json.load(file).get("templating", {}).get("list", [])
            for variable in variables:
                query = variable.get("query", "")
                text = query.get("query", "") if isinstance(query, dict) else query
                match = re.fullmatch(r"label_values\((?:(.*), *)?(\w+)\)", text)
                if match and variable["name"] != "cluster":  # one server may have one cluster
                    selector = substituted(match.group(1) or '{job=~".+"}', {})
                    with self.subTest(f"{os.path.basename(path)}: {text}"):
                        self.answer(f"count by ({match.group(2)}) ({selector})")


# What each discovery labels a target with, beside `instance`.
POD = {"namespace": "monitoring", "pod": "bpf-exporter-x", "node": "n1"}
DISCOVERED = {
    "static": {"job": "bpf_exporter"},
    "DNS": {"job": "bpf_exporter", "cluster": "c1"},
    "operator": {"job": "monitoring/bpf-exporter", "container": "bpf-exporter", "endpoint": "metrics", **POD},
    "annotation": {"job": "kubernetes-pods", "app": "bpf-exporter", **POD},
}


def with_labels(tests, labels):
    """Tests of alerts whose series have these labels, too, and so their alerts."""

    def of_series(match):
        text = match.group(1).removesuffix("}")
        for name, value in labels.items():
            if not re.search(rf"[{{,]{name}=", text):
                text += f'{"," if "=" in text else ""}{name}="{value}"'
        return f"series: '{text}}}'"

    def of_alert(match):
        text = match.group(1)
        if "instance: " in text:  # nobody knows which target it is that is absent
            text += "".join(
                f', {name}: "{value}"' for name, value in labels.items() if f"{name}: " not in text
            )
        return f"exp_labels: {{{text}}}"

    tests = re.sub(r"series: '([^']*)'", of_series, tests)
    return re.sub(r"exp_labels: \{([^}]*)\}", of_alert, tests)


class Promtool(unittest.TestCase):
    def test_check_metrics_has_nothing_to_say(self):
        outcome.need_root()
        outcome.need_program("promtool")
        with Exporter() as exporter:
            exporter.page()  # so that the request counters have something
            page = exporter.page().text
        done = subprocess.run(
            ["promtool", "check", "metrics"], input=page, capture_output=True, text=True, timeout=60
        )
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))

    def test_the_alerts_fire_for_what_they_name(self):
        outcome.need_program("promtool")
        rules = os.path.join(ROOT, "tests", "e2e", "rules_test.yml")
        done = children.run(["promtool", "test", "rules", rules])
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_the_alerts_fire_whatever_labels_discovery_gives_a_target(self):
        outcome.need_program("promtool")
        with open(os.path.join(ROOT, "tests", "e2e", "rules_test.yml"), encoding="utf-8") as file:
            tests = file.read().replace("../..", ROOT)
        tests = re.sub(r"^    promql_expr_test:\n(?:      .*\n)+", "", tests, flags=re.MULTILINE)
        for discovery, labels in DISCOVERED.items():
            with self.subTest(discovery), tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
                file.write(with_labels(tests, labels))
                file.flush()
                done = children.run(["promtool", "test", "rules", file.name])
                self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_check_config_accepts_the_shipped_configuration(self):
        outcome.need_program("promtool")
        for path in CONFIGS:
            with self.subTest(path):
                done = children.run(["promtool", "check", "config", "--lint-fatal", path])
                self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)


if __name__ == "__main__":
    outcome.main()
