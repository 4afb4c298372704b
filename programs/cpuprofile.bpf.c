// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the CPUs do, by looking at each of them 49 times a second: that many samples are a second.
//
// 49 and not 50, so as not to keep step with what happens 10 or 100 times a second.

#include <linux/bpf_perf_event.h>

#include "bpf_exporter.bpf.h"
#include "cgroup.bpf.h"

struct function {
  char function[64];  // as kallsyms names it; what is longer is cut off
};

enum mode { IDLE, KERNEL, USER, MODES };

BX_PERCPU_ARRAY(cpuprofile_modes, MODES, __u64);
// With by_cgroup in place of the other one.
struct of_cgroup {
  __u64 mode;
  __u64 cgroup_id;
};
BX_HASH(cpuprofile_cgroups, 8192, struct of_cgroup, __u64);
BX_HASH(cpuprofile_functions, 4096, struct function, __u64);
BX_DROPPED(cpuprofile_dropped);

static __always_inline enum mode mode_of(struct bpf_perf_event_data *ctx) {
  if ((__u32)bpf_get_current_pid_tgid() == 0) return IDLE;  // each CPU's idle task has 0
#if defined(__TARGET_ARCH_x86)
  return ctx->regs.cs & 3 ? USER : KERNEL;  // the privilege level
#elif defined(__TARGET_ARCH_arm64)
  return ctx->regs.pstate & 0xf ? KERNEL : USER;  // the exception level
#endif
}

SEC("perf_event/type=1,config=0,frequency=49")  // PERF_COUNT_SW_CPU_CLOCK
int cpuprofile_mode(struct bpf_perf_event_data *ctx) {
  struct of_cgroup key = {.mode = mode_of(ctx), .cgroup_id = bx_cgroup_id()};

  if (by_cgroup)
    bx_increment(&cpuprofile_cgroups, &key);
  else
    bx_increment_at(&cpuprofile_modes, key.mode);
  return 0;
}

// Apart, as kernels before 5.13 cannot name an address.
SEC("perf_event/type=1,config=0,frequency=49")
int cpuprofile_function(struct bpf_perf_event_data *ctx) {
  static const char format[] = "%ps";
  struct function key = {};
  __u64 address = PT_REGS_IP(&ctx->regs);

  if (mode_of(ctx) != KERNEL) return 0;
  bpf_snprintf(key.function, sizeof(key.function), format, &address, sizeof(address));
  bx_increment(&cpuprofile_functions, &key);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
