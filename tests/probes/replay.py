#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""tests/probes/replay.py KERNEL RECORDING: tells a Prometheus what the tests of all probes read in a guest with that
kernel, and holds the panels of deploy/grafana to have data, but for those of probes that the kernel lacks."""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "e2e")]

import dashboards  # noqa: E402
import recording  # noqa: E402
from harness import outcome  # noqa: E402
from harness.prometheus import Prometheus  # noqa: E402

RATE_INTERVAL = "30s"  # guests are slow, and pages far apart


def main(arguments):
    if len(arguments) != 2:
        print(__doc__)
        return 2
    kernel, path = arguments
    if missing := [name for name in ("prometheus", "promtool") if shutil.which(name) is None]:
        print(f"skipped: needs {missing[0]}", file=sys.stderr)
        return 1 if os.environ.get("REQUIRE_KERNEL") == "1" else outcome.SKIPPED
    pages = recording.read(path)
    with tempfile.TemporaryDirectory() as folder:
        text, data = os.path.join(folder, "pages"), os.path.join(folder, "data")
        with open(text, "w", encoding="utf-8") as file:
            file.writelines(recording.as_open_metrics(pages, 'instance="guest",job="bpf_exporter"'))
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", text, data]
        subprocess.run(command, check=True, timeout=300)
        with Prometheus("127.0.0.1:9435", data=data) as prometheus:
            empty = dashboards.without_data(
                prometheus, pages[0][0], pages[-1][0], kernel=kernel, rate_interval=RATE_INTERVAL
            )
    print(f"{len(pages)} pages in {pages[-1][0] - pages[0][0]:.0f} s; panels without data: {len(empty)}")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
