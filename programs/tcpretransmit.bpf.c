// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// TCP segments that were sent again, by the family, the state and what made the kernel do it.

#include "bpf_exporter.bpf.h"
#include "net.bpf.h"

// include/net/tcp.h and include/net/inet_connection_sock.h
#define CA_RECOVERY 3
#define CA_LOSS 4
#define TIME_LOSS_PROBE 5

enum family { ipv4, ipv6 };
enum kind { syn, syn_ack, loss_probe, fast, timeout, other };
struct retransmit {
  enum family family;
  __u32 state;
  enum kind kind;
};
BX_PERCPU_HASH(tcp_retransmits, 256, struct retransmit, __u64);  // never full: 2 * 12 * 6 keys
BX_DROPPED(tcp_retransmits_dropped);

static __always_inline enum kind kind_of(const struct tcp_sock *tcp) {
  __u8 congestion = BPF_CORE_READ_BITFIELD(&tcp->inet_conn, icsk_ca_state);

  if (congestion == CA_LOSS) return timeout;
  if (congestion == CA_RECOVERY) return fast;
  return tcp->inet_conn.icsk_pending == TIME_LOSS_PROBE ? loss_probe : other;
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(tcp_retransmitted, struct sock *sk, struct sk_buff *skb) {
  struct tcp_skb_cb *control = (void *)skb->cb;
  struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
  struct retransmit key = {.state = sk->__sk_common.skc_state};

  if (!tcp) return 0;
  key.family = bx_is_ipv6(&sk->__sk_common) ? ipv6 : ipv4;
  key.kind = key.state == BX_TCP_SYN_SENT ? syn : kind_of(tcp);
  bx_add(&tcp_retransmits, &key, BPF_CORE_READ(control, tcp_gso_segs));
  return 0;
}

SEC("tp_btf/tcp_retransmit_synack")
int BPF_PROG(tcp_synack_retransmitted, struct sock *listener, struct request_sock *request) {
  struct retransmit key = {.state = BX_TCP_SYN_RECV, .kind = syn_ack};

  key.family = bx_is_ipv6(&request->__req_common) ? ipv6 : ipv4;
  bx_increment(&tcp_retransmits, &key);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
