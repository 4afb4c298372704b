// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Work queues of the kernel: how long work waited for a worker, and how long it ran, by queue.
//
// A work item is found by its address. It may be queued again while it runs, and is then in both
// states. Work that is cancelled ends without a sign, so rows are not deleted but given to new work
// when the map is full: the least recently used one goes. What that loses is counted,
// as are the barriers of flushes, which are never queued.

#include "bpf_exporter.bpf.h"

struct workqueue_struct {
  char name[24];  // 32 since 6.9
} BX_KERNEL_TYPE;
struct pool_workqueue {
  struct workqueue_struct *wq;
} BX_KERNEL_TYPE;
struct work_struct;

struct work {
  struct workqueue_struct *queue;  // where it was put last
  __u64 queued;                    // in ns; 0 if it is not
  __u64 started;
};
struct queue {
  char workqueue[32];
};
struct times {
  BX_NATIVE_SECONDS(1, -20, 3) wait;  // 1 µs to 8 s; 0.8 MB for all
  BX_NATIVE_SECONDS(1, -20, 3) run;
};

BX_LRU_HASH(workqueue_work, 16384, __u64, struct work);
BX_HASH(workqueue_times, 1024, struct queue, struct times);
BX_PERCPU_ARRAY(workqueue_unmeasured, 1, __u64);
BX_DROPPED(workqueue_dropped);

static __always_inline struct times *times_of(struct workqueue_struct *queue) {
  struct queue key = {};

  bpf_probe_read_kernel_str(key.workqueue, sizeof(key.workqueue), queue->name);
  return bx_value(&workqueue_times, &key);
}

SEC("tp_btf/workqueue_queue_work")
int BPF_PROG(work_queued, int cpu, struct pool_workqueue *pool, struct work_struct *work) {
  __u64 key = (__u64)work;
  struct work queued = {.queue = pool->wq, .queued = bpf_ktime_get_ns()};
  struct work *known = bpf_map_lookup_elem(&workqueue_work, &key);

  if (known) {
    known->queue = queued.queue;
    known->queued = queued.queued;
  } else {
    bpf_map_update_elem(&workqueue_work, &key, &queued, BPF_ANY);
  }
  return 0;
}

SEC("tp_btf/workqueue_execute_start")
int BPF_PROG(work_started, struct work_struct *item) {
  __u64 key = (__u64)item;
  struct work *work = bpf_map_lookup_elem(&workqueue_work, &key);
  struct times *times;

  if (!work || work->queued == 0) {
    bx_increment_at(&workqueue_unmeasured, 0);
    return 0;
  }
  times = times_of(work->queue);
  work->started = bpf_ktime_get_ns();
  if (times) bx_observe_native_in(&times->wait, work->started - work->queued);
  work->queued = 0;
  return 0;
}

SEC("tp_btf/workqueue_execute_end")
int BPF_PROG(work_ended, struct work_struct *item) {
  __u64 key = (__u64)item;
  struct work *work = bpf_map_lookup_elem(&workqueue_work, &key);
  struct times *times;

  if (!work || work->started == 0) return 0;
  times = times_of(work->queue);
  if (times) bx_observe_native_in(&times->run, bpf_ktime_get_ns() - work->started);
  work->started = 0;
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
