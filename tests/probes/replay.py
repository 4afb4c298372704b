#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tests/probes/replay.py KERNEL RECORDING: tells servers what the tests of all probes read in a guest with that kernel, and
holds the panels of deploy/grafana to have data, but for those of probes that the kernel lacks.

Prometheus 2.42 and 3.5 get the pages as they are, and 3.5 once more the native histograms alone; all as if the last page
had been read now, since a server takes nothing by remote write that is an hour old."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]

import dashboards  # noqa: E402
import native_pages  # noqa: E402
import recording  # noqa: E402
import remote_write  # noqa: E402
from harness import outcome, servers  # noqa: E402
from harness.prometheus import Prometheus  # noqa: E402

TARGET = {"instance": "guest", "job": "bpf_exporter"}
NOBODY = "127.0.0.1:9"  # for the configuration, which scrapes something
AT_ONCE = 20  # series of a request


def blocks(pages, folder):
    """Makes blocks of the pages in `folder`, for a server to begin with."""
    text, labels = os.path.join(folder, "pages"), ",".join(f'{k}="{v}"' for k, v in TARGET.items())
    with open(text, "w", encoding="utf-8") as file:
        file.writelines(recording.as_open_metrics(pages, labels))
    command = [servers.prometheus("2.42", "promtool"), "tsdb", "create-blocks-from", "openmetrics"]
    data = os.path.join(folder, "2.42")
    subprocess.run([*command, "--quiet", text, data], check=True, timeout=300)
    shutil.copytree(data, os.path.join(folder, "3.5"))


def panels_without_data(pages, kernel, folder):
    """Of each server, the panels that have none."""
    blocks(pages, folder)
    series = native_pages.series(pages, TARGET)
    flags = [dashboards.NATIVE, "--web.enable-remote-write-receiver"]
    names = {labels["__name__"].removeprefix("ebpf_exporter_") for labels, _ in series}
    with contextlib.ExitStack() as stack:
        found = {}  # name: (server, the metrics that it has)
        for name in ("2.42", "3.5"):
            server = Prometheus(NOBODY, servers.prometheus(name), data=os.path.join(folder, name))
            found[name] = stack.enter_context(server), None
        server = stack.enter_context(Prometheus(NOBODY, servers.prometheus("3.5"), flags))
        for at in range(0, len(series), AT_ONCE):
            server.write(remote_write.request(series[at : at + AT_ONCE]))
        found["3.5, native"] = server, names
        began, ended = pages[0][0], pages[-1][0] + 1  # a step of the query that has the last page
        for name, (server, metrics) in found.items():
            yield dashboards.without_data(
                name, server, began, ended, kernel, metrics, [dashboards.STARTS]
            )


def main(arguments):
    if len(arguments) != 2:
        print(__doc__)
        return 2
    kernel, path = arguments
    pages = recording.read(path)
    later = time.time() - pages[-1][0]
    pages = [(when + later, text) for when, text in pages]
    print(f"{len(pages)} pages in {pages[-1][0] - pages[0][0]:.0f} s")
    with tempfile.TemporaryDirectory() as folder:
        try:
            empty = list(panels_without_data(pages, kernel, folder))
        except servers.Unavailable as error:
            print(f"skipped: needs {error}", file=sys.stderr)
            return 1 if os.environ.get("REQUIRE_KERNEL") == "1" else outcome.SKIPPED
    return 1 if any(empty) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
