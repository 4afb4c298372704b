# SPDX-License-Identifier: Apache-2.0
"""Native histograms by exact arithmetic: which bucket an integer belongs to, after the definition of the format alone
(bucket k holds what is above 2^((k-1)/2^schema) and at most 2^(k/2^schema))."""

import bisect
import dataclasses
import decimal
import functools
import math


def eighth_root(number):
    """The greatest integer whose eighth power is at most `number`."""
    return math.isqrt(math.isqrt(math.isqrt(number)))


@dataclasses.dataclass(frozen=True)
class Shape:
    """What BX_NATIVE_HISTOGRAM (decimals 0) and BX_NATIVE_SECONDS (9) say."""

    schema: int
    first: int
    last: int
    decimals: int = 0

    @property
    def first_index(self):
        """Prometheus' index of the bucket after the zero bucket."""
        return (self.first << self.schema) + 1

    @functools.cached_property
    def greatest(self):
        """For every element but the last, the greatest integer that belongs to it."""
        one = 10 ** (8 * self.decimals)
        eighths = range(8 * self.first, 8 * self.last + 1, 8 >> self.schema)
        return [eighth_root(one << k if k >= 0 else one >> -k) for k in eighths]

    def element(self, value):
        return bisect.bisect_left(self.greatest, value)

    def counts(self, values):
        """How many of the values, which are sorted, each element has."""
        ends = [bisect.bisect_right(values, most) for most in self.greatest] + [len(values)]
        return [end - begin for begin, end in zip([0, *ends], ends)]


@functools.cache
def _fractions(schema):
    """The bounds between 0.5 and 1 as doubles, as prometheus/client_golang has them in a table."""
    with decimal.localcontext() as context:
        context.prec = 60
        return [float(decimal.Decimal(2) ** (decimal.Decimal(i) / 2**schema) / 2) for i in range(2**schema)]


def client_index(schema, number):
    """The index that histogramCounts.observe() of prometheus/client_golang gives to a double."""
    fraction, exponent = math.frexp(number)
    if schema > 0:
        return bisect.bisect_left(_fractions(schema), fraction) + (exponent - 1) * 2**schema
    return exponent - (fraction == 0.5)
