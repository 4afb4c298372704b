// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  __u32 number;
};
struct text {
  char digits[8];
};

BX_HASH(errno_total, 16, struct key, __u64);
BX_HASH(errno_of_text_total, 4, struct text, __u64);

FILL {
  PUT(errno_total, 1, 0);
  PUT(errno_total, 2, 1);
  PUT(errno_total, 3, 11);
  PUT(errno_total, 4, 35);
  PUT(errno_total, 5, 95);
  PUT(errno_total, 6, 104);
  PUT(errno_total, 7, 1000);
  PUT(errno_of_text_total, 1, "13");
  PUT(errno_of_text_total, 2, "none");  // an error of one row, not of the metric
  return 0;
}
