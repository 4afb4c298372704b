// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The queues of TCP listeners: how long they are when a connection joins them, how often they were
// full, and how long connections wait in them.

#include "bpf_exporter.bpf.h"
#include "net.bpf.h"

#define NSEC_PER_USEC 1000

struct proto_accept_arg___own {
  int flags;
} BX_KERNEL_TYPE;

enum queue { syn, accept };
struct overflow {
  __u16 port;
  __u16 padding;
  enum queue queue;
};
BX_PERCPU_ARRAY(tcp_accept_queue, 1, BX_NATIVE_HISTOGRAM(3, 0, 13));  // to 8,192 connections
BX_PERCPU_ARRAY(tcp_syn_queue, 1, BX_NATIVE_HISTOGRAM(3, 0, 13));
BX_HASH(tcp_listen_overflows, 1024, struct overflow, __u64);
// By the socket's address; when its SYN was answered, in µs. Those that their listener drops when
// it closes stay, and make room for others when the map is full.
BX_LRU_HASH(tcp_waiting, 16384, __u64, __u64);
BX_PERCPU_ARRAY(tcp_accept_wait, 1, BX_NATIVE_SECONDS(3, -20, 7));  // 1 µs to 128 s
BX_DROPPED(tcp_backlog_dropped);

static __always_inline void count_overflow(struct sock *listener, enum queue queue) {
  struct overflow key = {.queue = queue};

  key.port = BPF_CORE_READ(listener, __sk_common.skc_num);
  bx_increment(&tcp_listen_overflows, &key);
}

// As sk_acceptq_is_full() has it: there may be one more than the backlog says, as in the other
// queue.
static __always_inline bool has_no_room(struct sock *listener, __u32 waiting) {
  return waiting > BPF_CORE_READ(listener, sk_max_ack_backlog);
}

// For kernels without kprobes, as it runs ten times a connection. A connection's socket begins as a
// copy of the listener's, so it still says how long the queue of the listener is.
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_child_made, struct sock *sk, int old_state, int new_state) {
  if (old_state == BX_TCP_LISTEN && new_state == BX_TCP_SYN_RECV)
    bx_observe_native_at(&tcp_accept_queue, 0, sk->sk_ack_backlog + 1);
  return 0;
}

SEC("fentry/inet_csk_reqsk_queue_hash_add")
int BPF_PROG(tcp_syn_joins, struct inet_connection_sock *listener) {
  int waiting = BPF_CORE_READ(listener, icsk_accept_queue.qlen.counter);

  bx_observe_native_at(&tcp_syn_queue, 0, waiting + 1);
  return 0;
}

SEC("fentry/tcp_conn_request")
int BPF_PROG(tcp_syn_came, void *operations, void *more, struct sock *listener) {
  struct inet_connection_sock *queues = (void *)listener;
  __u32 waiting = BPF_CORE_READ(queues, icsk_accept_queue.qlen.counter);

  if (has_no_room(listener, waiting)) count_overflow(listener, syn);
  if (has_no_room(listener, BPF_CORE_READ(listener, sk_ack_backlog)))
    count_overflow(listener, accept);
  return 0;
}

static __always_inline void joins(struct sock *listener) {
  __u32 waiting = BPF_CORE_READ(listener, sk_ack_backlog);

  if (has_no_room(listener, waiting))
    count_overflow(listener, accept);
  else
    bx_observe_native_at(&tcp_accept_queue, 0, waiting + 1);
}

// The last packet of the handshake. kprobes, since 6.1's fentry takes no more than six arguments.
SEC("kprobe/tcp_v4_syn_recv_sock")
int BPF_KPROBE(tcp_v4_handshake_ends, struct sock *listener) {
  joins(listener);
  return 0;
}

SEC("kprobe/tcp_v6_syn_recv_sock")
int BPF_KPROBE(tcp_v6_handshake_ends, struct sock *listener, struct sk_buff *skb) {
  // It calls the other one for IPv4.
  if (BPF_CORE_READ(skb, protocol) != bpf_htons(BX_ETHERTYPE_IPV4)) joins(listener);
  return 0;
}

SEC("fentry/inet_csk_complete_hashdance")
int BPF_PROG(tcp_waits, struct sock *listener, struct sock *child,
             struct tcp_request_sock *request) {
  __u64 answered = BPF_CORE_READ(request, snt_synack);
  __u64 id = (__u64)child;

  if (answered != 0) bx_set(&tcp_waiting, &id, answered);  // 0: by a cookie
  return 0;
}

SEC("fexit/inet_csk_accept")
int tcp_accepted(__u64 *ctx) {
  __u64 now = bpf_ktime_get_ns() / NSEC_PER_USEC;
  __u64 answered;
  __u64 id;

  // The socket that it returns stands behind its arguments, which became fewer in 6.10. The
  // barriers keep clang from reading at an index that it computes, which the verifier refuses.
  if (bpf_core_type_exists(struct proto_accept_arg___own)) {
    id = ctx[2];
    barrier_var(id);
  } else {
    id = ctx[4];
    barrier_var(id);
  }
  if (bx_take(&tcp_waiting, &id, &answered) && now > answered)
    bx_observe_native_at(&tcp_accept_wait, 0, (now - answered) * NSEC_PER_USEC);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
