// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs whose sections do not say where to attach them.
#include "hits.h"

SEC("socket") int of_a_kind(struct __sk_buff* packet) {
  hit(0);
  return 0;
}

SEC("of_my_own") int of_no_kind(void* context) {
  hit(1);
  return 0;
}

SEC("?of_my_own") int not_wanted(void* context) {
  hit(2);
  return 0;
}

SEC("raw_tp/sys_enter") int by_section(void* context) {
  hit(3);
  return 0;
}
