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

// A value on its way into a struct: what messages call it, and where they go.
struct Field {
  std::string_view name;  // the key, or the key of the list it stands in
  const Node& node;       // never null, unless an item of a list
  Diagnostics& diagnostics;

  void Error(std::string text) const { diagnostics.Error(node.at, std::move(text)); }
  Field Item(const Node& item) const { return {name, item, diagnostics}; }
};

template <typename T>
struct Key {
  std::string_view name;
  void (*read)(const Field&, T&);
};

template <typename T>
struct Mapping {
  std::string_view name;     // in the schema: "label"
  std::string_view what;     // in messages: "a label"
  std::string_view example;  // in messages: "{name: device}"
  std::span<const Key<T>> keys;
  // Whether keys that begin with "x-" may hold anything: a place for anchors.
  bool extensions = false;

  std::vector<std::string> KeyNames() const {
    std::vector<std::string> names;
    for (const Key<T>& key : keys) names.emplace_back(key.name);
    return names;
  }
};

// "a list", "a mapping", "nothing", "'text'", "the quoted text 'text'".
std::string Describe(const Node& node);

// Whether the field is of that kind; if not, an error that says what it should be.
bool ExpectMapping(const Field& field, std::string_view example);
bool ExpectList(const Field& field);

// For each entry with a value that is not null: the index of its key in `known` and the value.
// Reports keys that are not text, unknown (but for x-… with `extensions`) or there twice.
std::vector<std::pair<std::size_t, const Node*>> MatchKeys(const Field& field,
                                                           std::string_view what,
                                                           const std::vector<std::string>& known,
                                                           bool extensions);

// The value of `key`, and the key's place; nothing if it is not there or null.
const Node* ValueOf(const Node& mapping, std::string_view key);
std::optional<Position> PlaceOf(const Node& mapping, std::string_view key);

// Reports each of `keys` that the mapping lacks: "SUBJECT needs 'KEY'".
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
