// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Signals that were sent to tasks, by the user or by the kernel, and what came of them.

#include "bpf_exporter.bpf.h"

#define SIGNALS 65  // they are numbered from 1 to 64

// As TRACE_SIGNAL_… of include/trace/events/signal.h, which has not changed since 3.3.
enum signal_result {
  delivered,
  ignored,
  already_pending,
  queue_full,
  queued_without_info,
  RESULTS
};

struct signal_key {
  __u32 signal;
  enum signal_result result;
};
BX_PERCPU_HASH(signals, SIGNALS *RESULTS, struct signal_key, __u64);
BX_DROPPED(signals_dropped);

SEC("tp_btf/signal_generate")
int BPF_PROG(signal_sent, int signal, const void *info, const void *task, int group, int result) {
  struct signal_key key = {.signal = signal, .result = result};

  bx_increment(&signals, &key);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
