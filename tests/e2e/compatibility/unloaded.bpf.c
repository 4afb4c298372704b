// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_ARRAY(beside_unloaded, 1, __u64);

FILL {
  PUT(beside_unloaded, 1, 0);
  return 0;
}

// Programs that were never loaded have no number in the kernel.
SEC("?raw_tp/sys_enter") int first(void *context) { return 0; }

SEC("?raw_tp/sys_exit") int second(void *context) { return 0; }
