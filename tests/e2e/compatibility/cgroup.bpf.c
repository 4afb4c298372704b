// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

BX_HASH(cgroup_total, 4, __u64, __u64);

FILL {
  PUT(cgroup_total, 1, bpf_get_current_cgroup_id());
  PUT(cgroup_total, 2, 999999999999);
  PUT(cgroup_total, 3, 0xffffffffffffffff);
  return 0;
}
