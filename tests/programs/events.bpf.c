// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// One record for each umask(2) call, through every kind of map that carries records.
#include "bpf_exporter.bpf.h"

#if defined(__TARGET_ARCH_x86)
#define UMASK 95
#else
#define UMASK 166
#endif

struct event {
  __u32 tgid;
  __u32 call;
  char comm[16];
};

// Declared as users of cloudflare/ebpf_exporter do: the values of a perf event array are its
// buffers' fds.
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} perf_events_total SEC(".maps");

BX_RINGBUF(ring_events_total, 1 << 20);
BX_QUEUE(queue_events_total, 16384, struct event);
BX_STACK(stack_events_total, 16384, struct event);

SEC("raw_tp/sys_enter")
int send(struct bpf_raw_tracepoint_args *ctx) {
  struct event event = {};

  if (ctx->args[1] != UMASK) return 0;
  event.tgid = bpf_get_current_pid_tgid() >> 32;
  event.call = UMASK;
  bpf_get_current_comm(&event.comm, sizeof(event.comm));
  bpf_perf_event_output(ctx, &perf_events_total, BPF_F_CURRENT_CPU, &event, sizeof(event));
  bpf_ringbuf_output(&ring_events_total, &event, sizeof(event), 0);
  bpf_map_push_elem(&queue_events_total, &event, 0);
  bpf_map_push_elem(&stack_events_total, &event, 0);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
