// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Programs at every function that a pattern matches, by their sections and by entries.
#include "hits.h"

SEC("?uprobe.multi//proc/self/exe:bpf_exporter_pattern_*") int by_multi(void* context) {
  hit_if_wanted(0);
  return 0;
}

SEC("?uretprobe//proc/self/exe:bpf_exporter_pattern_?") int by_plain(void* context) {
  hit_if_wanted(1);
  return 0;
}

SEC("?uprobe.multi.s//proc/self/exe:bpf_exporter_pattern_a") int by_sleepable(void* context) {
  char byte = 0;
  // A function that only programs that may sleep can call.
  if (bpf_copy_from_user(&byte, sizeof(byte), 0) != 0) hit_if_wanted(2);
  return 0;
}

SEC("?uprobe.session//proc/self/exe:bpf_exporter_pattern_*") int by_session(void* context) {
  hit_if_wanted(3);
  return 0;
}

SEC("?uprobe") int by_entry(void* context) {
  hit_if_wanted(4);
  return 0;
}

SEC("?kprobe.multi/__x64_sys_?etpgid") int by_kernel_multi(void* context) {
  hit_if_wanted(5);
  return 0;
}

SEC("?kretprobe/__x64_sys_?etpgid") int by_kernel_plain(void* context) {
  hit_if_wanted(6);
  return 0;
}

SEC("?kprobe.session/__x64_sys_?etpgid") int by_kernel_session(void* context) {
  hit_if_wanted(7);
  return 0;
}
