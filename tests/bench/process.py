#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""process.py [--quick]: what the whole exporter costs, beside what the kernel takes to hand over the
same maps at the same time. Prints tables in Markdown. Fails when a page is wrong, never for a time.
"""

import glob
import os
import resource
import shutil
import sys
import tempfile
import time

import formats
from rig import (
    ENTRIES,
    KIND_TITLES,
    KINDS,
    QUICK,
    RUNS,
    Bench,
    check,
    clients,
    exporter,
    head,
    line,
    median,
    possible_cpus,
    ready_ms,
    running,
    say,
)
from harness import children, outcome, servers  # on rig's path
from harness.prometheus import Prometheus

LARGE = 100_000 if QUICK else 1_000_000


def fresh(bench, runs, encoding="identity"):
    """(CPU / limit, CPU ms, wall ms, limit ms): medians over scrapes with all values changed before
    each one; the limit is the mean of those from right before and right after."""
    bench.fill(2)
    _, _, page = bench.scrape(encoding)
    bench.check_page(page, 2)
    before = bench.limit()
    walls, cpus = [], []
    for run in range(runs):
        bench.fill(3 + run)
        wall, cpu, page = bench.scrape(encoding)
        walls.append(wall)
        cpus.append(cpu)
    bench.check_page(page, 2 + runs)
    limit = (before + bench.limit()) / 2
    return median(cpus) / limit, median(cpus), median(walls), limit


def by_kind():
    rows = {
        name: []
        for name in (
            "`limit`, ms",
            "fresh scrape, CPU ms",
            "CPU / `limit`",
            "the same with gzip",
            "peak resident, MiB",
        )
    }
    for kind in KINDS:
        with running(kind, ENTRIES) as bench:
            ratio, cpu, _, limit = fresh(bench, RUNS)
            peak = bench.memory_mib("VmHWM")
        with running(kind, ENTRIES) as bench:
            with_gzip = fresh(bench, RUNS, "gzip")[0]
            peak = max(peak, bench.memory_mib("VmHWM"))
        values = (f"{limit:.1f}", f"{cpu:.1f}", f"{ratio:.2f}", f"{with_gzip:.2f}", f"{peak:.1f}")
        for row, value in zip(rows.values(), values):
            row.append(value)
    head(f"{ENTRIES:,} entries", KIND_TITLES)
    for name, values in rows.items():
        line(name, " | ".join(values))


def stored():
    """Series that a server stores, as the status page of its TSDB says."""
    metric = "ebpf_exporter_runqlat_seconds"
    binary = servers.program("prometheus", "forky", "prometheus")
    found = {}
    with exporter.Exporter(names="runqlat", interval="1s") as process:
        for name, flags in (("classic", []), ("native", ["--enable-feature=native-histograms"])):
            with Prometheus(f"127.0.0.1:{process.port}", binary, flags) as server:
                exporter.wait_until(lambda: series_of(server, metric), 60, "a scrape is stored")
                found[name] = series_of(server, metric)
    line(
        f"`{metric.removeprefix('ebpf_exporter_')}` in Prometheus 3.5, series by its TSDB status page",
        f"classic {found['classic']}; native, eight buckets a doubling, {found['native']}",
    )


def series_of(server, metric):
    """How many series the names of a histogram have in all, but for those of OpenMetrics' _created."""
    names = {metric, *(f"{metric}_{suffix}" for suffix in ("bucket", "sum", "count"))}
    rows = server.series_by_name()
    return sum(count for name, count in rows.items() if name in names)


def periodic():
    scrapes, pause = (200, 10) if QUICK else (2000, 20)
    with running("hash", ENTRIES, interval="1s") as bench:
        # The snapshot under way may have seen the map half full; the second one from now has not.
        filled = snapshots(bench)
        exporter.wait_until(lambda: snapshots(bench) >= filled + 2, 60, "two more snapshots")
        bench.check_page(bench.scrape("gzip")[2], 1)
        first = snapshots(bench)
        middle, high, worst = clients(bench.process.port, scrapes, pause)
        taken = snapshots(bench) - first
    line(
        f"gzip scrapes of a snapshot of {ENTRIES:,} series: {scrapes:,} by 4 clients, "
        f"{taken:.0f} new snapshots meanwhile",
        f"wall: median {middle:.2f} ms, p99 {high:.2f} ms, worst {worst:.1f} ms",
    )


def snapshots(bench):
    return bench.process.page().value("ebpf_exporter_snapshots_total")


