// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

#define MARKED 0x5eed01ff  // an argument that only the test gives

struct arguments {
  __u64 common;
  __u64 number;
  __u64 mask;
};

BX_ARRAY(tracepoint_calls, 1, __u64);

SEC("tracepoint/syscalls/sys_enter_umask")
int enter(struct arguments *context) {
  if ((__u32)context->mask == MARKED) bx_increment_at(&tracepoint_calls, 0);
  return 0;
}
