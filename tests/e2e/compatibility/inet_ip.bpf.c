// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct v4 {
  __u8 bytes[4];
};
struct v6 {
  __u8 bytes[16];
};

BX_HASH(ipv4_total, 4, struct v4, __u64);
BX_HASH(ipv6_total, 4, struct v6, __u64);

FILL {
  PUT(ipv4_total, 1, {192, 0, 2, 1});
  PUT(ipv6_total, 2,
      {0x20, 0x01, 0x0d, 0xb8, 0, 4, 0x10, 0x24, 0, 0, 0, 0, 0xa2, 0x9e, 0xfd, 0x8f});
  PUT(ipv6_total, 3, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 2});
  PUT(ipv6_total, 4, {});
  return 0;
}
