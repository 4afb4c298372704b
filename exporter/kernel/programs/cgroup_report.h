// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#pragma once

#include <linux/types.h>

// What cgroup_trace.bpf.c sends of a cgroup, cut after the end of the path. C, too.
struct cgroup_report {
  __u64 id;
  __u8 removed;     // else made
  char path[1024];  // from the root of the tree, "/a/b"; ends in 0
};
