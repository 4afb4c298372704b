// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/diagnostics.h"

namespace bpf_exporter::config {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

// A YAML node: aliases followed (shared, never circular), merge keys (`<<`) carried out, duplicate
// keys still there.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMapping };
  Kind kind = Kind::kNull;
  std::string text;            // kScalar: as it was written, quotes and escapes resolved
  bool quoted = false;         // kScalar: in quotes, a block or tagged !!str, so never a number
  Position at;                 // where it is defined; of a null: its key
  std::vector<NodePtr> items;  // kList
  std::vector<std::pair<NodePtr, NodePtr>> entries;  // kMapping
};

// Reads the one YAML document in `source`. What is not UTF-8, not YAML, nested too deep or too
// large once its aliases are followed is reported to `diagnostics`; then and for an empty document
// the answer is null. Never throws.
NodePtr ReadYaml(const std::string& source, Diagnostics& diagnostics);

}  // namespace bpf_exporter::config
