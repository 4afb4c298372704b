// SPDX-License-Identifier: Apache-2.0
#include "plan/map_charges.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/size.h"
#include "object/map_types.h"

namespace bpf_exporter::plan {
namespace {

// The kind, the entries and their sizes.
std::string ShapeText(const object::MapLayout& map, const host::Machine& machine) {
  const std::string type = object::MapTypeName(map.type);
  const object::MapShape shape = object::ShapeOf(map.type);
  if (map.type == BPF_MAP_TYPE_RINGBUF || map.type == BPF_MAP_TYPE_USER_RINGBUF) return type;
  if (map.max_entries == 0) {
    return map.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY
               ? fmt::format("{}, an entry for each of {} CPUs", type, machine.cpus)
               : fmt::format("{}, values of {} bytes", type, map.value_size);
  }
  const std::string entries =
      fmt::format("{}, {} {}", type, map.max_entries, map.max_entries == 1 ? "entry" : "entries");
  if (shape == object::MapShape::kQueue) {
    return fmt::format("{} of {} bytes", entries, map.value_size);
  }
  const std::string sizes =
      fmt::format("{} of {} + {} bytes", entries, map.key_size, map.value_size);
  return object::IsPerCpu(map.type) ? fmt::format("{} on {} CPUs", sizes, machine.cpus) : sizes;
}

std::string HowSmaller(const object::MapLayout& map, std::string_view name) {
  return fmt::format("give {} {}", name,
                     map.max_entries > 1 ? "fewer max_entries" : "smaller values");
}

// Returns the map as it is made: an array that metrics read can be mapped.
object::MapLayout AsMade(const object::MapLayout& map, const ConfigPlan& plan) {
  object::MapLayout made = map;
  const bool read = std::any_of(plan.maps.begin(), plan.maps.end(),
                                [&](const MapPlan& one) { return one.layout.name == map.name; });
  if (map.type == BPF_MAP_TYPE_ARRAY && read && map.pin.empty()) made.flags |= BPF_F_MMAPABLE;
  return made;
}

bool IsMade(const object::MapLayout& map, const ConfigPlan& plan, const ChargeOptions& options) {
  const auto& idle = plan.idle_maps;
  if (std::find(idle.begin(), idle.end(), map.name) != idle.end()) return false;
  return map.pin.empty() || !options.is_pinned || !options.is_pinned(map.pin);
}

MapCharge PerfBuffers(const std::string& map, const ChargeOptions& options) {
  const std::uint64_t pages = std::uint64_t{options.buffer_pages} + 1;  // one is about the others
  const std::uint64_t bytes = pages * options.machine.page_size * options.machine.cpus;
  return {
      map,
      fmt::format("its buffers, {} pages on {} CPUs", options.buffer_pages, options.machine.cpus),
      {bytes, bytes},
      "give it fewer pages with --events.buffer-pages"};
}

const MapCharge& Largest(const std::vector<MapCharge>& charges) {
  return *std::max_element(charges.begin(), charges.end(), [](const auto& a, const auto& b) {
    return a.memory.at_most < b.memory.at_most;
  });
}

// Returns the flag that would allow `bytes`, in whole MiB.
std::string Flag(std::uint64_t bytes) {
  constexpr std::uint64_t kMebibyte = 1 << 20;
  return fmt::format("--bpf.max-memory={}MiB", bytes / kMebibyte + (bytes % kMebibyte != 0));
}

std::string UpTo(const MapMemory& memory) {
  return (memory.at_once < memory.at_most ? "up to " : "") + SizeText(memory.at_most);
}

}  // namespace

std::vector<MapCharge> ChargesOf(const ConfigPlan& plan, const ChargeOptions& options) {
  std::vector<MapCharge> charges;
  for (const object::MapLayout& map : plan.object.maps) {
    if (!IsMade(map, plan, options)) continue;
    charges.push_back({map.name, ShapeText(map, options.machine),
                       MemoryOf(AsMade(map, plan), options.machine), HowSmaller(map, "it")});
    // libbpf makes one of those that will be in it, to show the kernel what they are.
    if (map.inner == nullptr) continue;
    charges.push_back({map.name, "a map as those in it: " + ShapeText(*map.inner, options.machine),
                       MemoryOf(*map.inner, options.machine),
                       HowSmaller(*map.inner, "the maps in it")});
  }
  for (const object::MapLayout& map : plan.object.sections) {
    charges.push_back({map.name, fmt::format("variables of {} bytes", map.value_size),
                       MemoryOf(map, options.machine), "declare smaller arrays in it"});
  }
  for (const MapPlan& map : plan.maps) {
    if (!map.events || map.layout.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY) continue;
    charges.push_back(PerfBuffers(map.layout.name, options));
  }
  return charges;
}

std::uint64_t Sum(const std::vector<MapCharge>& charges) {
  std::uint64_t sum = 0;
  for (const MapCharge& charge : charges) {
    if (__builtin_add_overflow(sum, charge.memory.at_most, &sum)) return UINT64_MAX;
  }
  return sum;
}

Status CheckCharges(const std::vector<MapCharge>& charges, const MemoryLimit& limit) {
  const std::uint64_t sum = Sum(charges);
  if (charges.empty()) return {};
  const MapCharge& largest = Largest(charges);
  const bool one = largest.memory.at_most > limit.one_map;
  if (!one && sum <= limit.all_maps) return {};
  Error error(
      fmt::format("it would take {} of kernel memory ({})", UpTo(largest.memory), largest.shape));
  error.context = fmt::format("map '{}'", largest.map);
  if (one) {
    error.cause += fmt::format(", and a map may take {}", SizeText(limit.one_map));
  } else if (charges.size() == 1) {
    error.cause += fmt::format(", and a configuration may take {}: {}", SizeText(limit.all_maps),
                               limit.reason);
  } else {
    error.cause +=
        fmt::format(" of the {} of all {} maps together, and a configuration may take {}: {}",
                    SizeText(sum), charges.size(), SizeText(limit.all_maps), limit.reason);
  }
  error.AddRemedy(fmt::format("{}, or allow it with {}", largest.smaller, Flag(sum)));
  return error;
}

}  // namespace bpf_exporter::plan
