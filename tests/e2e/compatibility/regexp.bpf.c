// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  char unit[32];
};

BX_HASH(regexp_total, 8, struct key, __u64);
BX_HASH(any_regexp_total, 8, struct key, __u64);
BX_HASH(beside_regexp_total, 8, struct key, __u64);

FILL {
  PUT(regexp_total, 1, "systemd-bananad");
  PUT(regexp_total, 2, "systemd-journal");
  PUT(regexp_total, 4, "KERNEL worker");
  PUT(regexp_total, 8, "something else");
  PUT(any_regexp_total, 1, "systemd-journal");
  PUT(any_regexp_total, 2, "cron");
  PUT(any_regexp_total, 4, "ssh");
  // A key that another metric leaves out.
  PUT(beside_regexp_total, 5, "something else");
  return 0;
}
