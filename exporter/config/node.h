// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"

namespace bpf_exporter::config {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

// A YAML node. Aliases have been followed (nodes are shared, never circular) and merge keys (`<<`)
// carried out; duplicate keys are still there.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMapping };
  Kind kind = Kind::kNull;
  std::string text;            // kScalar: as it was written, quotes and escapes resolved
  bool quoted = false;         // kScalar: in quotes, a block or tagged !!str, so never a number
  Position at;                 // where it is defined; of a null: its key
  std::vector<NodePtr> items;  // kList
  std::vector<std::pair<NodePtr, NodePtr>> entries;  // kMapping
};

}  // namespace bpf_exporter::config
