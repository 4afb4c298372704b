// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "object/layout.h"

struct btf;
struct btf_type;

namespace bpf_exporter::object {

// Turns BTF types into plain ones. Whatever the BTF claims, in every Type that it makes fields and
// elements lie inside their type, nothing refers to itself, a walk through all fields of all levels
// is short, and names are printable. What does not fit is left out or becomes Kind::kOther. `types`
// may be null and must outlive this object.
class BtfTypes {
 public:
  explicit BtfTypes(const btf* types) : btf_(types) {}

  // Returns the type of that id; null for id 0 and for ids that are not there.
  std::shared_ptr<const Type> Get(std::uint32_t id);
  // Returns the variables of .rodata and .data sections, which can be set before a load, without
  // their initial values.
  std::vector<GlobalLayout> Globals();
  // Returns the variables of a section as the fields of a struct of that name; null if the BTF has
  // no such section.
  std::shared_ptr<const Type> Section(std::string_view name);
  // Returns the enums that have a name and an enumerator.
  std::vector<std::shared_ptr<const Type>> Enums();

 private:
  std::shared_ptr<const Type> Make(std::uint32_t id, int depth);
  std::shared_ptr<const Type> Convert(std::uint32_t id, int depth);
  void ReadInt(const btf_type& source, Type& type) const;
  void ReadEnum(const btf_type& source, Type& type) const;
  void ReadArray(const btf_type& source, int depth, Type& type);
  void ReadStruct(const btf_type& source, int depth, Type& type);
  bool IsVolatile(std::uint32_t id) const;
  void AddField(FieldLayout field, Type& type);
  std::string Name(std::uint32_t offset) const;
  std::string VariableName(std::uint32_t offset) const;

  const btf* btf_;
  // Null while a type is being made: a type that contains itself.
  std::unordered_map<std::uint32_t, std::shared_ptr<const Type>> made_;
  std::unordered_map<const Type*, std::size_t> nodes_;  // fields of all levels, counted as a tree
};

}  // namespace bpf_exporter::object
