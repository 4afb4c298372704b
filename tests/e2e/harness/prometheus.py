# SPDX-License-Identifier: Apache-2.0
"""A Prometheus with the repository's configuration and rules, pointed at one exporter."""

import json
import os
import re
import shutil
import tempfile
import urllib.parse

from . import children
from .exporter import ROOT, fetch, free_port, wait_until

FOLDER = os.path.join(ROOT, "deploy", "prometheus")
CONFIG = os.path.join(FOLDER, "prometheus.yml")
TARGET = re.compile(r"[\w.-]+:9435")


def adapted(text, target):
    """`text` with the exporter's address replaced; everything is scraped, and rules evaluated, each second."""
    text, targets = TARGET.subn(target, text)
    if targets == 0:
        raise AssertionError(f"{CONFIG} scrapes nothing on port 9435")
    text = re.sub(r"(scrape_interval|scrape_timeout): *\S+", r"\1: 1s", text)
    return text.replace("global:\n", "global:\n  evaluation_interval: 1s\n")


class Prometheus:
    """Scrapes `target` while the `with` block runs."""

    def __init__(self, target, binary="prometheus", flags=(), job="", data=None):
        """`job` are further lines of the configuration of every job, `data` a folder that has
        blocks."""
        self._target = target
        self._binary = binary
        self._flags = flags
        self._job = job
        self._data = data

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        path = os.path.join(self._folder.name, "prometheus.yml")
        for name in ("rules.yml", "recording_rules.yml"):
            shutil.copy(os.path.join(FOLDER, name), self._folder.name)
        with open(CONFIG, encoding="utf-8") as ours, open(path, "w", encoding="utf-8") as file:
            text = adapted(ours.read(), self._target)
            file.write(re.sub(r"(\n( *)- job_name:.*)", rf"\1\n\2  {self._job}", text))
        self._url = f"http://127.0.0.1:{free_port()}"
        self._log = open(os.path.join(self._folder.name, "log"), "w+", encoding="utf-8")
        self._process = children.start(
            [
                self._binary,
                *self._flags,
                f"--config.file={path}",
                f"--storage.tsdb.path={self._data or os.path.join(self._folder.name, 'data')}",
                f"--web.listen-address={self._url.removeprefix('http://')}",
            ],
            cwd=self._folder.name,
            stdout=self._log,
            stderr=self._log,
        )
        try:
            wait_until(self._ready, 60, "Prometheus is ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        children.stop(self._process)
        self._log.close()
        self._folder.cleanup()

    def query(self, expression):
        """The result of an instant query: a list of {"metric": labels, "value": [time, text]}."""
        answer = self._api("query", query=expression)
        return answer["result"]

    def over(self, expression, began, ended, step):
        """The result of a range query, seconds since 1970: a list of {"metric": labels, "values":
        [[time, text]]}, or "histograms" in their place."""
        parameters = {"query": expression, "start": began, "end": ended, "step": step}
        return self._api("query_range", **parameters)["result"]

    def write(self, body):
        """Hands over a remote-write request of version 1, which takes
        --web.enable-remote-write-receiver."""
        headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
        status, _, answer = fetch(f"{self._url}/api/v1/write", headers, body=body)
        if status // 100 != 2:
            raise AssertionError(f"remote write: {status} {answer.decode()}")

    def metadata(self, metric):
        """What the scraped page said of a metric: [{"type", "help", "unit"}]."""
        return self._api("targets/metadata", metric=metric)

    def targets(self):
        return self._api("targets", state="active")["activeTargets"]

    def series(self, selector):
        """The label sets that match."""
        return self._api("series", **{"match[]": selector})

    def series_by_name(self):
        """How many series the storage has of each name, of those that have most: its status page."""
        rows = self._api("status/tsdb", limit=1000)["seriesCountByMetricName"]
        return {row["name"]: row["value"] for row in rows}

    def _api(self, name, **parameters):
        url = f"{self._url}/api/v1/{name}?{urllib.parse.urlencode(parameters)}"
        _, _, body = fetch(url)
        answer = json.loads(body)
        if answer["status"] != "success":
            raise AssertionError(f"{name} {parameters}: {answer}")
        return answer["data"]

    def _ready(self):
        if self._process.poll() is not None:
            self._log.seek(0)
            raise AssertionError(f"Prometheus ended:\n{self._log.read()}")
        try:
            return fetch(f"{self._url}/-/ready")[0] == 200
        except OSError:
            return False
