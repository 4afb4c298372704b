// SPDX-License-Identifier: Apache-2.0
#include "kernel/hits.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace bpf_exporter::kernel {

void WantThisProcess(const LoadedObject& object) { WantThisProcess(object.Map("wanted")); }

void WantThisProcess(const MapHandle& map) {
  const std::uint64_t wanted[] = {static_cast<std::uint64_t>(getpid()), SYS_getppid};
  for (const std::uint32_t slot : {1u, 0u}) {
    ASSERT_EQ(bpf_map_update_elem(map.fd(), &slot, &wanted[slot], BPF_ANY), 0);
  }
}

std::uint64_t Hits(const LoadedObject& object, std::uint32_t slot) {
  return Hits(object.Map("hits"), slot);
}

std::uint64_t Hits(const MapHandle& map, std::uint32_t slot) {
  std::uint64_t count = 0;
  EXPECT_EQ(bpf_map_lookup_elem(map.fd(), &slot, &count), 0);
  return count;
}

void CallGetppid(int times) {
  for (int i = 0; i < times; ++i) syscall(SYS_getppid);
}

void Burn(double seconds) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  for (const double end = now() + seconds; now() < end;) {
  }
}

}  // namespace bpf_exporter::kernel
