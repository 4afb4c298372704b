// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The kernel has no such function; libbpf says so before the verifier sees the program.
#include "hits.h"

SEC("tp_btf/no_such_tracepoint") int unknown(__u64* context) {
  hit(0);
  return 0;
}
