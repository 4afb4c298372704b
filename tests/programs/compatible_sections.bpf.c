// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Sections that libbpf does not know.
#include "hits.h"

SEC("perf_event/type=1,config=0,frequency=200") int by_clock(void* context) {
  hit_if_wanted(0);
  return 0;
}

SEC("perf_event/type=1,config=0,period=3") int by_wrong_key(void* context) {
  hit(1);
  return 0;
}

SEC("xdp/lo") int by_xdp(struct xdp_md* context) {
  hit(2);
  return XDP_PASS;
}

SEC("xdp/none0") int by_no_interface(struct xdp_md* context) {
  hit(3);
  return XDP_PASS;
}
