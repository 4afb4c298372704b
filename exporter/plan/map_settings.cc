// SPDX-License-Identifier: Apache-2.0
#include "plan/map_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "object/map_types.h"
#include "plan/scope.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::string_view kPinFolder = "/sys/fs/bpf/";
constexpr std::uint32_t kLeastRingbuf = 4096;  // a page of the smallest kind

// Returns why no map of that type can have so many entries; empty if it can.
std::string WhyNot(const object::MapLayout& map, std::uint32_t entries) {
  if (map.type != BPF_MAP_TYPE_RINGBUF) return "";
  if (std::has_single_bit(entries) && entries >= kLeastRingbuf) return "";
  return fmt::format(
      "{} is not the size of a ring buffer, which is in bytes: a power of two from "
      "{} on",
      entries, kLeastRingbuf);
}

class Setter {
 public:
  Setter(config::Diagnostics& diagnostics, object::MapLayout& map)
      : diagnostics_(diagnostics), map_(map) {}

  void SetEntries(std::uint32_t entries, config::Position at) {
    map_.max_entries = entries;
    if (const std::string why = WhyNot(map_, entries); !why.empty()) {
      Error(at, "max_entries: " + why);
      map_.max_entries = kLeastRingbuf;  // so that nobody complains of it again
    }
  }

  void SetInnerEntries(std::uint32_t entries, config::Position at) {
    if (map_.inner == nullptr) {
      Error(at, object::ShapeOf(map_.type) == object::MapShape::kMaps
                    ? "inner_max_entries: the object does not say what the maps in it are"
                    : fmt::format("inner_max_entries: it is of type {}, which has no maps in it",
                                  object::MapTypeName(map_.type)));
      return;
    }
    auto inner = std::make_shared<object::MapLayout>(*map_.inner);
    inner->max_entries = entries;
    if (const std::string why = WhyNot(*inner, entries); !why.empty()) {
      Error(at, "inner_max_entries: " + why);
      inner->max_entries = kLeastRingbuf;
    }
    map_.inner = std::move(inner);
  }

  void SetValueSize(std::uint32_t size, config::Position at) {
    if (map_.value != nullptr && map_.value->size != size) {
      Error(at, fmt::format("value_size: the object says that values are {}, of {} bytes",
                            map_.value->name, map_.value->size));
      return;
    }
    map_.value_size = size;
  }

  void SetPin(const config::Text& pin) {
    if (pin.value.empty() || pin.value.starts_with('/')) {
      map_.pin = pin.value;
    } else if (pin.value.find('/') == std::string::npos) {
      map_.pin = std::string(kPinFolder) + pin.value;
    } else {
      Error(pin.at, fmt::format("pin: {} is neither a whole path nor a name in {}",
                                Quoted(pin.value), kPinFolder));
    }
  }

 private:
  void Error(config::Position at, const std::string& problem) {
    diagnostics_.Error(at, fmt::format("map '{}': {}", map_.name, problem));
  }

  config::Diagnostics& diagnostics_;
  object::MapLayout& map_;
};

}  // namespace

void ApplyMapSettings(const config::Config& config, object::ObjectLayout& object,
                      config::Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const object::MapLayout& map : object.maps) names.push_back(map.name);
  for (const config::MapSpec& spec : config.maps) {
    const auto map =
        std::find_if(object.maps.begin(), object.maps.end(),
                     [&](const object::MapLayout& one) { return one.name == spec.name.value; });
    const bool section =
        std::any_of(object.sections.begin(), object.sections.end(),
                    [&](const object::MapLayout& one) { return one.name == spec.name.value; });
    if (section) {
      diagnostics.Error(spec.name.at,
                        fmt::format("'{}' is a section of variables, which is as large as they are",
                                    spec.name.value));
      continue;
    }
    if (map == object.maps.end()) {
      diagnostics.Error(spec.name.at, fmt::format("{} has no map {}{}", ObjectSubject(object),
                                                  Quoted(spec.name.value),
                                                  Suggest(spec.name.value, names, "its maps")));
      continue;
    }
    Setter setter(diagnostics, *map);
    if (spec.max_entries) setter.SetEntries(*spec.max_entries, spec.max_entries_at);
    if (spec.inner_max_entries) setter.SetInnerEntries(*spec.inner_max_entries, spec.inner_at);
    if (spec.value_size) setter.SetValueSize(*spec.value_size, spec.value_size_at);
    if (spec.pin) setter.SetPin(*spec.pin);
  }
}

}  // namespace bpf_exporter::plan
