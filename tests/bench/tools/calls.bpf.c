// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// A program for each kind of histogram, which observes the values of a test run's packet, 8 bytes
// each; and one that only looks at them.
#include "bpf_exporter.bpf.h"

#define MOST_VALUES 400  // that a packet has room for

#define PROGRAM(name, call)                                                \
  SEC("xdp") int name(struct xdp_md *context) {                            \
    __u64 *values = (void *)(long)context->data;                           \
    void *end = (void *)(long)context->data_end;                           \
    for (int i = 0; i < MOST_VALUES && (void *)(values + 1) <= end; i++) { \
      __u64 value = *values++;                                             \
      call;                                                                \
    }                                                                      \
    return XDP_PASS;                                                       \
  }

#define NATIVE(name, type)              \
  BX_PERCPU_ARRAY(map_##name, 1, type); \
  PROGRAM(name, bx_observe_native_at(&map_##name, 0, value))

BX_PERCPU_ARRAY(classic, 1, BX_HISTOGRAM(32));
PROGRAM(look, asm volatile("" : : "r"(value)))
PROGRAM(exp2_1, bx_observe_exp2_at(&classic, 0, value, 1))
PROGRAM(exp2_1000, bx_observe_exp2_at(&classic, 0, value, 1000))
NATIVE(units_0, BX_NATIVE_HISTOGRAM(0, 0, 31))
NATIVE(units_1, BX_NATIVE_HISTOGRAM(1, 0, 31))
NATIVE(units_2, BX_NATIVE_HISTOGRAM(2, 0, 31))
NATIVE(units_3, BX_NATIVE_HISTOGRAM(3, 0, 31))
NATIVE(seconds_0, BX_NATIVE_SECONDS(0, -20, 6))
NATIVE(seconds_1, BX_NATIVE_SECONDS(1, -20, 6))
NATIVE(seconds_2, BX_NATIVE_SECONDS(2, -20, 6))
NATIVE(seconds_3, BX_NATIVE_SECONDS(3, -20, 6))

char LICENSE[] SEC("license") = "GPL";
