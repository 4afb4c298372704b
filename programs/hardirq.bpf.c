// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Interrupts of devices: how often each handler ran, and for how long.
//
// Handlers run with interrupts off, so a CPU is in one of them at most. Interrupts without a
// handler of a device (timers of CPUs, calls between CPUs) do not come here.

#include "bpf_exporter.bpf.h"

struct irqaction {
  const char *name;
} BX_KERNEL_TYPE;

struct handler {
  __u32 irq;
  char handler[36];  // what is longer is cut off
};

BX_PERCPU_ARRAY(hardirq_entered, 1, __u64);  // in ns
// 1 µs to 31 ms; two buckets a doubling, as there are many: 0.6 MB for all.
BX_HASH(hardirq_run, 2048, struct handler, BX_NATIVE_SECONDS(1, -20, -5));
BX_DROPPED(hardirq_dropped);

SEC("tp_btf/irq_handler_entry")
int BPF_PROG(hardirq_enter, int irq, struct irqaction *action) {
  __u64 *entered = bx_value_at(&hardirq_entered, 0);

  if (entered) *entered = bpf_ktime_get_ns();
  return 0;
}

SEC("tp_btf/irq_handler_exit")
int BPF_PROG(hardirq_leave, int irq, struct irqaction *action) {
  __u64 *entered = bx_value_at(&hardirq_entered, 0);
  struct handler key = {.irq = irq};
  __u64 took;

  if (!entered || *entered == 0) return 0;
  took = bpf_ktime_get_ns() - *entered;
  *entered = 0;
  bpf_probe_read_kernel_str(key.handler, sizeof(key.handler), action->name);
  bx_observe_native(&hardirq_run, &key, took);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
