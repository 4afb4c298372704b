// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/diagnostics.h"
#include "config/node.h"

namespace bpf_exporter::config {

// Thrown by NodeBuilder when a document cannot be read any further.
struct BadYaml {
  Position at;
  std::string text;
};

// Makes nodes of the events of a YAML parser. Aliases share their anchor's node; a document whose
// nodes, counted as often as they are reached, are too many or too deep ends in BadYaml, so that
// walking the result is bounded.
class NodeBuilder {
 public:
  explicit NodeBuilder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // `anchor` is 0 for a node that has none.
  void Null(Position at, std::size_t anchor);
  void Scalar(Position at, const std::string& tag, std::size_t anchor, const std::string& text);
  void Alias(Position at, std::size_t anchor);
  void Begin(Node::Kind kind, Position at, const std::string& tag, std::size_t anchor);
  void End();

  const NodePtr& root() const { return root_; }
  // The innermost list or mapping that has not ended.
  std::optional<Position> innermost() const;

 private:
  // A node with how much of it a walk meets; null while it is not complete.
  struct Sized {
    NodePtr node;
    std::size_t count = 1;
    std::size_t height = 1;
  };
  struct Open {
    std::shared_ptr<Node> node;
    NodePtr key;
    std::size_t anchor = 0;
    std::size_t count = 1;
    std::size_t height = 1;
  };

  void Add(Sized sized, std::size_t anchor);
  void Put(Sized sized, Position at);
  void CheckTag(Position at, const std::string& tag);

  Diagnostics& diagnostics_;
  NodePtr root_;
  std::vector<Open> open_;
  std::unordered_map<std::size_t, Sized> anchors_;
  std::size_t nodes_ = 0;
};

}  // namespace bpf_exporter::config
