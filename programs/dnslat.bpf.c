// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Name resolution as programs see it: how long getaddrinfo of the C library took, by its result;
// and DNS over UDP: queries, and how long their answers took, by response code.
//
// Looks at the packets of every socket of the machine, containers included, where they leave the
// socket and where they come to it. So a query counts once, however many interfaces it passes, and
// a name server on this machine is not taken for somebody who asks.

#include <bpf/bpf_endian.h>

#include "bpf_exporter.bpf.h"

#define NSEC_PER_SEC 1000000000ull
#define DNS_PORT 53
#define UDP 17
#define IPV6_HEADER 40
#define RESPONSE 0x80  // bit of the flags' first byte
#define RCODES 16
#define FORGET_AFTER (60 * NSEC_PER_SEC)
#define ALLOW 1

struct udp_and_dns {
  __be16 from;
  __be16 to;
  __be16 length;
  __be16 checksum;
  __be16 id;
  __u8 flags;
  __u8 flags_and_rcode;
};

// A socket's queries that wait for an answer, and when they were first sent in ns. Those that get
// none are never taken out; they make room for others when the map is full.
struct query {
  __u64 socket;
  __u32 id;
  __u32 unused;
};
BX_LRU_HASH(dnslat_waiting, 16384, struct query, __u64);

BX_PERCPU_ARRAY(dnslat_queries, 1, __u64);
BX_PERCPU_ARRAY(dnslat_unmatched, 1, __u64);
// 1 µs to 64 s; 27 kB a CPU.
BX_PERCPU_ARRAY(dnslat_answers, RCODES, BX_NATIVE_SECONDS(3, -20, 6));

// Results of getaddrinfo by their negative number, netdb.h; others are LAST_ERROR.
#define LAST_ERROR 15

BX_HASH(dnslat_lookups_begun, 16384, __u32, __u64);  // by thread: when, in ns
BX_PERCPU_ARRAY(dnslat_lookups, LAST_ERROR + 1, BX_NATIVE_SECONDS(3, -20, 6));
BX_DROPPED(dnslat_dropped);

SEC("uprobe")
int BPF_UPROBE(lookup_called) {
  __u32 thread = bpf_get_current_pid_tgid();

  bx_set(&dnslat_lookups_begun, &thread, bpf_ktime_get_ns());
  return 0;
}

SEC("uretprobe")
int BPF_URETPROBE(lookup_returned, int result) {
  __u32 thread = bpf_get_current_pid_tgid();
  __u32 error = -result;
  __u64 began;

  if (!bx_take(&dnslat_lookups_begun, &thread, &began)) return 0;
  bx_observe_native_at(&dnslat_lookups, error < LAST_ERROR ? error : LAST_ERROR,
                       bpf_ktime_get_ns() - began);
  return 0;
}

// Reads the headers of UDP and DNS; false if the packet is none of both.
static __always_inline bool read_headers(struct __sk_buff *skb, struct udp_and_dns *headers) {
  struct bpf_sock *socket = skb->sk;
  __u32 offset = IPV6_HEADER;
  __u8 first;

  if (!socket || !(socket = bpf_sk_fullsock(socket)) || socket->protocol != UDP) return false;
  if (skb->protocol == bpf_htons(0x0800)) {
    if (bpf_skb_load_bytes(skb, 0, &first, sizeof(first)) != 0) return false;
    offset = (first & 0xf) * 4;
  }
  return bpf_skb_load_bytes(skb, offset, headers, sizeof(*headers)) == 0;
}

SEC("cgroup_skb/egress")
int dns_sent(struct __sk_buff *skb) {
  struct query query = {0};
  struct udp_and_dns headers;
  __u64 now, *sent;

  if (!read_headers(skb, &headers)) return ALLOW;
  if (headers.to != bpf_htons(DNS_PORT) || headers.flags & RESPONSE) return ALLOW;
  bx_increment_at(&dnslat_queries, 0);
  query.socket = bpf_get_socket_cookie(skb);
  query.id = headers.id;
  now = bpf_ktime_get_ns();
  sent = bpf_map_lookup_elem(&dnslat_waiting, &query);
  // Who asks again with the same number has waited since the first time.
  if (!sent || now - *sent > FORGET_AFTER)
    bpf_map_update_elem(&dnslat_waiting, &query, &now, BPF_ANY);
  return ALLOW;
}

SEC("cgroup_skb/ingress")
int dns_received(struct __sk_buff *skb) {
  struct query query = {0};
  struct udp_and_dns headers;
  __u64 sent, took;

  if (!read_headers(skb, &headers)) return ALLOW;
  if (headers.from != bpf_htons(DNS_PORT) || !(headers.flags & RESPONSE)) return ALLOW;
  query.socket = bpf_get_socket_cookie(skb);
  query.id = headers.id;
  if (bx_take(&dnslat_waiting, &query, &sent)) {
    took = bpf_ktime_get_ns() - sent;
    bx_observe_native_at(&dnslat_answers, headers.flags_and_rcode & 0xf, took);
  } else {
    bx_increment_at(&dnslat_unmatched, 0);
  }
  return ALLOW;
}

char LICENSE[] SEC("license") = "GPL";
