// SPDX-License-Identifier: Apache-2.0
// Tests: wrong_files_test.cc
#include "config/mapping.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "base/text.h"

namespace bpf_exporter::config {
namespace {

std::string Unknown(std::string_view key, std::string_view what,
                    const std::vector<std::string>& known) {
  const std::string near = DidYouMean(key, known);
  return fmt::format("unknown key {} in {}{}", Quoted(key), what,
                     near.empty() ? fmt::format("; known are {}", fmt::join(known, ", ")) : near);
}

const std::pair<NodePtr, NodePtr>* Find(const Node& mapping, std::string_view key) {
  for (const auto& entry : mapping.entries) {
    if (entry.first->text == key && entry.second->kind != Node::Kind::kNull) return &entry;
  }
  return nullptr;
}

}  // namespace

std::string Describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return "nothing";
    case Node::Kind::kScalar:
      return (node.quoted ? "the quoted text " : "") + Quoted(node.text);
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMapping:
      return "a mapping";
  }
  return "";
}

bool ExpectMapping(const Field& field, std::string_view example) {
  if (field.node.kind == Node::Kind::kMapping) return true;
  field.Error(fmt::format("{}: expected a mapping such as {}, not {}", field.name, example,
                          Describe(field.node)));
  return false;
}

bool ExpectList(const Field& field) {
  if (field.node.kind == Node::Kind::kList) return true;
  field.Error(fmt::format("{}: expected a list, not {}", field.name, Describe(field.node)));
  return false;
}

std::vector<std::pair<std::size_t, const Node*>> MatchKeys(const Field& field,
                                                           std::string_view what,
                                                           const std::vector<std::string>& known,
                                                           Extensions extensions) {
  std::vector<std::pair<std::size_t, const Node*>> matched;
  std::unordered_map<std::string_view, Position> seen;
  for (const auto& [key, value] : field.node.entries) {
    if (key->kind != Node::Kind::kScalar) {
      field.diagnostics.Error(key->at,
                              fmt::format("{} cannot be a key of {}", Describe(*key), what));
      continue;
    }
    const auto [first, inserted] = seen.emplace(key->text, key->at);
    const auto place = std::find(known.begin(), known.end(), key->text);
    if (!inserted) {
      field.diagnostics.Error(key->at, fmt::format("key {} is there twice; the first is in line {}",
                                                   Quoted(key->text), first->second.line));
    } else if (place == known.end() && extensions == Extensions::kAllowed &&
               key->text.starts_with("x-")) {
      continue;
    } else if (place == known.end()) {
      field.diagnostics.Error(key->at, Unknown(key->text, what, known));
    } else if (value->kind != Node::Kind::kNull) {
      matched.emplace_back(place - known.begin(), value.get());
    }
  }
  return matched;
}

const Node* ValueOf(const Node& mapping, std::string_view key) {
  const auto* entry = Find(mapping, key);
  return entry != nullptr ? entry->second.get() : nullptr;
}

std::optional<Position> PositionOfKey(const Node& mapping, std::string_view key) {
  const auto* entry = Find(mapping, key);
  return entry != nullptr ? std::optional(entry->first->at) : std::nullopt;
}

bool IsMisspelt(const Field& mapping, std::string_view key) {
  const std::vector<std::string> wanted = {std::string(key)};
  return std::any_of(
      mapping.node.entries.begin(), mapping.node.entries.end(), [&](const auto& entry) {
        return mapping.diagnostics.HasErrorAt(entry.first->at) && entry.first->text != key &&
               !DidYouMean(entry.first->text, wanted).empty();
      });
}

void Require(const Field& mapping, std::string_view subject,
             std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (!PositionOfKey(mapping.node, key) && !IsMisspelt(mapping, key)) {
      mapping.Error(fmt::format("{} needs '{}'", subject, key));
    }
  }
}

}  // namespace bpf_exporter::config
