# SPDX-License-Identifier: Apache-2.0
"""The same random registries in every format, read by parsers of others, say the same."""

import ast
import bisect
import itertools
import math
import os
import re
import subprocess
import unittest

from prometheus_client import parser as text_parser
from prometheus_client.openmetrics import parser as openmetrics_parser

HERE = os.path.dirname(os.path.realpath(__file__))
WRITER = os.environ["RANDOM_REGISTRIES"]
REGISTRIES = int(os.environ.get("REGISTRIES", "10000"))
AT_ONCE = 500
BASE_UNITS = ("seconds", "bytes")


def pages(first, count):
    """(text, OpenMetrics, protobuf, counts of native histograms) of each registry."""
    done = subprocess.run([WRITER, str(first), str(count)], capture_output=True, check=True)
    found, at = [], 0
    while at < len(done.stdout):
        end = done.stdout.index(b"\n", at)
        size = int(done.stdout[at:end])
        found.append(done.stdout[end + 1 : end + 1 + size])
        at = end + 1 + size
    return list(zip(found[::4], found[1::4], found[2::4], found[3::4]))


def varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at, number, shift = at + 1, number | (byte & 0x7F) << shift, shift + 7
        if byte < 0x80:
            return number, at


def as_fields(page):
    """The page's messages, each after its length, as fields number 1 of one message."""
    fields, at = [], 0
    while at < len(page):
        size, start = varint(page, at)
        fields.append(b"\x0a" + page[at : start + size])
        at = start + size
    assert at == len(page), "the last message is cut short"
    return b"".join(fields)


def decoded(data):
    """What protoc makes of a message Pages: its families as {field: [values]}."""
    done = subprocess.run(
        ["protoc", f"-I{HERE}", "--decode=io.prometheus.client.Pages", "metrics.proto"],
        input=data, capture_output=True, check=True,
    )
    assert not done.stderr, done.stderr
    stack = [{}]
    for line in done.stdout.decode("ascii").split("\n"):
        line = line.strip()
        if line.endswith("{"):
            child = {}
            stack[-1].setdefault(line[:-2], []).append(child)
            stack.append(child)
        elif line == "}":
            stack.pop()
        elif line:
            name, value = line.split(": ", 1)
            assert not name.isdigit(), f"a field that metrics.proto does not have: {line}"
            value = ast.literal_eval("b" + value).decode() if value[0] == '"' else value
            stack[-1].setdefault(name, []).append(value)
    return stack[0].get("family", [])


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


def canonical(labels):
    """Labels as a key; a bound as the number that it is."""
    return frozenset(
        (name, float(value) if name == "le" else value) for name, value in labels.items()
    )


def of_text(page):
    """{family name: (type, help, {(sample name, labels): value})}"""
    families = {}
    for family in text_parser.text_string_to_metric_families(page.decode()):
        samples = {(s.name, canonical(s.labels)): s.value for s in family.samples}
        families[family.name] = (family.type, family.documentation, samples)
    return families


def without_total(samples):
    """Of a counter that has no _total, which the parser of text puts on all counters."""
    return {(name.removesuffix("_total"), labels): value for (name, labels), value in samples.items()}


def of_openmetrics(page):
    """As of_text, and {(name, labels): created}, {family: unit}."""
    families, created, units = {}, {}, {}
    for family in openmetrics_parser.text_string_to_metric_families(page.decode()):
        samples = {}
        for sample in family.samples:
            if sample.name == family.name + "_created":
                created[(family.name, canonical(sample.labels))] = sample.value
            else:
                samples[(sample.name, canonical(sample.labels))] = sample.value
        families[family.name] = (family.type, family.documentation, samples)
        units[family.name] = family.unit
    return families, created, units


def of_protobuf(family):
    """(name, type, help, samples, {labels: created}) of a decoded MetricFamily."""
    name, kind = family["name"][0], family["type"][0].lower()
    samples, created = {}, {}
    for metric in family["metric"]:
        labels = {pair["name"][0]: pair["value"][0] for pair in metric.get("label", [])}
        value = metric[kind][0]
        for timestamp in value.get("created_timestamp", []):
            nanos = int(timestamp.get("nanos", ["0"])[0])
            created[canonical(labels)] = int(timestamp["seconds"][0]) + nanos / 1e9
        if kind != "histogram":
            samples[(name, canonical(labels))] = float(value["value"][0])
            continue
        count = int(value["sample_count"][0])
        samples[(name + "_count", canonical(labels))] = count
        samples[(name + "_sum", canonical(labels))] = float(value["sample_sum"][0])
        samples[(name + "_bucket", canonical({**labels, "le": "+Inf"}))] = count
        for bucket in value.get("bucket", []):
            key = (name + "_bucket", canonical({**labels, "le": bucket["upper_bound"][0]}))
            samples[key] = int(bucket["cumulative_count"][0])
    return name, kind, family["help"][0], samples, created


