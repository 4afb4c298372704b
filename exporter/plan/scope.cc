// SPDX-License-Identifier: Apache-2.0
// Tests: unresolvable_test.cc
#include "plan/scope.h"

#include <fmt/core.h>

#include "base/text.h"

namespace bpf_exporter::plan {

std::string Subject(const config::MetricSpec& metric) {
  return fmt::format("{} '{}'", config::KindName(metric.kind), metric.name.value);
}

std::string ObjectSubject(const object::ObjectLayout& object) {
  return fmt::format("object '{}'", object.path.substr(object.path.rfind('/') + 1));
}

std::string Suggest(const std::string& given, const std::vector<std::string>& known,
                    const std::string& what) {
  const std::string near = DidYouMean(given, known);
  return near.empty() ? fmt::format("; {}: {}", what, List(known)) : near;
}

std::string Members(const object::Type* type) {
  if (type == nullptr || type->kind != object::Type::Kind::kStruct) return "";
  std::vector<std::string> members;
  for (const std::string& path : object::FieldPaths(*type)) {
    const std::optional<object::FieldLayout> field = object::FindField(*type, path);
    if (field) members.push_back(fmt::format("{} {}", path, field->type->size));
  }
  return fmt::format(" ({}: {})", type->name, List(members));
}

std::string Bytes(std::uint64_t count) {
  return fmt::format("{} byte{}", count, count == 1 ? "" : "s");
}

}  // namespace bpf_exporter::plan
