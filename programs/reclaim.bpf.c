// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Memory that the kernel takes back: how long tasks that wanted some had to do it themselves, how
// long they put pages together (compaction), how often kswapd was woken, and each shrinker.

#include "task_moments.bpf.h"

#define PF_KTHREAD 0x00200000  // of linux/sched.h

struct shrinker {
  void *scan_objects;
} BX_KERNEL_TYPE;

struct task_struct___with_flags {
  unsigned int flags;
} BX_KERNEL_TYPE;

// A thread can be at one of each, within one another.
BX_TASK_MOMENTS(reclaim_begun, 1024);
BX_TASK_MOMENTS(compaction_begun, 1024);
BX_TASK_MOMENTS(shrinker_begun, 1024);

enum reclaim_kind { DIRECT, CGROUP, RECLAIMS };
struct reclaim {
  BX_NATIVE_SECONDS(3, -20, 6) time;  // 1 µs to 64 s
  __u64 pages;
};
BX_PERCPU_ARRAY(reclaims, RECLAIMS, struct reclaim);

enum compactor { TASK, BACKGROUND, COMPACTORS };
BX_PERCPU_ARRAY(compactions, COMPACTORS, BX_NATIVE_SECONDS(3, -20, 6));
struct pages {
  __u64 scanned;
  __u64 isolated;
};
BX_PERCPU_ARRAY(compacted, 1, struct pages);

BX_PERCPU_ARRAY(kswapd_wakeups, 64, __u64);  // by node

// Two buckets a doubling, as there are many: 51 kB a CPU for all.
struct shrinker_work {
  BX_NATIVE_SECONDS(1, -20, 3) time;  // 1 µs to 8 s
  __u64 objects;
};
BX_PERCPU_HASH(shrinkers, 128, __u64, struct shrinker_work);  // by the function that shrinks
BX_DROPPED(reclaim_dropped);

static __always_inline void end_reclaim(enum reclaim_kind kind, unsigned long pages) {
  __u64 elapsed = bx_elapsed(reclaim_begun);
  struct reclaim *reclaim = bx_value_at(&reclaims, kind);

  if (elapsed == 0 || !reclaim) return;
  bx_observe_native_in(&reclaim->time, elapsed);
  __sync_fetch_and_add(&reclaim->pages, pages);
}

SEC("tp_btf/mm_vmscan_direct_reclaim_begin")
int direct_reclaim_begins(void *ctx) {
  bx_begin(reclaim_begun);
  return 0;
}

SEC("tp_btf/mm_vmscan_direct_reclaim_end")
int BPF_PROG(direct_reclaim_ends, unsigned long pages) {
  end_reclaim(DIRECT, pages);
  return 0;
}

SEC("tp_btf/mm_vmscan_memcg_reclaim_begin")
int cgroup_reclaim_begins(void *ctx) {
  bx_begin(reclaim_begun);
  return 0;
}

SEC("tp_btf/mm_vmscan_memcg_reclaim_end")
int BPF_PROG(cgroup_reclaim_ends, unsigned long pages) {
  end_reclaim(CGROUP, pages);
  return 0;
}

SEC("tp_btf/mm_compaction_begin")
int compaction_begins(void *ctx) {
  bx_begin(compaction_begun);
  return 0;
}

SEC("tp_btf/mm_compaction_end")
int compaction_ends(void *ctx) {
  struct task_struct___with_flags *task = (void *)bpf_get_current_task();
  __u64 elapsed = bx_elapsed(compaction_begun);
  enum compactor compactor = BPF_CORE_READ(task, flags) & PF_KTHREAD ? BACKGROUND : TASK;

  if (elapsed != 0) bx_observe_native_at(&compactions, compactor, elapsed);
  return 0;
}

SEC("tp_btf/mm_compaction_isolate_migratepages")
int BPF_PROG(pages_isolated, unsigned long first, unsigned long last, unsigned long scanned,
             unsigned long isolated) {
  struct pages *pages = bx_value_at(&compacted, 0);

  if (!pages) return 0;
  __sync_fetch_and_add(&pages->scanned, scanned);
  __sync_fetch_and_add(&pages->isolated, isolated);
  return 0;
}

SEC("tp_btf/mm_vmscan_kswapd_wake")
int BPF_PROG(kswapd_woken, int node) {
  if (!bx_increment_at(&kswapd_wakeups, node)) bx_drop();
  return 0;
}

SEC("tp_btf/mm_shrink_slab_start")
int shrinker_begins(void *ctx) {
  bx_begin(shrinker_begun);
  return 0;
}

SEC("tp_btf/mm_shrink_slab_end")
int BPF_PROG(shrinker_ends, struct shrinker *shrinker, int node, int objects) {
  __u64 elapsed = bx_elapsed(shrinker_begun);
  __u64 function = (__u64)shrinker->scan_objects;
  struct shrinker_work *work;

  if (elapsed == 0) return 0;
  work = bx_value(&shrinkers, &function);
  if (!work) return 0;
  bx_observe_native_in(&work->time, elapsed);
  if (objects > 0) __sync_fetch_and_add(&work->objects, objects);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
