# SPDX-License-Identifier: Apache-2.0
"""Servers of several years and makers scrape the exporter, each in the format that it asks for first.

They come from Debian's suites, unpacked and not installed; all scrape at the same time, for SECONDS."""

import os
import subprocess
import tempfile
import time
import unittest

from harness import children, outcome, servers
from harness.exporter import Exporter, fetch, free_port, wait_until
from harness.prometheus import Prometheus

SECONDS = 60
NATIVE = "--enable-feature=native-histograms,created-timestamp-zero-ingestion"
SYSCALLS = "ebpf_exporter_syscalls_total"
PROMTOOLS = (("prometheus", "bookworm"), ("promtool", "trixie"), ("promtool", "forky"))


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


class Servers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        outcome.need_root()
        outcome.need_program("dpkg-deb", "apt-get")
        old = servers.program("prometheus", "bookworm", "prometheus")
        new = servers.program("prometheus", "forky", "prometheus")
        cls.began = time.time()
        cls.exporter = cls.enterClassContext(Exporter(interval="1s", names="runqlat,syscalls"))
        target = f"127.0.0.1:{cls.exporter.port}"
        both = "always_scrape_classic_histograms: true"
        cls.servers = {
            "2.42": cls.enterClassContext(Prometheus(target, old)),
            "3.5": cls.enterClassContext(Prometheus(target, new)),
            "3.5, native": cls.enterClassContext(Prometheus(target, new, [NATIVE], both)),
            "VictoriaMetrics": cls.enterClassContext(VictoriaMetrics(target)),
        }
        time.sleep(SECONDS)

    def each(self):
        for name, server in self.servers.items():
            with self.subTest(name):
                yield server

    def test_every_scrape_succeeds(self):
        for server in self.each():
            window = f"[{SECONDS - 5}s]"
            self.assertEqual(1, value_of(server.query(f"min_over_time(up{window})")))
            scrapes = value_of(server.query(f"count_over_time(up{window})"))
            self.assertGreater(scrapes, SECONDS / 2)

    def test_counters_have_rates(self):
        for server in self.each():
            self.assertGreater(value_of(server.query(f"sum(rate({SYSCALLS}[20s]))")), 0)

    def test_classic_buckets_have_quantiles(self):
        for server in self.each():
            result = server.query(
                "histogram_quantile(0.5, sum by (le) (rate(ebpf_exporter_runqlat_seconds_bucket[20s])))"
            )
            self.assertGreater(value_of(result), 0)
            self.assertLess(value_of(result), 60)

    # Only OpenMetrics and protobuf tell units.
    def test_prometheus_takes_the_formats_that_tell_units(self):
        for name in ("2.42", "3.5", "3.5, native"):
            found = self.servers[name].metadata("ebpf_exporter_runqlat_seconds")
            self.assertEqual(["histogram"], [one["type"] for one in found], name)
            units = {"2.42": "seconds", "3.5": "seconds"}
            self.assertEqual(units.get(name, found[0]["unit"]), found[0]["unit"], name)

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
        if not server.query("histogram_count(ebpf_exporter_runqlat_seconds) > 0"):
            self.skipTest("runqlat has no native histogram")
        for quantile in (0.5, 0.9):
            native = value_of(server.query(
                f"histogram_quantile({quantile}, sum(rate(ebpf_exporter_runqlat_seconds[30s])))"
            ))
            classic = value_of(server.query(
                f"histogram_quantile({quantile}, "
                "sum by (le) (rate(ebpf_exporter_runqlat_seconds_bucket[30s])))"
            ))
            self.assertLess(abs(native / classic), 2.01)
            self.assertGreater(abs(native / classic), 1 / 2.01)


class Promtool(unittest.TestCase):
    def test_every_version_has_nothing_to_say(self):
        outcome.need_root()
        with Exporter() as exporter:
            exporter.page()  # so that the request counters have something
            page = exporter.page().text
        for package, suite in PROMTOOLS:
            with self.subTest(suite):
                done = subprocess.run(
                    [servers.program(package, suite, "promtool"), "check", "metrics"],
                    input=page, capture_output=True, text=True, timeout=60,
                )
                self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))


if __name__ == "__main__":
    outcome.main()
