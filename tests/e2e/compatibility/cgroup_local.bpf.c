// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

// Since Linux 6.2, which is newer than the headers.
#define CGRP_STORAGE 32

struct cgroup;
struct css_set {
  struct cgroup *dfl_cgrp;
} BX_KERNEL_TYPE;
struct task_struct___of_cgroups {
  struct css_set *cgroups;
} BX_KERNEL_TYPE;

struct {
  __uint(type, CGRP_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, __u64);
} wanted_storage SEC(".maps");

BX_ARRAY(storage_wanted, 1, __u64);

SEC("tp_btf/sys_enter")
int enter(void *context) {
  struct task_struct___of_cgroups *task = (void *)bpf_get_current_task_btf();
  __u64 *wanted = bpf_cgrp_storage_get(&wanted_storage, task->cgroups->dfl_cgrp, 0, 0);
  if (wanted) PUT(storage_wanted, *wanted, 0);
  return 0;
}
