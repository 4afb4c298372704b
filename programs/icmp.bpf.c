// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// ICMP messages by type, code and direction, in all network namespaces.
//
// A message counts where it reaches the machine or one of its namespaces, and where it is made, at
// the interface that is below all others: not again at the bridge, bond or VLAN above. What is
// only forwarded is not sent.

#include "net.bpf.h"

#define ICMP 1
#define ICMPV6 58
#define HOP_BY_HOP 0
#define FRAGMENT_OFFSET 0x1fff

struct list_head___icmp {
  struct list_head___icmp *next;
} BX_KERNEL_TYPE;
struct net_device___icmp {
  struct {
    struct list_head___icmp upper;
    struct list_head___icmp lower;
  } adj_list;
} BX_KERNEL_TYPE;
struct sk_buff___icmp {
  struct net_device___icmp *dev;
  int skb_iif;
  __be16 protocol;
  __u16 network_header;
  unsigned char *head;
  unsigned char *data;
} BX_KERNEL_TYPE;

struct ipv6_and_options {
  struct bx_ipv6_start ip;
  __u8 addresses[32];
  __u8 next_after_options;  // if ip.next is HOP_BY_HOP, as in the reports of listeners
  __u8 options_length;
};

// How many codes each type has, from 0 on; others are told as "other", so that a flood of all
// 65,536 pairs makes no more series than these.
#define TYPES 256
const __u8 codes_of_ipv4[TYPES] = {
    [0] = 1,  [3] = 16, [4] = 1,  [5] = 4,  [8] = 1,  [9] = 1,  [10] = 1, [11] = 2, [12] = 3,
    [13] = 1, [14] = 1, [15] = 1, [16] = 1, [17] = 1, [18] = 1, [42] = 1, [43] = 5,
};
const __u8 codes_of_ipv6[TYPES] = {
    [1] = 9,   [2] = 1,   [3] = 2,   [4] = 4,   [128] = 1, [129] = 1, [130] = 1, [131] = 1,
    [132] = 1, [133] = 1, [134] = 1, [135] = 1, [136] = 1, [137] = 1, [143] = 1,
};

enum direction { in, out };
enum family { ipv4, ipv6 };
#define OTHER_TYPE 0x3ff
#define OTHER_CODE 0x3ffff
struct message {
  enum direction direction;
  enum family family;
  __u32 type;  // 256 × family and the type
  __u32 code;  // 256 × type and the code
};
BX_PERCPU_HASH(icmp_messages, 1024, struct message, __u64);
BX_DROPPED(icmp_dropped);

// Reads where the ICMP message begins; 0 if the packet has none.
static __always_inline const unsigned char *find_ipv4(const unsigned char *header) {
  struct bx_ipv4_start ip;

  if (bpf_probe_read_kernel(&ip, sizeof(ip), header) != 0 || ip.protocol != ICMP) return 0;
  if (ip.fragment & bpf_htons(FRAGMENT_OFFSET)) return 0;
  return header + (ip.words & 0xf) * 4;
}

static __always_inline const unsigned char *find_ipv6(const unsigned char *header) {
  const unsigned char *after = header + offsetof(struct ipv6_and_options, next_after_options);
  struct ipv6_and_options start;

  if (bpf_probe_read_kernel(&start, sizeof(start), header) != 0) return 0;
  if (start.ip.next == ICMPV6) return after;
  if (start.ip.next != HOP_BY_HOP || start.next_after_options != ICMPV6) return 0;
  return after + (start.options_length + 1) * 8;
}

static __always_inline void count(struct sk_buff___icmp *skb, const unsigned char *header,
                                  enum direction direction) {
  struct message key = {.direction = direction};
  struct net_device___icmp *device = skb->dev;
  const unsigned char *message;
  struct {
    __u8 type;
    __u8 code;
  } start;
  __u8 codes;

  if (skb->protocol == bpf_htons(BX_ETHERTYPE_IPV4)) {
    message = find_ipv4(header);
  } else if (skb->protocol == bpf_htons(BX_ETHERTYPE_IPV6)) {
    message = find_ipv6(header);
    key.family = ipv6;
  } else {
    return;
  }
  if (!message || device->adj_list.lower.next != &device->adj_list.lower) return;
  if (bpf_probe_read_kernel(&start, sizeof(start), message) != 0) return;
  codes = key.family == ipv4 ? codes_of_ipv4[start.type] : codes_of_ipv6[start.type];
  key.type = codes ? key.family << 8 | start.type : OTHER_TYPE;
  key.code = start.code < codes ? key.type << 8 | start.code : OTHER_CODE;
  bx_increment(&icmp_messages, &key);
}

SEC("tp_btf/netif_receive_skb")
int BPF_PROG(packet_received, struct sk_buff___icmp *skb) {
  count(skb, skb->data, in);
  return 0;
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(packet_sent, struct sk_buff___icmp *skb) {
  if (skb->skb_iif == 0) count(skb, skb->head + skb->network_header, out);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
