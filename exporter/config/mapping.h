// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"

// Reads YAML mappings by tables of their keys. The tables are all that the reader knows of keys:
// config/schema.json is compared with them.
namespace bpf_exporter::config {

// A value on its way into a struct, with the name for it in messages and the diagnostics to report
// to. Example: `ReadMapping({"the file", *root, diagnostics}, kConfigMapping, config)`.
struct Field {
  std::string_view name;  // the key, or the key of the list it stands in
  const Node& node;       // never a YAML null, except for an item of a list
  Diagnostics& diagnostics;

  void Error(std::string text) const { diagnostics.Error(node.at, std::move(text)); }
  Field Item(const Node& item) const { return {name, item, diagnostics}; }
};

// A key of a mapping and the function that reads its value into a T.
template <typename T>
struct Key {
  std::string_view name;
  void (*read)(const Field&, T&);
};

// Whether keys that begin with "x-" may hold anything: there users put anchors.
enum class Extensions { kRefused, kAllowed };

// The keys that a T is read from.
template <typename T>
struct Mapping {
  std::string_view name;     // in the schema: "label"
  std::string_view what;     // in messages: "a label"
  std::string_view example;  // in messages: "{name: device}"
  std::span<const Key<T>> keys;
  Extensions extensions = Extensions::kRefused;

  std::vector<std::string> KeyNames() const {
    std::vector<std::string> names;
    for (const Key<T>& key : keys) names.emplace_back(key.name);
    return names;
  }
};

// Names what a node is: "a list", "a mapping", "nothing", "'text'", "the quoted text 'text'".
std::string Describe(const Node& node);

// Returns true if the field is of that kind, else reports what it should be.
bool ExpectMapping(const Field& field, std::string_view example);
bool ExpectList(const Field& field);

// Returns, for each entry with a value that is not null, the index of its key in `known` and the
// value. Reports keys that are not text, unknown or there twice.
std::vector<std::pair<std::size_t, const Node*>> MatchKeys(const Field& field,
                                                           std::string_view what,
                                                           const std::vector<std::string>& known,
                                                           Extensions extensions);

// Returns the value of `key`; null if the key is not there or its value is a YAML null.
const Node* ValueOf(const Node& mapping, std::string_view key);
// Returns the position of `key` itself; nothing in the same cases.
std::optional<Position> PositionOfKey(const Node& mapping, std::string_view key);

// Returns whether the mapping has a key like `key` that was reported as unknown: "namee" for
// "name".
bool IsMisspelt(const Field& mapping, std::string_view key);

// Reports each of `keys` that the mapping lacks, and does not misspell: "SUBJECT needs 'KEY'".
void Require(const Field& mapping, std::string_view subject,
             std::initializer_list<std::string_view> keys);

template <typename T>
bool ReadMapping(const Field& field, const Mapping<T>& mapping, T& out) {
  if (!ExpectMapping(field, mapping.example)) return false;
  for (const auto& [index, value] :
       MatchKeys(field, mapping.what, mapping.KeyNames(), mapping.extensions)) {
    const Key<T>& key = mapping.keys[index];
    key.read({key.name, *value, field.diagnostics}, out);
  }
  return true;
}

}  // namespace bpf_exporter::config
