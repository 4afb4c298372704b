// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

#define MARKED (14 + 20 + 8 + 777)  // Ethernet, IPv4, UDP and the test's payload

BX_PERCPU_ARRAY(xdp_packets, 1, __u64);

SEC("xdp/lo")
int packet(struct xdp_md *context) {
  if (context->data_end - context->data == MARKED) bx_increment_at(&xdp_packets, 0);
  return XDP_PASS;
}
