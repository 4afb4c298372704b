// SPDX-License-Identifier: Apache-2.0
#include "object/layout.h"

#include <algorithm>
#include <string_view>

namespace bpf_exporter::object {
namespace {

void AddPaths(const Type& type, const std::string& before, std::vector<std::string>& paths) {
  for (const FieldLayout& field : type.fields) {
    if (field.type->kind == Type::Kind::kStruct) {
      AddPaths(*field.type, before + field.name + ".", paths);
    } else {
      paths.push_back(before + field.name);
    }
  }
}

}  // namespace

std::optional<FieldLayout> FindField(const Type& type, std::string_view path) {
  const Type* inside = &type;
  std::uint32_t offset = 0;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    const auto field = std::find_if(inside->fields.begin(), inside->fields.end(),
                                    [name](const FieldLayout& one) { return one.name == name; });
    if (field == inside->fields.end()) return std::nullopt;
    offset += field->offset;
    if (dot == std::string_view::npos) {
      FieldLayout found = *field;
      found.offset = offset;
      return found;
    }
    inside = field->type.get();
    path.remove_prefix(dot + 1);
  }
}

std::vector<std::string> FieldPaths(const Type& type) {
  std::vector<std::string> paths;
  AddPaths(type, "", paths);
  return paths;
}

}  // namespace bpf_exporter::object
