// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "fill.h"

struct key {
  __u16 vendor;
  __u8 class;
  __u8 unused;
  __u32 device;
  __u16 subclass;
  __u16 unused_too;
};

BX_HASH(pci_total, 4, struct key, __u64);

FILL {
  PUT(pci_total, 1, 0x8086, 1, 0, 0x80861000, 0x0108, 0);
  PUT(pci_total, 2, 0x0e11, 12, 0, 0x0e110001, 0x0c03, 0);
  PUT(pci_total, 3, 0xbeef, 0xfd, 0, 0xdeadbeef, 0x010b, 0);
  return 0;
}
