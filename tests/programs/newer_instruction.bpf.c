// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Has an instruction that kernels know since 6.6, as clang -mcpu=v4 makes them: a load of a signed
// byte. Its bytes are written out, as older compilers do not know it.
#include "hits.h"

SEC("raw_tp/sys_enter") __attribute__((naked)) int newer(void) {
  asm volatile(
      "r1 = 0;"
      "*(u64 *)(r10 - 8) = r1;"
      ".byte 0x91, 0xa0, 0xf8, 0xff, 0, 0, 0, 0;"  // r0 = *(s8 *)(r10 - 8)
      "r0 = 0;"
      "exit;");
}
