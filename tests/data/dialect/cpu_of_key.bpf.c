#include "fill.h"

struct key {
  __u32 mode;
  __u16 cpu;
} __attribute__((packed));

MAP(HASH, cpu_of_key_total, 8, struct key, __u64);

FILL {
  PUT(cpu_of_key_total, 1, 3, 500);
  return 0;
}
