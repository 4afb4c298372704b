// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(wanted_cgroups, 4096, __u64, __u64);
BX_ARRAY(cgroup_wanted, 1, __u64);

FILL {
  __u64 cgroup = bpf_get_current_cgroup_id();
  __u64 *wanted = bpf_map_lookup_elem(&wanted_cgroups, &cgroup);
  if (wanted) PUT(cgroup_wanted, *wanted, 0);
  return 0;
}
