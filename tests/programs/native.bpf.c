// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Native histograms of every schema in every kind of map, of what a test run's packet holds: values
// of 8 bytes.
#include "bpf_exporter.bpf.h"

#define MOST_VALUES 400  // that a packet has room for

BX_DROPPED(native_dropped);

#define ALL(maps)                                                                                 \
  maps(units_0, BX_NATIVE_HISTOGRAM(0, -1, 62)) maps(units_1, BX_NATIVE_HISTOGRAM(1, -1, 62))     \
      maps(units_2, BX_NATIVE_HISTOGRAM(2, -1, 62)) maps(units_3, BX_NATIVE_HISTOGRAM(3, -1, 62)) \
          maps(seconds_0, BX_NATIVE_SECONDS(0, -29, 33))                                          \
              maps(seconds_1, BX_NATIVE_SECONDS(1, -29, 33))                                      \
                  maps(seconds_2, BX_NATIVE_SECONDS(2, -29, 33))                                  \
                      maps(seconds_3, BX_NATIVE_SECONDS(3, -29, 33))

#define PERCPU_ARRAY(name, type)  \
  BX_PERCPU_ARRAY(name, 1, type); \
  static __always_inline void add_##name(__u64 value) { bx_observe_native_at(&name, 0, value); }
ALL(PERCPU_ARRAY)

// Ranges that values leave at both ends.
struct served {
  __u32 count;
  BX_NATIVE_HISTOGRAM(2, 0, 17) bytes;
  BX_NATIVE_SECONDS(3, -20, 6) seconds;
};
BX_HASH(requests, 4, __u32, struct served);
BX_PERCPU_HASH(percpu_requests, 4, __u32, struct served);
BX_HASH(narrow, 4, __u32, BX_NATIVE_SECONDS(1, -12, -11));
BX_PERCPU_HASH(percpu_narrow, 4, __u32, BX_NATIVE_HISTOGRAM(3, 0, 1));
BX_ARRAY(shared, 4, BX_NATIVE_SECONDS(3, -20, 6));

// Not static: the kernel verifies it once, not for each time that the loop calls it.
__noinline int observe_value(__u64 value) {
  __u32 id = value & 1;
  struct served *request = bx_value(&requests, &id);
  struct served *percpu = bx_value(&percpu_requests, &id);

#define ADD(name, type) add_##name(value);
  ALL(ADD)
  if (request) {
    bx_observe_native_in(&request->bytes, value);
    bx_observe_native_in(&request->seconds, value);
  }
  if (percpu) {
    bx_observe_native_in(&percpu->bytes, value);
    bx_observe_native_in(&percpu->seconds, value);
  }
  bx_observe_native(&narrow, &id, value);
  bx_observe_native(&percpu_narrow, &id, value);
  return bx_observe_native_at(&shared, id, value);
}

SEC("xdp")
int observe(struct xdp_md *context) {
  __u64 *value = (void *)(long)context->data;
  void *end = (void *)(long)context->data_end;

  for (int i = 0; i < MOST_VALUES && (void *)(value + 1) <= end; i++) observe_value(*value++);
  return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
