// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// PostgreSQL: how long queries, transactions and waits for locks take, by its own static
// tracepoints.
//
// A process of the server has one client, and one query, transaction and wait at a time. What ends
// in an error tells so by the abort of its transaction only.

#include "bpf_exporter.bpf.h"
// clang-format off
#include <bpf/usdt.bpf.h>
// clang-format on

#define LOCK_TYPES 12  // LOCKTAG_… of PostgreSQL 17; 13 to 16 have the first 11

enum protocol { SIMPLE, EXTENDED, PROTOCOLS };
enum result { COMMIT, ABORT, RESULTS };

// When each began, in ns; 0: it is not going on.
struct session {
  __u64 query;      // of the simple protocol: the text's
  __u64 execution;  // of the extended one
  __u64 transaction;
  __u64 wait;
  __u64 wait_type;
};
BX_HASH(pgquery_sessions, 16384, __u32, struct session);  // by the server's process
// 1 µs to 64 s; 27 kB a CPU for all.
BX_PERCPU_ARRAY(pgquery_queries, PROTOCOLS, BX_NATIVE_SECONDS(3, -20, 6));
BX_PERCPU_ARRAY(pgquery_transactions, RESULTS, BX_NATIVE_SECONDS(3, -20, 6));
BX_PERCPU_ARRAY(pgquery_lock_waits, LOCK_TYPES, BX_NATIVE_SECONDS(3, -20, 6));
BX_DROPPED(pgquery_dropped);

static __always_inline struct session *session(void) {
  __u32 process = bpf_get_current_pid_tgid() >> 32;

  return bx_value(&pgquery_sessions, &process);
}

// How long what began then took; it is over.
static __always_inline __u64 end(__u64 *began) {
  __u64 took = bpf_ktime_get_ns() - *began;

  *began = 0;
  return took;
}

SEC("usdt")
int BPF_USDT(query_starts) {
  struct session *now = session();

  if (now) now->query = bpf_ktime_get_ns();
  return 0;
}

SEC("usdt")
int BPF_USDT(query_done) {
  struct session *now = session();

  if (now && now->query) bx_observe_native_at(&pgquery_queries, SIMPLE, end(&now->query));
  return 0;
}

// Both protocols execute; the simple one within a query.
SEC("usdt")
int BPF_USDT(execution_starts) {
  struct session *now = session();

  if (now && !now->query) now->execution = bpf_ktime_get_ns();
  return 0;
}

SEC("usdt")
int BPF_USDT(execution_done) {
  struct session *now = session();

  if (now && now->execution) bx_observe_native_at(&pgquery_queries, EXTENDED, end(&now->execution));
  return 0;
}

SEC("usdt")
int BPF_USDT(transaction_starts) {
  struct session *now = session();

  if (now) now->transaction = bpf_ktime_get_ns();
  return 0;
}

SEC("usdt")
int BPF_USDT(transaction_commits) {
  struct session *now = session();

  if (now && now->transaction)
    bx_observe_native_at(&pgquery_transactions, COMMIT, end(&now->transaction));
  return 0;
}

SEC("usdt")
int BPF_USDT(transaction_aborts) {
  struct session *now = session();

  if (!now) return 0;
  if (now->transaction) bx_observe_native_at(&pgquery_transactions, ABORT, end(&now->transaction));
  now->query = now->execution = now->wait = 0;
  return 0;
}

SEC("usdt")
int BPF_USDT(wait_starts, int field1, int field2, int field3, int field4, int type) {
  struct session *now = session();

  if (!now) return 0;
  now->wait = bpf_ktime_get_ns();
  now->wait_type = type;
  return 0;
}

SEC("usdt")
int BPF_USDT(wait_done) {
  struct session *now = session();

  if (now && now->wait) bx_observe_native_at(&pgquery_lock_waits, now->wait_type, end(&now->wait));
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exits) {
  __u64 id = bpf_get_current_pid_tgid();
  __u32 process = id >> 32;

  if (process == (__u32)id) bpf_map_delete_elem(&pgquery_sessions, &process);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
