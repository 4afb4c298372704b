// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of the program. It replaces the operators of the whole program, so one
// file of it includes this.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace bpf_exporter {

inline std::atomic<std::size_t> allocations{0};

// Returns null if there is no memory.
inline void* CountedAllocation(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}

inline void* CountedAllocationOrThrow(std::size_t size) {
  void* memory = CountedAllocation(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace bpf_exporter

void* operator new(std::size_t size) { return bpf_exporter::CountedAllocationOrThrow(size); }
void* operator new[](std::size_t size) { return bpf_exporter::CountedAllocationOrThrow(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return bpf_exporter::CountedAllocation(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return bpf_exporter::CountedAllocation(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
