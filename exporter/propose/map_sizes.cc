// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/map_sizes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <vector>

#include "object/map_types.h"
#include "plan/map_checks.h"
#include "propose/names.h"

namespace bpf_exporter::propose {
namespace {

constexpr std::uint32_t kEntries = 10'240;         // what libbpf-tools give theirs
constexpr std::uint32_t kSlots = 1'024;            // of an array
constexpr std::uint32_t kBufferSize = 256 * 1024;  // bytes
constexpr std::uint32_t kStackSize = 127 * 8;  // bytes: the most addresses that the kernel takes

std::uint32_t SizeFor(const object::MapLayout& map) {
  if (map.type == BPF_MAP_TYPE_RINGBUF || map.type == BPF_MAP_TYPE_USER_RINGBUF) {
    return kBufferSize;
  }
  return object::ShapeOf(map.type) == object::MapShape::kIndexed ? kSlots : kEntries;
}

// Returns what makes a map possible that is not, and gives the maps in it a size.
std::vector<std::string> SettingsOf(const object::MapLayout& map) {
  std::vector<std::string> settings;
  object::MapLayout sized = map;
  if (map.type == BPF_MAP_TYPE_STACK_TRACE && map.value_size == 0 && map.value == nullptr) {
    sized.value_size = kStackSize;
    settings.push_back(fmt::format("value_size: {}", kStackSize));
  }
  if (!plan::WhyImpossible(sized).empty()) {
    sized.max_entries = SizeFor(map);
    settings.push_back(fmt::format("max_entries: {}", sized.max_entries));
  }
  if (!plan::WhyImpossible(sized).empty()) settings.clear();  // no size helps
  if (map.inner != nullptr && map.inner->max_entries == 0) {
    settings.push_back(fmt::format("inner_max_entries: {}", SizeFor(*map.inner)));
  }
  return settings;
}

}  // namespace

std::string MapSizesText(const object::ObjectLayout& object) {
  std::string text;
  for (const object::MapLayout& map : object.maps) {
    const std::vector<std::string> settings = SettingsOf(map);
    if (settings.empty()) continue;
    text += fmt::format("  {}: {{{}}}\n", Scalar(map.name), fmt::join(settings, ", "));
  }
  if (text.empty()) return text;
  return "# The object leaves these to its own loader; the numbers are guesses.\nmaps:\n" + text +
         "\n";
}

}  // namespace bpf_exporter::propose
