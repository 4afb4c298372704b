// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Counts the calls of a function in a program that the section names, which is found in $PATH.
#include "hits.h"

SEC("uprobe/bpf_exporter_replaced:bpf_exporter_work") int on_call(struct pt_regs* context) {
  hit(0);
  return 0;
}
