// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Pauses of Java virtual machines (HotSpot) for garbage collections: the time for which its own
// static tracepoints say that the collector has stopped the program.

#include "bpf_exporter.bpf.h"
// clang-format off
#include <bpf/usdt.bpf.h>
// clang-format on

enum collection { PARTIAL, FULL, COLLECTIONS };

struct pause {
  __u64 began;  // in ns
  __u64 collection;
};
BX_HASH(jvmgc_running, 4096, __u32, struct pause);  // by thread: a machine collects in one
BX_PERCPU_ARRAY(jvmgc_pauses, COLLECTIONS, BX_NATIVE_SECONDS(3, -20, 4));  // 1 µs to 16 s
BX_DROPPED(jvmgc_dropped);

SEC("usdt")
int BPF_USDT(collection_begins, bool full) {
  struct pause pause = {bpf_ktime_get_ns(), full ? FULL : PARTIAL};
  __u32 thread = bpf_get_current_pid_tgid();

  bx_set(&jvmgc_running, &thread, pause);
  return 0;
}

SEC("usdt")
int BPF_USDT(collection_ends) {
  __u32 thread = bpf_get_current_pid_tgid();
  struct pause pause;

  if (!bx_take(&jvmgc_running, &thread, &pause)) return 0;
  bx_observe_native_at(&jvmgc_pauses, pause.collection, bpf_ktime_get_ns() - pause.began);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