def by_size():
    per_entry = {}
    head("Map, fresh scrape", ("wall ms", "CPU ms", "`limit`, ms", "CPU / `limit`", "peak MiB"))
    for kind, entries in (("array", 1000), ("array", LARGE), ("hash", 1000), ("hash", LARGE)):
        with running(kind, entries) as bench:
            runs = RUNS if entries == 1000 else 3 if QUICK else 5
            ratio, cpu, wall, limit = fresh(bench, runs)
            peak = bench.memory_mib("VmHWM")
        per_entry[kind, entries] = (cpu / entries, limit / entries)
        numbers = f"{wall:.1f} | {cpu:.1f} | {limit:.2f} | {ratio:.2f} | {peak:.0f}"
        say(f"| {kind}, {entries:,} entries | {numbers} |")
    say()
    for kind in ("hash", "array"):
        few, many = per_entry[kind, 1000], per_entry[kind, LARGE]
        say(
            f"{kind}: from 1,000 to {LARGE:,} entries the cost of an entry changes by "
            f"× {many[0] / few[0]:.2f}, the limit's by × {many[1] / few[1]:.2f}."
        )


def ordinary():
    idle_seconds = 3 if QUICK else 30
    ready = median(ready_ms("runqlat") for _ in range(3 if QUICK else 9))
    with exporter.Exporter(names="runqlat", interval="5s") as process:
        bench = Bench(process, "", 0, [])
        walls = [bench.scrape("identity")[0] for _ in range(10 if QUICK else 101)]
        resident = bench.memory_mib("VmRSS")
        check(process.page().has("ebpf_exporter_runqlat_seconds_count"), "runqlat has no histogram")
        cpu = bench.cpu_ms()
        time.sleep(idle_seconds)
        idle = (bench.cpu_ms() - cpu) / idle_seconds / 10
    line("`runqlat` alone: from start to ready", f"{ready:.0f} ms")
    line("`runqlat` alone: resident; a scrape", f"{resident:.1f} MiB; {median(walls):.2f} ms wall")
    line("`runqlat` alone: idle at the default interval", f"{idle:.3f} % of a CPU")


def many_configurations():
    count = 24
    with running("hash", 1000, configs=count) as bench:
        many, many_cpu, _, _ = fresh(bench, RUNS)
    with running("hash", 1000 * count) as bench:
        one, one_cpu, _, _ = fresh(bench, RUNS)
    for configurations, ratio, cpu in (
        (f"{count} configurations of 1,000 series each", many, many_cpu),
        (f"one configuration of {count},000 series", one, one_cpu),
    ):
        line(f"{configurations}, fresh scrape", f"{cpu:.2f} ms CPU, {ratio:.2f} × `limit`")


def burst():
    with running("hash", LARGE) as bench:
        bench.tool("delete")
        bench.fill(1, 1000)
        for _ in range(3):
            bench.scrape("gzip")
        before = bench.memory_mib("VmRSS")
        bench.fill(1)
        _, _, page = bench.scrape("gzip")
        bench.check_page(page, 1)
        full = bench.memory_mib("VmRSS")
        bench.tool("delete")
        for _ in range(3):
            bench.scrape("gzip")
        after = bench.memory_mib("VmRSS")
    line(
        f"{LARGE:,} keys come and go: resident before, with them, 3 snapshots later",
        f"{before:.1f}, {full:.0f}, {after:.1f} MiB",
    )


def checking():
    """`check` of all configurations whose objects are built: those of the tests are in preset dev."""
    test_objects = os.path.join(exporter.ROOT, "build", "dev", "tests", "e2e", "compatibility")
    test_files = os.path.join(exporter.ROOT, "tests", "e2e", "compatibility")
    with tempfile.TemporaryDirectory() as folder:
        for source in glob.glob(f"{test_objects}/*.bpf.o"):
            name = os.path.basename(source).removesuffix(".bpf.o")
            shutil.copy(source, folder)
            shutil.copy(f"{test_files}/{name}.yaml", folder)
        files = glob.glob(f"{exporter.CONFIG}/*.yaml") + glob.glob(f"{folder}/*.yaml")
        command = [exporter.BINARY, "check", f"--programs.dir={exporter.PROGRAMS}", *files]
        walls, cpus = [], []
        for _ in range(3 if QUICK else 15):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            done = children.run(command)
            walls.append((time.monotonic() - start) * 1000)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            cpus.append(used * 1000)
            check(done.returncode == 0, done.stderr)
    line(
        f"`check` of {len(files)} configurations",
        f"{median(cpus):.0f} ms CPU, {median(walls):.0f} ms wall",
    )


MEASURES = (periodic, ordinary, stored, checking, many_configurations, burst)


def main():
    if os.geteuid() != 0:
        must = os.environ.get("REQUIRE_KERNEL") == "1"
        say("process.py: needs root" + (", and REQUIRE_KERNEL=1" if must else ""))
        return 1 if must else outcome.SKIPPED
    kernel = os.uname().release
    say(
        f"{time.strftime('%Y-%m-%d')}, Linux {kernel}, {possible_cpus()} CPUs, load {os.getloadavg()[0]:.1f}"
    )
    say()
    by_kind()
    say()
    formats.by_format()
    say()
    formats.making()
    say()
    by_size()
    say()
    say("| Measured | Result |\n|---|---|")
    for measure in MEASURES:
        measure()
    return 0


if __name__ == "__main__":
    sys.exit(main())
