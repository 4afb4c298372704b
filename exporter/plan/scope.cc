// SPDX-License-Identifier: Apache-2.0
#include "plan/scope.h"

#include <fmt/core.h>

#include "base/text.h"

namespace bpf_exporter {

std::string Subject(const MetricSpec& metric) {
  return fmt::format("{} '{}'", KindName(metric.kind), metric.name.value);
}

std::string ObjectSubject(const ObjectLayout& object) {
  return fmt::format("object '{}'", object.path.substr(object.path.rfind('/') + 1));
}

std::string Suggest(const std::string& given, const std::vector<std::string>& known,
                    const std::string& what) {
  const std::string near = Diagnostics::DidYouMean(given, known);
  return near.empty() ? fmt::format("; {}: {}", what, List(known)) : near;
}

std::string Members(const Type* type) {
  if (type == nullptr || type->kind != Type::Kind::kStruct) return "";
  std::vector<std::string> members;
  for (const std::string& path : FieldPaths(*type)) {
    const std::optional<FieldLayout> field = FindField(*type, path);
    if (field) members.push_back(fmt::format("{} {}", path, field->type->size));
  }
  return fmt::format(" ({}: {})", type->name, List(members));
}

std::string Bytes(std::uint64_t count) {
  return fmt::format("{} byte{}", count, count == 1 ? "" : "s");
}

}  // namespace bpf_exporter
