# SPDX-License-Identifier: Apache-2.0
"""Native histograms in a request of Prometheus' remote-write protocol, version 1: what a server is told that has not been
there to scrape them."""

import struct


def request(series):
    """The body for [(labels, [(seconds since 1970, Histogram)])], labels with __name__."""
    message = b"".join(_part(1, _series(labels, points)) for labels, points in series)
    return _varint(len(message)) + _uncompressed(message)


def _series(labels, points):
    message = b"".join(
        _part(1, _part(1, name.encode()) + _part(2, value.encode()))
        for name, value in sorted(labels.items())
    )
    return message + b"".join(_part(4, _histogram(when, value)) for when, value in points)


def _histogram(when, value):
    """`value` with schema 0, whose buckets end at powers of two."""
    steps = [more - less for less, more in zip([0, *value.counts], value.counts)]
    message = _number(1, value.count) + _double(3, value.sum) + _number(4, 0)
    message += _double(5, 2.0**value.first) + _number(6, value.zeros)
    # One span of buckets; bucket k ends at 2^k.
    message += _part(11, _number(1, _zigzag(value.first + 1)) + _number(2, len(value.counts)))
    message += _part(12, b"".join(_varint(_zigzag(step)) for step in steps))
    return message + _number(15, round(when * 1000))


def _varint(number):
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(encoded) + bytes([number])


def _zigzag(number):
    return 2 * number if number >= 0 else -2 * number - 1


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _double(field, value):
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _part(field, message):
    return _varint(field << 3 | 2) + _varint(len(message)) + message


def _uncompressed(message):
    """Snappy's blocks of bytes that stand for themselves, as long as one may be."""
    longest = 1 << 16
    parts = (message[at : at + longest] for at in range(0, len(message), longest))
    return b"".join(b"\xf4" + struct.pack("<H", len(part) - 1) + part for part in parts)
