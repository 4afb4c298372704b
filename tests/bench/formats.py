# SPDX-License-Identifier: Apache-2.0
"""What process.py measures of formats and encodings."""

import json
import os
import tempfile

from rig import ENTRIES, FORMATS, KINDS, KIND_TITLES, QUICK, RUNS, TOOLS, check, head, line, median, running
from harness import children  # on rig's path


def by_format():
    """Whole scrapes in every format and encoding, and the sizes of their pages."""
    forms = [(form, encoding) for form in FORMATS for encoding in ("identity", "gzip", "zstd")]
    cells = {form: [] for form in forms}
    for kind in KINDS:
        with running(kind, ENTRIES) as bench:
            for form, encoding in forms:
                ratio, size = in_format(bench, form, encoding)
                cells[form, encoding].append(f"{ratio:.2f}, {size / 1024:,.0f}")
    head(f"{ENTRIES:,} entries: CPU / `limit`, KiB", KIND_TITLES)
    for (form, encoding), values in cells.items():
        line(form if encoding == "identity" else f"{form}, {encoding}", " | ".join(values))


def in_format(bench, form, encoding):
    """(CPU / limit, bytes) of fresh scrapes, as fresh() has them."""
    bench.fill(2)
    bench.answer(encoding, form)
    before = bench.limit()
    cpus = []
    for run in range(RUNS):
        bench.fill(3 + run)
        _, cpu, body = bench.answer(encoding, form)
        cpus.append(cpu)
    if form.startswith("text") and encoding == "identity":
        bench.check_page(body, 2 + RUNS)
    return median(cpus) / ((before + bench.limit()) / 2), len(body)


def parts():
    """{benchmark: (median CPU ms, bytes)} of what render_bench measures by turns, without reading a map."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "parts.json")
        command = [
            os.path.join(TOOLS, "render_bench"),
            "--benchmark_filter=^(Page/.*/encoding:0|FirstPage|Compress)/.*/rows:100000$",
            f"--benchmark_min_time={0.001 if QUICK else 0.05}",
            f"--benchmark_repetitions={2 if QUICK else 15}",
            "--benchmark_enable_random_interleaving=true",
            f"--benchmark_out={path}",
        ]
        check(children.run(command, seconds=600).returncode == 0, "render_bench failed")
        with open(path, encoding="utf-8") as file:
            runs = json.load(file)["benchmarks"]
    times, sizes = {}, {}
    for one in runs:
        if one["run_type"] == "iteration":
            name = one["run_name"].removesuffix("/rows:100000")
            times.setdefault(name, []).append(one["cpu_time"] / 1000)
            sizes[name] = one["bytes"]
    return {name: (median(times[name]), sizes[name]) for name in times}


def making():
    """What making a page takes, and the encodings beside zlib's level 6."""
    found = parts()

    def row(title, cell, name, base):
        both = [(found[f"{name}/kind:{kind}"], found[f"{base}/kind:{kind}"]) for kind in range(len(KINDS))]
        line(title, " | ".join(f"{cell(*one, *other):.2f}" for one, other in both))

    def milliseconds(time, _, __, ___):
        return time

    def times(time, _, base, __):
        return time / base

    def sizes(_, size, __, base):
        return size / base

    text, openmetrics, protobuf = (f"Page/format:{number}/encoding:0" for number in (0, 2, 3))
    zlib, gzip, zstd = (f"Compress/encoding:{number}" for number in (0, 1, 2))
    head("Without reading the map, 100,000 entries", KIND_TITLES)
    row("text, CPU ms", milliseconds, text, text)
    row("OpenMetrics / text, CPU", times, openmetrics, text)
    row("protobuf / text, CPU", times, protobuf, text)
    row("the first one in protobuf / text, CPU", times, "FirstPage/format:3", text)
    row("zlib's level 6 of the text, CPU ms", milliseconds, zlib, zlib)
    for title, name in (("gzip", gzip), ("zstd", zstd)):
        row(f"{title} / zlib, CPU", times, name, zlib)
        row(f"{title} / zlib, size", sizes, name, zlib)
