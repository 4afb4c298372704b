// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Counts the calls of functions in programs, whichever process makes them.
#include "hits.h"

SEC("?uprobe") int on_call(struct pt_regs* context) {
  hit(0);
  return 0;
}
