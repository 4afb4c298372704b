// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  char name[32];
};

BX_HASH(dname_total, 4, struct key, __u64);

FILL {
  PUT(dname_total, 1,
      "\x07"
      "example"
      "\x03"
      "com");
  PUT(dname_total, 2, "");
  PUT(dname_total, 3,
      "\x05"
      "com");
  return 0;
}
