// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Constants of every kind that a configuration can set and of kinds that it cannot, and counts
// umask(2) calls by cgroup while one of them says so.
#include "bpf_exporter.bpf.h"
#include "cgroup.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define UMASK 95
#else
#define UMASK 166
#endif

enum mode { SLOW, FAST = 3, BACKWARDS = -1 };
struct pair {
  __u32 first, second;
};

const volatile bool enabled = false;
const volatile bool disabled = true;
const volatile __u8 tiny = 1;
const volatile __s16 small = 2;
const volatile __u32 middle = 3;
const volatile __s64 deep = 4;
const volatile __u64 wide = 5;
const volatile enum mode mode = SLOW;
const volatile char comm[8] = "old";
const volatile __u16 ports[3] = {1, 2, 3};
const volatile struct pair pair = {1, 2};
const volatile struct pair several[2] = {};
const volatile struct {
  __u32 low : 4, high : 28;
  __u32 rest;
} parts = {};
const volatile char names[2][8] = {"", "old"};
const volatile __u64 unset = 42;
const __u32 fixed = 7;
volatile __u32 variable = 8;
__u64 left;  // calls

struct call_key {
  __u32 tiny;
  __u64 cgroup_id;
};
BX_HASH(calls, 1024, struct call_key, __u64);
BX_HASH(cgroups, 1024, __u64, __u64);  // while by_cgroup
BX_ARRAY(all, 1, __u64);               // while not
BX_DROPPED(dropped);

SEC("raw_tp/sys_enter")
int enter(struct bpf_raw_tracepoint_args *ctx) {
  struct call_key key = {};

  if (ctx->args[1] != UMASK) return 0;
  key.tiny = tiny;
  key.cgroup_id = bx_cgroup_id();
  bx_increment(&calls, &key);
  if (by_cgroup) {
    bx_increment(&cgroups, &key.cgroup_id);
  } else {
    bx_increment_at(&all, 0);
  }
  return 0;
}

// Keeps every constant in the object.
SEC("?raw_tp/sys_exit")
int leave(void *ctx) {
  static const volatile __u32 limit = 9;

  left++;
  if (limit + parts.low + several[1].first + names[1][0] == 0) return 0;
  return enabled + disabled + small + middle + deep + wide + mode + comm[0] + ports[0] +
         pair.first + unset + *(const volatile __u32 *)&fixed + variable;
}

char LICENSE[] SEC("license") = "GPL";
