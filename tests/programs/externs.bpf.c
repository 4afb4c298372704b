// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs that use symbols of the kernel, of which it has some.
#include "hits.h"

extern int LINUX_KERNEL_VERSION __kconfig;
extern const void bpf_exporter_weak __ksym __weak;
extern const void bpf_exporter_strong __ksym;
extern const void bpf_exporter_unused __ksym;

// A compiler takes for granted that what is not weak has an address.
static __always_inline __u64 address_of(const void* symbol) {
  volatile __u64 address = (__u64)symbol;
  return address;
}

SEC("raw_tp/sys_enter") int by_version(struct bpf_raw_tracepoint_args* context) {
  if (LINUX_KERNEL_VERSION > 0) hit_if_call(0, context->args[1]);
  return 0;
}

SEC("raw_tp/sys_enter") int by_weak(struct bpf_raw_tracepoint_args* context) {
  if (!&bpf_exporter_weak) hit_if_call(1, context->args[1]);
  return 0;
}

SEC("?raw_tp/sys_enter") int by_strong(struct bpf_raw_tracepoint_args* context) {
  if (address_of(&bpf_exporter_strong)) hit_if_call(2, context->args[1]);
  return 0;
}

static __noinline __u64 unused(void) { return address_of(&bpf_exporter_unused); }

// Uses a symbol by a function that it calls.
SEC("?raw_tp/sys_enter") int by_function(struct bpf_raw_tracepoint_args* context) {
  if (unused()) hit_if_call(3, context->args[1]);
  return 0;
}
