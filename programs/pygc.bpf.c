// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Garbage collections of Python (CPython built with static tracepoints, as Debian builds it), by
// generation. An interpreter stops while it collects.

#include "bpf_exporter.bpf.h"
// clang-format off
#include <bpf/usdt.bpf.h>
// clang-format on

#define GENERATIONS 3

struct collection {
  __u64 began;  // in ns
  __u32 generation;
};
struct collections {
  BX_NATIVE_SECONDS(3, -20, 4) pause;  // 1 µs to 16 s
  __u64 objects;
};
BX_HASH(pygc_running, 16384, __u32, struct collection);  // by thread
BX_PERCPU_ARRAY(pygc_collections, GENERATIONS, struct collections);
BX_DROPPED(pygc_dropped);

SEC("usdt")
int BPF_USDT(collection_begins, int generation) {
  struct collection collection = {bpf_ktime_get_ns(), generation};
  __u32 thread = bpf_get_current_pid_tgid();

  bx_set(&pygc_running, &thread, collection);
  return 0;
}

SEC("usdt")
int BPF_USDT(collection_ends, long objects) {
  __u32 thread = bpf_get_current_pid_tgid();
  struct collections *collections;
  struct collection collection;

  if (!bx_take(&pygc_running, &thread, &collection)) return 0;
  collections = bx_value_at(&pygc_collections, collection.generation);
  if (!collections) return 0;
  bx_observe_native_in(&collections->pause, bpf_ktime_get_ns() - collection.began);
  if (objects > 0) __sync_fetch_and_add(&collections->objects, objects);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
