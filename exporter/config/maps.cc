// SPDX-License-Identifier: Apache-2.0
// Tests: own_keys_test.cc, wrong_files_test.cc
#include "config/maps.h"

#include <fmt/format.h>

#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

constexpr std::string_view kExample = "{counts: {max_entries: 4096}}";

std::optional<std::uint32_t> ReadSize(const Field& field) {
  const auto size = ReadInteger(field, 1, std::numeric_limits<std::uint32_t>::max());
  if (!size) return std::nullopt;
  return static_cast<std::uint32_t>(*size);
}

constexpr Key<MapSpec> kMapKeys[] = {
    {"max_entries",
     [](const Field& f, MapSpec& m) {
       m.max_entries = ReadSize(f);
       m.max_entries_at = f.node.at;
     }},
    {"inner_max_entries",
     [](const Field& f, MapSpec& m) {
       m.inner_max_entries = ReadSize(f);
       m.inner_at = f.node.at;
     }},
    {"value_size",
     [](const Field& f, MapSpec& m) {
       m.value_size = ReadSize(f);
       m.value_size_at = f.node.at;
     }},
    {"pin", [](const Field& f, MapSpec& m) { m.pin = ReadText(f); }},
};

}  // namespace

constinit const Mapping<MapSpec> kMapMapping = {"map", "a map", "{max_entries: 4096}", kMapKeys};

std::vector<MapSpec> ReadMaps(const Field& field) {
  std::vector<MapSpec> maps;
  if (!ExpectMapping(field, kExample)) return maps;
  std::unordered_map<std::string_view, Position> seen;
  for (const auto& [key, value] : field.node.entries) {
    if (key->kind != Node::Kind::kScalar) {
      field.Item(*key).Error(
          fmt::format("{}: expected the name of a map, not {}", field.name, Describe(*key)));
      continue;
    }
    const auto [first, inserted] = seen.emplace(key->text, key->at);
    if (!inserted) {
      field.Item(*key).Error(fmt::format("map {} is there twice; the first is in line {}",
                                         Quoted(key->text), first->second.line));
      continue;
    }
    MapSpec map;
    map.name = {key->text, key->at};
    ReadMapping({key->text, *value, field.diagnostics}, kMapMapping, map);
    maps.push_back(std::move(map));
  }
  return maps;
}

}  // namespace bpf_exporter::config