def native_of(histogram):
    """(schema, threshold, zero count, {index: count}) of a decoded Histogram, after the rules of the format: offsets
    from the end of the span before, counts as differences. None if it is no native one."""
    if "schema" not in histogram:
        return None
    index, count, buckets = 0, 0, {}
    deltas = iter(histogram.get("positive_delta", []))
    for span in histogram.get("positive_span", []):
        index += int(span["offset"][0])
        for index in range(index, index + int(span["length"][0])):
            count = (count + int(next(deltas))) % 2**64
            if count:
                buckets[index] = count
        index += int(span["length"][0]) > 0
    assert next(deltas, None) is None, "more counts than the spans have room for"
    zero = int(histogram["zero_count"][0])
    return int(histogram["schema"][0]), float(histogram["zero_threshold"][0]), zero, buckets


def expected_natives(lines):
    """{family: what native_of() is to say of each series}: nothing of those that count to more than the differences of
    the format hold, 64 bits with a sign."""
    families = {}
    for line in lines.decode().splitlines():
        name, schema, threshold, first, zero, *counts = line.split(" ")
        buckets = {int(first) + i: int(count) for i, count in enumerate(counts) if count != "0"}
        native = (int(schema), float(threshold), int(zero), buckets)
        too_many = int(zero) + sum(buckets.values()) >= 2**63
        families.setdefault(name, []).append(None if too_many else native)
    return families


def is_known_for_native(histogram):
    """Whether Prometheus takes a decoded Histogram for a native one (isNativeHistogram of its protobuf parser)."""
    wide, zeros = float(histogram["zero_threshold"][0]) > 0, int(histogram["zero_count"][0]) > 0
    return "positive_span" in histogram or wide or zeros


class Formats(unittest.TestCase):
    maxDiff = None

    def test_every_format_says_the_same(self):
        samples = natives = 0
        for first in range(0, REGISTRIES, AT_ONCE):
            batch = pages(first, min(AT_ONCE, REGISTRIES - first))
            families = {}
            expected = expected_natives(b"".join(page[3] for page in batch))
            for family in decoded(b"".join(as_fields(page[2]) for page in batch)):
                name, *rest = of_protobuf(family)
                families[name] = rest
                natives += self.compare_natives(family, expected.pop(name, []))
            self.assertEqual({}, expected, "protobuf lacks native histograms")
            for number, (text, openmetrics, *_) in enumerate(batch, first):
                with self.subTest(registry=number):
                    samples += self.compare(text, openmetrics, families)
            self.assertEqual({}, families, "protobuf has more families")
        self.assertGreater(samples, 30 * REGISTRIES)
        self.assertGreater(natives, REGISTRIES)

    def compare_natives(self, family, expected):
        """Compares the native buckets of a decoded family with those that its series were given, and with the classic
        ones, whose bounds are some of theirs; returns how many series have them."""
        histograms = [metric["histogram"][0] for metric in family["metric"] if "histogram" in metric]
        found = [native_of(histogram) for histogram in histograms]
        self.assertEqual(expected or [None] * len(found), found, family["name"][0])
        natives = [(histogram, native) for histogram, native in zip(histograms, found) if native is not None]
        for histogram, (schema, threshold, zero, buckets) in natives:
            self.assertTrue(is_known_for_native(histogram))
            self.assertEqual(int(histogram["sample_count"][0]), zero + sum(buckets.values()))
            indices = sorted(buckets)
            sums = list(itertools.accumulate((buckets[index] for index in indices), initial=zero))
            for bucket in histogram["bucket"]:
                bound = float(bucket["upper_bound"][0])
                below = bisect.bisect(indices, math.log2(bound) * 2**schema) if bound > threshold else 0
                self.assertEqual(int(bucket["cumulative_count"][0]), sums[below])
        return len(natives)

    def compare(self, text, openmetrics, families):
        """Takes what it compares out of `families`; returns how many samples text has."""
        in_openmetrics, created, units = of_openmetrics(openmetrics)
        count = 0
        for name, (kind, help_text, samples) in of_text(text).items():
            # The parser takes _total off the names of counters, but protobuf has whole ones.
            whole = name + "_total" if kind == "counter" and name + "_total" in families else name
            if kind == "counter" and whole == name:
                samples = without_total(samples)
            proto_kind, proto_help, proto_samples, proto_created = families.pop(whole)
            om_kind, om_help, om_samples = in_openmetrics.pop(name)
            self.assertEqual((kind, help_text), (proto_kind, proto_help))
            self.assertEqual(help_text, om_help)
            self.assertEqual("unknown" if kind == "counter" and whole == name else kind, om_kind)
            self.assert_same(samples, proto_samples)
            negative = {labels for (sample, labels), value in samples.items()
                        if kind == "histogram" and sample == name + "_sum" and value < 0}
            self.assert_same({key: value for key, value in samples.items()
                              if key[1] not in negative or key[0] == name + "_bucket"}, om_samples)
            count += len(samples)
            if om_kind in ("counter", "histogram"):
                om_created = {key[1]: value for key, value in created.items() if key[0] == name}
                self.assertEqual(proto_created, om_created)
            last = name.rsplit("_", 1)[-1]
            self.assertEqual(last if last in BASE_UNITS else "", units[name])
        self.assertEqual({}, in_openmetrics, "OpenMetrics has more families")
        return count

    def assert_same(self, expected, found):
        self.assertEqual(expected.keys(), found.keys())
        different = {key: (expected[key], found[key]) for key in expected
                     if not same(float(expected[key]), float(found[key]))}
        self.assertEqual({}, different)


if __name__ == "__main__":
    unittest.main()
