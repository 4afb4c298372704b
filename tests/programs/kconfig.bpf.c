// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Reads the configuration of the kernel.
#include "hits.h"

extern int CONFIG_HZ __kconfig;
extern _Bool CONFIG_BPF_SYSCALL __kconfig;
extern int CONFIG_BPF_EXPORTER_NONE __kconfig __weak;
extern _Bool CONFIG_BPF_EXPORTER_NO __kconfig __weak;
extern char CONFIG_BPF_EXPORTER_TEXT[8] __kconfig __weak;

BX_ARRAY(seen, 3, __u64);

SEC("raw_tp/sys_enter") int by_raw(struct bpf_raw_tracepoint_args* context) {
  if (context->args[1] != wanted_at(1)) return 0;
  if (bpf_get_current_pid_tgid() >> 32 != wanted_at(0)) return 0;
  bx_add_at(&seen, 0, CONFIG_HZ);
  bx_add_at(&seen, 1, CONFIG_BPF_SYSCALL);
  bx_add_at(&seen, 2, CONFIG_BPF_EXPORTER_NONE);
  return 0;
}

// Uses weak options alone.
SEC("?raw_tp/sys_enter") int by_weak(struct bpf_raw_tracepoint_args* context) {
  if (context->args[1] != wanted_at(1)) return 0;
  if (bpf_get_current_pid_tgid() >> 32 != wanted_at(0)) return 0;
  bx_add_at(&seen, 0, CONFIG_BPF_EXPORTER_NONE);
  bx_add_at(&seen, 1, CONFIG_BPF_EXPORTER_NO);
  bx_add_at(&seen, 2, 1 + CONFIG_BPF_EXPORTER_TEXT[0]);
  return 0;
}
