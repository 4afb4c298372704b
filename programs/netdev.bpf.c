// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Packets and bytes of network interfaces, by direction and protocol.
//
// Packets that the kernel has merged, or will leave to the card to cut, count as what goes over the
// wire: each with headers of its own.

#include "net.bpf.h"

#define NEXT (-1)  // TC_ACT_UNSPEC: whatever else is attached there decides
#define ETHERTYPE_ARP 0x0806
#define ETHERNET_HEADER 14  // where the packet is too large for IP to say how large it is
#define MAX_EXTENSION_HEADERS 4

enum direction { in, out };
enum protocol {
  other,
  other_ip,
  arp,
  tcp,
  udp,
  icmp,
  icmpv6,
  igmp,
  sctp,
  gre,
  esp,
  ah,
  ip_in_ip,
  ipv6_in_ip,
  ospf,
  pim,
  vrrp,
  fragment,  // not the first one of a packet
  PROTOCOLS,
};
const __u8 protocols[256] = {
    [1] = icmp,        [2] = igmp,  [4] = ip_in_ip, [6] = tcp,    [17] = udp,
    [41] = ipv6_in_ip, [47] = gre,  [50] = esp,     [51] = ah,    [58] = icmpv6,
    [89] = ospf,       [103] = pim, [112] = vrrp,   [132] = sctp,
};

struct traffic_key {
  __u32 interface;
  enum direction direction;
  enum protocol protocol;
};
struct traffic {
  __u64 packets;
  __u64 bytes;
};
BX_PERCPU_HASH(netdev_traffic, 16384, struct traffic_key, struct traffic,
               __uint(map_flags, BPF_F_NO_PREALLOC));
BX_DROPPED(netdev_dropped);

// What is known of a packet's headers, beside the link layer's.
struct headers {
  enum protocol protocol;
  __u32 link;     // bytes of the link layer's header, if the packet is IP
  __u32 network;  // bytes of IP's
};

static __always_inline bool load(struct __sk_buff *skb, __u32 offset, void *to, __u32 size) {
  return bpf_skb_load_bytes_relative(skb, offset, to, size, BPF_HDR_START_NET) == 0;
}

static __always_inline enum protocol of_ip(__u8 number) {
  return protocols[number] == other ? other_ip : protocols[number];
}

static __always_inline void read_ipv4(struct __sk_buff *skb, struct headers *headers) {
  struct bx_ipv4_start ip;

  if (!load(skb, 0, &ip, sizeof(ip))) return;
  headers->network = (ip.words & 0xf) * 4;
  if (ip.length != 0) headers->link = skb->len - bpf_ntohs(ip.length);
  headers->protocol = ip.fragment & bpf_htons(0x1fff) ? fragment : of_ip(ip.protocol);
}

static __always_inline void read_ipv6(struct __sk_buff *skb, struct headers *headers) {
  struct bx_ipv6_start ip;
  struct {
    __u8 next;
    __u8 length;
    __be16 fragment;
  } extension;
  __u32 offset = 40;
  __u8 next;

  if (!load(skb, 0, &ip, sizeof(ip))) return;
  if (ip.length != 0) headers->link = skb->len - offset - bpf_ntohs(ip.length);
  next = ip.next;
  for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
    if (next != 0 && next != 43 && next != 44 && next != 60) break;
    if (!load(skb, offset, &extension, sizeof(extension))) break;
    if (next == 44 && extension.fragment & bpf_htons(0xfff8)) {
      headers->protocol = fragment;
      return;
    }
    offset += next == 44 ? 8 : (extension.length + 1) * 8;
    next = extension.next;
  }
  headers->network = offset;
  headers->protocol = of_ip(next);
}

// Bytes of the headers that each packet has which one of many segments is cut into.
static __always_inline __u32 repeated_headers(struct __sk_buff *skb, struct headers *headers) {
  __u8 words = 0;

  if (headers->protocol == udp) return headers->link + headers->network + 8;
  if (headers->protocol != tcp) return 0;
  load(skb, headers->network + 12, &words, sizeof(words));
  return headers->link + headers->network + (words >> 4) * 4;
}

static __always_inline int count(struct __sk_buff *skb, enum direction direction) {
  struct traffic_key key = {.interface = skb->ifindex, .direction = direction};
  struct headers headers = {.protocol = other, .link = ETHERNET_HEADER};
  __u64 packets = 1, bytes = skb->len;
  struct traffic *traffic;

  if (skb->protocol == bpf_htons(BX_ETHERTYPE_IPV4))
    read_ipv4(skb, &headers);
  else if (skb->protocol == bpf_htons(BX_ETHERTYPE_IPV6))
    read_ipv6(skb, &headers);
  else if (skb->protocol == bpf_htons(ETHERTYPE_ARP))
    headers.protocol = arp;
  if (skb->gso_segs > 1) {
    packets = skb->gso_segs;
    bytes += (packets - 1) * repeated_headers(skb, &headers);
  }
  key.protocol = headers.protocol;
  traffic = bx_value(&netdev_traffic, &key);
  if (!traffic) return NEXT;
  __sync_fetch_and_add(&traffic->packets, packets);
  __sync_fetch_and_add(&traffic->bytes, bytes);
  return NEXT;
}

SEC("tc")
int count_in(struct __sk_buff *skb) { return count(skb, in); }

SEC("tc")
int count_out(struct __sk_buff *skb) { return count(skb, out); }

struct net_device___netdev {
  int ifindex;
  struct {
    void *net;
  } nd_net;
} BX_KERNEL_TYPE;
struct nsproxy___netdev {
  void *net_ns;
} BX_KERNEL_TYPE;
struct task_struct___netdev {
  int pid;
  struct task_struct___netdev *real_parent;
  struct nsproxy___netdev *nsproxy;
} BX_KERNEL_TYPE;

#define MAX_ANCESTORS 64

// The network namespace that the machine began with, where the exporter is: that of the idle task,
// from which all tasks descend.
static __always_inline void *first_namespace(void) {
  struct task_struct___netdev *task = (void *)bpf_get_current_task();

  for (int i = 0; i < MAX_ANCESTORS && BPF_CORE_READ(task, pid) != 0; i++)
    task = BPF_CORE_READ(task, real_parent);
  return BPF_CORE_READ(task, nsproxy, net_ns);
}

// Deletes the rows of an interface that has gone, whose number will not be given again.
SEC("fentry/free_netdev")
int BPF_PROG(interface_gone, struct net_device___netdev *device) {
  struct traffic_key key = {.interface = device->ifindex};

  if (device->nd_net.net != first_namespace()) return 0;
  for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
    key.protocol = protocol;
    key.direction = in;
    bpf_map_delete_elem(&netdev_traffic, &key);
    key.direction = out;
    bpf_map_delete_elem(&netdev_traffic, &key);
  }
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
