# SPDX-License-Identifier: Apache-2.0
"""Servers of several years and makers scrape the exporter, each in the format that it asks for first.

They come from Debian's suites, unpacked and not installed; all scrape at the same time, for SECONDS."""

import glob
import json
import os
import re
import subprocess
import tempfile
import time
import unittest

from harness import children, outcome, servers
from harness.exporter import ROOT, Exporter, fetch, free_port, wait_until
from harness.prometheus import Prometheus

SECONDS = 60
NATIVE = "--enable-feature=native-histograms,created-timestamp-zero-ingestion"
# Prometheus makes native histograms of classic ones and keeps no _bucket; 3.5 does not together with created timestamps.
CONVERTED = "convert_classic_histograms_to_nhcb: true\n    scrape_protocols: [PrometheusText1.0.0]"
SYSCALLS = "ebpf_exporter_syscalls_total"
RUNQLAT = "ebpf_exporter_runqlat_seconds"
# A counter whose name does not end in _total.
RUN_TIME = "ebpf_exporter_ebpf_program_run_time_seconds"
DASHBOARDS = os.path.join(ROOT, "deploy", "grafana", "dashboards")
RULES = os.path.join(ROOT, "deploy", "prometheus", "rules.yml")


class VictoriaMetrics:
    """Scrapes `target` each second while the `with` block runs."""

    def __init__(self, target):
        self._target = target

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        path = os.path.join(self._folder.name, "scrape.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"
                f"  - {{job_name: bpf_exporter, static_configs: [{{targets: ['{self._target}']}}]}}\n"
            )
        self.url = f"http://127.0.0.1:{free_port()}"
        self._process = children.start(
            [
                servers.program("victoria-metrics", "forky", "victoria-metrics"),
                f"-promscrape.config={path}",
                f"-storageDataPath={self._folder.name}/data",
                f"-httpListenAddr={self.url.removeprefix('http://')}",
                "-search.latencyOffset=0s",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(self._ready, 60, "VictoriaMetrics is ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        children.stop(self._process)
        self._folder.cleanup()

    query = Prometheus.query
    _api = Prometheus._api

    @property
    def _url(self):
        return self.url

    def _ready(self):
        if self._process.poll() is not None:
            raise AssertionError("VictoriaMetrics ended")
        try:
            return fetch(f"{self.url}/health")[0] == 200
        except OSError:
            return False


def value_of(result):
    return float(result[0]["value"][1]) if result else None


def queries_of(metric):
    """(panel's title, its queries) of the dashboards' panels that ask for a metric."""
    for path in sorted(glob.glob(f"{DASHBOARDS}/*.json")):
        with open(path, encoding="utf-8") as file:
            panels = json.load(file)["panels"]
        for panel in panels:
            expressions = [target["expr"] for target in panel.get("targets", [])]
            if any(metric in expression for expression in expressions):
                name = f"{os.path.basename(path)}: {panel['title']}"
                yield name, [substituted(expression) for expression in expressions]


def substituted(expression):
    """The query with Grafana's variables replaced: all hosts, of the last 20 seconds."""
    return re.sub(r"\$\w+", ".*", re.sub(r"\$__\w+", "20s", expression))


def alerts_on(metric):
    """What the alerts that ask for a metric compare with their threshold."""
    with open(RULES, encoding="utf-8") as file:
        for rule in re.split(r"\n *- alert: ", file.read())[1:]:
            if metric in rule:
                yield re.sub(r" > [\d.]+", "", re.search(r"expr: >-\n((?: {10}.*\n)+)", rule)[1])


def has_numbers(result):
    return any(one.get("histogram") or one["value"][1] != "NaN" for one in result)


def names_in(server):
    """The names of the exporter's series; without those that a server adds to every target, and rules."""
    names = {one["metric"]["__name__"] for one in server.query('count by (__name__) ({job="bpf_exporter"})')}
    return {name for name in names if re.fullmatch("(ebpf_exporter|process)_[a-z_0-9]+", name)}


class Servers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        outcome.need_root()
        outcome.need_program("dpkg-deb", "apt-get")
        old, new = servers.prometheus("2.42"), servers.prometheus("3.5")
        cls.began = time.time()
        cls.exporter = cls.enterClassContext(Exporter("--bpf.stats", interval="1s", names="runqlat,syscalls"))
        target = f"127.0.0.1:{cls.exporter.port}"
        both = "always_scrape_classic_histograms: true"
        cls.servers = {
            "2.42": cls.enterClassContext(Prometheus(target, old)),
            "3.5": cls.enterClassContext(Prometheus(target, new)),
            "3.5, native": cls.enterClassContext(Prometheus(target, new, [NATIVE], both)),
            "3.5, converted": cls.enterClassContext(Prometheus(target, new, [NATIVE.split(",")[0]], CONVERTED)),
            "VictoriaMetrics": cls.enterClassContext(VictoriaMetrics(target)),
        }
        time.sleep(SECONDS)

    def each(self, check, but=()):
        """Calls `check` with every server but those."""
        for name, server in self.servers.items():
            with self.subTest(name):
                if name not in but:
                    check(server)

    def test_every_scrape_succeeds(self):
        def check(server):
            window = f"[{SECONDS - 5}s]"
            self.assertEqual(1, value_of(server.query(f"min_over_time(up{window})")))
            scrapes = value_of(server.query(f"count_over_time(up{window})"))
            self.assertGreater(scrapes, SECONDS / 2)

        self.each(check)

    def test_counters_have_rates(self):
        def check(server):
            for counter in (SYSCALLS, RUN_TIME):
                self.assertGreater(value_of(server.query(f"sum(rate({counter}[20s]))")), 0)

        self.each(check)

    def test_classic_buckets_have_quantiles(self):
        def check(server):
            result = server.query(f"histogram_quantile(0.5, sum by (le) (rate({RUNQLAT}_bucket[20s])))")
            self.assertGreater(value_of(result), 0)
            self.assertLess(value_of(result), 60)

        self.each(check, but=["3.5, converted"])

    def test_prometheus_takes_units_from_openmetrics_alone(self):
        for name, unit in (("2.42", "seconds"), ("3.5", "seconds"), ("3.5, native", "")):
            found = self.servers[name].metadata(RUNQLAT)
            self.assertEqual(["histogram"], [one["type"] for one in found], name)
            self.assertEqual([unit], [one["unit"] for one in found], name)

    def test_a_series_has_one_name_in_every_format(self):
        text = names_in(self.servers["VictoriaMetrics"])
        self.assertLessEqual({RUN_TIME, SYSCALLS, f"{RUNQLAT}_bucket"}, text)
        for name in ("2.42", "3.5"):  # as OpenMetrics
            found = names_in(self.servers[name])
            self.assertIn("ebpf_exporter_syscalls_created", found)
            self.assertEqual(text, {one for one in found if not one.endswith("_created")}, name)
        self.assertEqual(text | {RUNQLAT}, names_in(self.servers["3.5, native"]))
        classic = {f"{RUNQLAT}_{suffix}" for suffix in ("bucket", "sum", "count")}
        self.assertEqual(text - classic | {RUNQLAT}, names_in(self.servers["3.5, converted"]))

    # OpenMetrics knows no counter of another name than …_total.
    def test_a_counter_without_total_keeps_its_name_and_where_it_can_its_type(self):
        types = {"2.42": "unknown", "3.5": "unknown", "3.5, native": "counter", "3.5, converted": "counter"}
        for name, kind in types.items():
            self.assertEqual([kind], [one["type"] for one in self.servers[name].metadata(RUN_TIME)], name)

    def test_dashboards_show_every_kind_of_histogram(self):
        self.assertEqual([], self.servers["3.5, converted"].query(f"{RUNQLAT}_bucket"))
        panels = dict(queries_of(RUNQLAT))
        self.assertGreater(len(panels), 3)

        def check(server):
            empty = [
                title
                for title, expressions in panels.items()
                if not any(has_numbers(server.query(expression)) for expression in expressions)
            ]
            self.assertEqual([], empty)

        self.each(check, but=["VictoriaMetrics"])  # which has no histogram_count()

    def test_rules_work_with_every_kind_of_histogram(self):
        alerts = list(alerts_on(RUNQLAT))
        self.assertEqual(1, len(alerts))

        def check(server):
            for query in (*alerts, f"instance:{RUNQLAT}:p99_rate5m", f"job:{RUNQLAT}:p99_rate5m"):
                self.assertTrue(has_numbers(server.query(query)), query)

        self.each(check, but=["VictoriaMetrics"])

    # A server that understands them starts every counter at 0; nothing else in the pages is 0.
    def test_created_timestamps_are_ingested(self):
        names = "|".join(
            sample["metric"]["syscall"] for sample in self.servers["3.5"].query(f"{SYSCALLS} > 100")
        )
        least = f"min(min_over_time({SYSCALLS}{{syscall=~'{names}'}}[5m]))"
        self.assertEqual(0, value_of(self.servers["3.5, native"].query(least)))
        self.assertGreater(value_of(self.servers["VictoriaMetrics"].query(least)), 0)

    def test_native_and_classic_quantiles_agree_within_a_bucket(self):
        server = self.servers["3.5, native"]
        self.assertTrue(server.query(f"histogram_count({RUNQLAT}) > 0"), "there is no native histogram")
        for quantile in (0.5, 0.9):
            native = value_of(server.query(
                f"histogram_quantile({quantile}, sum(rate({RUNQLAT}[30s])))"
            ))
            classic = value_of(server.query(
                f"histogram_quantile({quantile}, "
                f"sum by (le) (rate({RUNQLAT}_bucket[30s])))"
            ))
            self.assertLess(abs(native / classic), 2.01)
            self.assertGreater(abs(native / classic), 1 / 2.01)


if __name__ == "__main__":
    outcome.main()
