// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Whose is it? The cgroup of a task as the last field of a key, which costs nothing until the
// configuration says `constants: {by_cgroup: true}`.

#pragma once

#include "task.bpf.h"

// False: every id is 0, so that all cgroups share a row, and the kernel removes the code that asks.
const volatile bool by_cgroup = false;

struct kernfs_node___bx {
  __u64 id;
} BX_KERNEL_TYPE;
struct cgroup___bx {
  struct kernfs_node___bx *kn;
} BX_KERNEL_TYPE;
struct css_set___bx {
  struct cgroup___bx *dfl_cgrp;  // in the cgroup2 tree
} BX_KERNEL_TYPE;
struct task_struct___bx_cgroups {
  struct css_set___bx *cgroups;
} BX_KERNEL_TYPE;

// Returns the id of the running task's cgroup, which the decoders of control groups name.
static __always_inline __u64 bx_cgroup_id(void) {
  return by_cgroup ? bpf_get_current_cgroup_id() : 0;
}

// Returns that of another task, which tp_btf, fentry or fexit handed to the program.
static __always_inline __u64 bx_cgroup_id_of(struct task_struct *task) {
  struct task_struct___bx_cgroups *with_cgroups = (void *)task;

  return by_cgroup ? with_cgroups->cgroups->dfl_cgrp->kn->id : 0;
}
