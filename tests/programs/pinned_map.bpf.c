// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A map that every object with a map of this name shares.
#include "hits.h"

BX_ARRAY(shared_hits, 4, __u64, __uint(pinning, LIBBPF_PIN_BY_NAME));

SEC("?socket") int by_socket(struct __sk_buff* packet) {
  bx_increment_at(&shared_hits, 2);
  return 0;
}
