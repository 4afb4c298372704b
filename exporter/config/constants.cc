// SPDX-License-Identifier: Apache-2.0
// Tests: own_keys_test.cc, wrong_files_test.cc
#include "config/constants.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

constexpr std::string_view kExample = "{min_us: 10}";

std::optional<ConstantValue> ReadValue(const Field& field) {
  if (field.node.kind != Node::Kind::kScalar) {
    field.Error(fmt::format("{}: expected a number, true, false or text, not {}", field.name,
                            Describe(field.node)));
    return std::nullopt;
  }
  return ConstantValue{ReadText(field), field.node.quoted};
}

ConstantSpec ReadConstant(const Node& key, const Field& field) {
  ConstantSpec constant{{key.text, key.at}, {}, false, field.node.at};
  constant.list = field.node.kind == Node::Kind::kList;
  if (!constant.list) {
    if (auto value = ReadValue(field)) constant.values.push_back(*std::move(value));
    return constant;
  }
  for (const NodePtr& item : field.node.items) {
    if (auto value = ReadValue(field.Item(*item))) constant.values.push_back(*std::move(value));
  }
  return constant;
}

}  // namespace

std::vector<ConstantSpec> ReadConstants(const Field& field) {
  std::vector<ConstantSpec> constants;
  if (!ExpectMapping(field, kExample)) return constants;
  std::unordered_map<std::string_view, Position> seen;
  for (const auto& [key, value] : field.node.entries) {
    if (key->kind != Node::Kind::kScalar) {
      field.Item(*key).Error(
          fmt::format("{}: expected a name, not {}", field.name, Describe(*key)));
      continue;
    }
    const auto [first, inserted] = seen.emplace(key->text, key->at);
    if (!inserted) {
      field.Item(*key).Error(fmt::format("constant {} is there twice; the first is in line {}",
                                         Quoted(key->text), first->second.line));
      continue;
    }
    constants.push_back(ReadConstant(*key, {key->text, *value, field.diagnostics}));
  }
  return constants;
}

void ReadCondition(const Field& field, std::optional<ConditionSpec>& condition) {
  if (condition) {
    field.Error("'when' and 'unless' exclude each other; leave one of them out");
    return;
  }
  condition = ConditionSpec{ReadNonEmpty(field), field.name == "unless"};
}

}  // namespace bpf_exporter::config
