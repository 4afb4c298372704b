// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sections that ask for links to many functions at once.
#include "hits.h"

SEC("?uprobe.multi//nonexistent:f*") int by_uprobe(void* context) {
  hit_if_wanted(0);
  return 0;
}

SEC("?kprobe.multi/no_such_function*") int by_kprobe(void* context) {
  hit_if_wanted(1);
  return 0;
}
