// SPDX-License-Identifier: Apache-2.0
// Tests: compatibility_test.py
#include "process/post_attach_mark.h"

extern "C" __attribute__((noinline, used, visibility("default"))) void post_attach_mark() {
  asm volatile("");  // so that calls are not taken for void
}
