// SPDX-License-Identifier: Apache-2.0
// Tests: yaml_test.cc
#include "config/node_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/text.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kDepth = 64;
constexpr std::size_t kNodes = 100'000;
constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

bool IsMergeKey(const Node& key) {
  return key.kind == Node::Kind::kScalar && !key.quoted && key.text == "<<";
}

void Merge(const Node& from, std::unordered_set<std::string>& known, Node& to) {
  if (from.kind != Node::Kind::kMapping) {
    throw BadYaml{from.at, "'<<' takes a mapping or a list of mappings"};
  }
  for (const auto& [key, value] : from.entries) {
    if (known.insert(key->text).second) to.entries.emplace_back(key, value);
  }
}

// Replaces `<<` by the entries of the mappings that it names, except for keys that the mapping has
// itself.
void CarryOutMerges(Node& mapping) {
  const auto is_merge = [](const auto& entry) { return IsMergeKey(*entry.first); };
  if (std::none_of(mapping.entries.begin(), mapping.entries.end(), is_merge)) return;
  const auto entries = std::exchange(mapping.entries, {});
  std::unordered_set<std::string> known;
  for (const auto& entry : entries) {
    if (is_merge(entry)) continue;
    known.insert(entry.first->text);
    mapping.entries.push_back(entry);
  }
  for (const auto& [key, value] : entries) {
    if (!IsMergeKey(*key)) continue;
    if (value->kind == Node::Kind::kList) {
      for (const NodePtr& item : value->items) Merge(*item, known, mapping);
    } else {
      Merge(*value, known, mapping);
    }
  }
}

}  // namespace

void NodeBuilder::CheckTag(Position at, const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!") return;
  if (tag.starts_with(kCoreTag)) {
    const std::string_view type = std::string_view(tag).substr(kCoreTag.size());
    for (const std::string_view known : {"str", "int", "float", "bool", "null", "seq", "map"}) {
      if (type == known) return;
    }
  }
  diagnostics_.Error(at, fmt::format("tag {} has no meaning here; leave it out", Quoted(tag)));
}

void NodeBuilder::Null(Position at, std::size_t anchor) {
  auto node = std::make_shared<Node>();
  const bool is_value = !open_.empty() && open_.back().key;
  node->at = is_value ? open_.back().key->at : at;
  Add({std::move(node)}, anchor);
}

void NodeBuilder::Scalar(Position at, const std::string& tag, std::size_t anchor,
                         const std::string& text) {
  CheckTag(at, tag);
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::kScalar;
  node->text = text;
  node->quoted = tag == "!" || tag == std::string(kCoreTag).append("str");
  node->at = at;
  Add({std::move(node)}, anchor);
}

void NodeBuilder::Alias(Position at, std::size_t anchor) {
  const auto known = anchors_.find(anchor);
  if (known == anchors_.end() || !known->second.node) {
    throw BadYaml{at, "this alias stands inside what it names, which would never end"};
  }
  Put(known->second, at);
}

void NodeBuilder::Begin(Node::Kind kind, Position at, const std::string& tag, std::size_t anchor) {
  CheckTag(at, tag);
  if (open_.size() >= kDepth) throw BadYaml{at, fmt::format("nested more than {} deep", kDepth)};
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->at = at;
  if (anchor != 0) anchors_[anchor] = {};
  open_.push_back({std::move(node), nullptr, anchor});
}

void NodeBuilder::End() {
  Open ended = std::move(open_.back());
  open_.pop_back();
  if (ended.node->kind == Node::Kind::kMapping) CarryOutMerges(*ended.node);
  Add({std::move(ended.node), ended.count, ended.height}, ended.anchor);
}

void NodeBuilder::Add(Sized sized, std::size_t anchor) {
  if (anchor != 0) anchors_[anchor] = sized;
  const Position at = sized.node->at;
  nodes_ -= sized.count - 1;  // its parts have been counted already
  Put(std::move(sized), at);
}

void NodeBuilder::Put(Sized sized, Position at) {
  nodes_ += sized.count;
  if (nodes_ > kNodes) {
    throw BadYaml{at, fmt::format("more than {} YAML nodes, aliases followed", kNodes)};
  }
  if (open_.size() + sized.height > kDepth + 1) {
    throw BadYaml{at, fmt::format("nested more than {} deep, aliases followed", kDepth)};
  }
  if (open_.empty()) {
    root_ = std::move(sized.node);
    return;
  }
  Open& parent = open_.back();
  parent.count += sized.count;
  parent.height = std::max(parent.height, sized.height + 1);
  if (parent.node->kind == Node::Kind::kList) {
    parent.node->items.push_back(std::move(sized.node));
  } else if (!parent.key) {
    parent.key = std::move(sized.node);
  } else {
    parent.node->entries.emplace_back(std::exchange(parent.key, nullptr), std::move(sized.node));
  }
}

std::optional<Position> NodeBuilder::innermost() const {
  if (open_.empty()) return std::nullopt;
  return open_.back().node->at;
}

}  // namespace bpf_exporter::config
