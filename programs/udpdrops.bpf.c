// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// UDP datagrams: how full the receive buffer was when one was added, and those that had no room.

#include "bpf_exporter.bpf.h"
#include "net.bpf.h"

#define ENOBUFS 105
#define PERMILLE 1000

enum family { ipv4, ipv6 };
enum reason { receive_buffer, memory };
struct drop {
  enum family family;
  enum reason reason;
};
BX_PERCPU_HASH(udp_drops, 16, struct drop, __u64);              // never full: 2 * 2 keys
BX_PERCPU_ARRAY(udp_receive_buffer_fill, 2, BX_HISTOGRAM(10));  // by family; in eighths
BX_ARRAY(udp_sees_all, 1, __u32);                               // whether udp_added has run
BX_DROPPED(udp_drops_dropped);

static __always_inline void count_drop(struct sock *sk, int error) {
  struct drop key = {.reason = error == -ENOBUFS ? memory : receive_buffer};

  key.family = sk->__sk_common.skc_family == BX_AF_INET6 ? ipv6 : ipv4;
  bx_increment(&udp_drops, &key);
}

SEC("fexit/__udp_enqueue_schedule_skb")
int BPF_PROG(udp_added, struct sock *sk, struct sk_buff *skb, int error) {
  __u32 *sees_all = bx_value_at(&udp_sees_all, 0);
  __u64 capacity = sk->sk_rcvbuf;
  __u64 used = sk->sk_backlog.rmem_alloc.counter;
  __u32 family = sk->__sk_common.skc_family == BX_AF_INET6 ? ipv6 : ipv4;

  if (sees_all && *sees_all == 0) *sees_all = 1;
  if (error < 0) {
    count_drop(sk, error);
  } else if (capacity > 0) {
    bx_observe_linear_at(&udp_receive_buffer_fill, family, used * PERMILLE / capacity,
                         PERMILLE / 8);
  }
  return 0;
}

// For kernels without fexit. Before 6.10 the kernel does not tell of IPv6 here. Where udp_added
// runs it has seen the same datagram a moment before.
SEC("tp_btf/udp_fail_queue_rcv_skb")
int BPF_PROG(udp_refused, int error, struct sock *sk) {
  __u32 *sees_all = bx_value_at(&udp_sees_all, 0);

  if (sees_all && *sees_all == 0) count_drop(sk, error);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
