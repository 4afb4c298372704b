// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct pair {
  char first[8];
  char second[8];
};

BX_HASH(strings_total, 16, struct pair, __u64);

FILL {
  PUT(strings_total, 1, "bananas", "text\0mor");
  PUT(strings_total, 2, "no end..", "");
  // Distinct, though both are a|b|c when joined.
  PUT(strings_total, 3, "a|b", "c");
  PUT(strings_total, 4, "a", "b|c");
  // The kernel cuts names in the middle of a character.
  PUT(strings_total, 5, "abcdefg\xc3", "cut");
  PUT(strings_total, 6, "\xff\xfe", "bytes");
  PUT(strings_total, 7, "\"\\\n", "escaped");
  // Equal texts of different keys are one series.
  PUT(strings_total, 8, "same\0a", "sum");
  PUT(strings_total, 9, "same\0b", "sum");
  return 0;
}
