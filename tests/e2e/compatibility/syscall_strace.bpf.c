// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

#if defined(__TARGET_ARCH_x86)
#define READ 0
#define EXIT 60
#define EXIT_GROUP 231
#else
#define READ 63
#define EXIT 93
#define EXIT_GROUP 94
#endif

BX_HASH(strace_calls_total, 8, __u64, __u64);

FILL {
  PUT(strace_calls_total, 1, READ);
  PUT(strace_calls_total, 2, EXIT);
  PUT(strace_calls_total, 3, EXIT_GROUP);
  PUT(strace_calls_total, 4, 99999);
  PUT(strace_calls_total, 5, 1ull << 63);
  return 0;
}
