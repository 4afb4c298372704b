// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Tells of every cgroup2 that is made or removed: its id and its path. A part of the exporter, see
// cgroup_trace.h.
#include "bpf_exporter.bpf.h"
#include "cgroup_report.h"

struct kernfs_node {
  __u64 id;
} BX_KERNEL_TYPE;

struct cgroup_root {
  int hierarchy_id;
} BX_KERNEL_TYPE;

struct cgroup {
  struct kernfs_node *kn;
  struct cgroup_root *root;
} BX_KERNEL_TYPE;

BX_RINGBUF(reports, 512 << 10);

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct cgroup_report);
} scratch SEC(".maps");

// Reports that found no room, since the start.
__u64 lost = 0;

static __always_inline int report(struct bpf_raw_tracepoint_args *ctx, __u8 removed) {
  const struct cgroup *cgroup = (const struct cgroup *)ctx->args[0];
  __u32 zero = 0;
  struct cgroup_report *made;
  long size;

  if (BPF_CORE_READ(cgroup, root, hierarchy_id) != 0) return 0;  // of a tree of v1
  // Interrupts are off here: the kernel guards the path's buffer so.
  made = bpf_map_lookup_elem(&scratch, &zero);
  if (!made) return 0;
  made->id = BPF_CORE_READ(cgroup, kn, id);
  made->removed = removed;
  size = bpf_probe_read_kernel_str(made->path, sizeof(made->path) - 1, (const void *)ctx->args[1]);
  // The mask is for verifiers that do not see what the helper returns at the most.
  if (size < 1 ||
      bpf_ringbuf_output(&reports, made,
                         offsetof(struct cgroup_report, path) + (size & (sizeof(made->path) - 1)),
                         0) != 0) {
    __sync_fetch_and_add(&lost, 1);
  }
  return 0;
}

SEC("raw_tp/cgroup_mkdir") int cgroup_made(struct bpf_raw_tracepoint_args *ctx) {
  return report(ctx, 0);
}

SEC("raw_tp/cgroup_rmdir") int cgroup_removed(struct bpf_raw_tracepoint_args *ctx) {
  return report(ctx, 1);
}

char LICENSE[] SEC("license") = "GPL";
