// SPDX-License-Identifier: Apache-2.0
#include "object/btf_types.h"

#include <bpf/btf.h>
#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace bpf_exporter::object {
namespace {

constexpr int kMaxDepth = 32;  // levels of typedef, array and struct
constexpr std::size_t kMaxFields = 4096;
constexpr std::uint32_t kPointerSize = 8;  // of the BPF machine

bool IsModifier(const btf_type& type) {
  return btf_is_mod(&type) || btf_is_typedef(&type);  // type tags are among the mods
}

std::shared_ptr<Type> Other(std::string name, std::uint32_t size) {
  auto type = std::make_shared<Type>();
  type->name = std::move(name);
  type->size = size;
  return type;
}

// Returns true for an integer type that does not fill its bytes: with older compilers, a bitfield.
bool FillsBytes(const btf_type& type) {
  return btf_int_offset(&type) == 0 && btf_int_bits(&type) == type.size * 8;
}

// Returns true for a signed enum. Compilers before clang 15 do not set the flag; then a negative
// enumerator shows it.
bool IsSignedEnum(const btf_type& type) {
  if (btf_kflag(&type)) return true;
  if (btf_is_enum64(&type)) return false;
  const struct btf_enum* enumerators = btf_enum(&type);
  return std::any_of(enumerators, enumerators + btf_vlen(&type),
                     [](const struct btf_enum& one) { return one.val < 0; });
}

}  // namespace

std::string BtfTypes::Name(std::uint32_t offset) const {
  const char* name = btf__name_by_offset(btf_, offset);
  return name == nullptr ? std::string() : Printable(name, 128);
}

std::shared_ptr<const Type> BtfTypes::Get(std::uint32_t id) {
  return btf_ == nullptr || id == 0 ? nullptr : Make(id, 0);
}

std::shared_ptr<const Type> BtfTypes::Make(std::uint32_t id, int depth) {
  if (depth > kMaxDepth) return Other("a type nested too deeply", 0);
  if (const auto known = made_.find(id); known != made_.end()) {
    return known->second != nullptr ? known->second : Other("a type that contains itself", 0);
  }
  made_.emplace(id, nullptr);
  std::shared_ptr<const Type> type = Convert(id, depth);
  made_[id] = type;
  return type;
}

std::shared_ptr<const Type> BtfTypes::Convert(std::uint32_t id, int depth) {
  const btf_type* source = btf__type_by_id(btf_, id);
  if (source == nullptr) return nullptr;
  if (IsModifier(*source)) {
    const std::shared_ptr<const Type> target =
        source->type == 0 ? nullptr : Make(source->type, depth + 1);
    if (target == nullptr) return Other("void", 0);
    if (!btf_is_typedef(source)) return target;
    auto named = std::make_shared<Type>(*target);
    named->name = Name(source->name_off);
    nodes_[named.get()] = nodes_[target.get()];
    return named;
  }
  auto type = std::make_shared<Type>();
  switch (btf_kind(source)) {
    case BTF_KIND_INT:
      ReadInt(*source, *type);
      break;
    case BTF_KIND_ENUM:
    case BTF_KIND_ENUM64:
      ReadEnum(*source, *type);
      break;
    case BTF_KIND_ARRAY:
      ReadArray(*source, depth, *type);
      break;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
      ReadStruct(*source, depth, *type);
      break;
    case BTF_KIND_FLOAT:
      return Other(Name(source->name_off), source->size);
    case BTF_KIND_PTR:
      return Other("a pointer", kPointerSize);
    default:
      return Other("a type without a size", 0);
  }
  return type;
}

void BtfTypes::ReadInt(const btf_type& source, Type& type) const {
  type.name = Name(source.name_off);
  type.size = source.size;
  if (!FillsBytes(source)) return;
  const int encoding = btf_int_encoding(&source);
  type.is_signed = (encoding & BTF_INT_SIGNED) != 0;
  if ((encoding & BTF_INT_BOOL) != 0) {
    type.kind = Type::Kind::kBool;
  } else if (type.size == 1 && ((encoding & BTF_INT_CHAR) != 0 || type.name == "char")) {
    type.kind = Type::Kind::kChar;  // clang writes plain `char` as an int of that name
  } else {
    type.kind = Type::Kind::kInt;
  }
}

void BtfTypes::ReadEnum(const btf_type& source, Type& type) const {
  type.kind = Type::Kind::kEnum;
  type.name = "enum " + Name(source.name_off);
  type.size = source.size;
  type.is_signed = IsSignedEnum(source);
  for (std::uint16_t i = 0; i < btf_vlen(&source); ++i) {
    std::int64_t value;
    std::uint32_t name;
    if (btf_is_enum64(&source)) {
      const struct btf_enum64& one = btf_enum64(&source)[i];
      value = static_cast<std::int64_t>(btf_enum64_value(&one));
      name = one.name_off;
    } else {
      const struct btf_enum& one = btf_enum(&source)[i];
      value = type.is_signed ? std::int64_t{one.val} : static_cast<std::uint32_t>(one.val);
      name = one.name_off;
    }
    type.enumerators.emplace_back(Name(name), value);
  }
}

void BtfTypes::ReadArray(const btf_type& source, int depth, Type& type) {
  const struct btf_array& array = *btf_array(&source);
  const std::shared_ptr<const Type> element = Make(array.type, depth + 1);
  if (element == nullptr) return;
  // As C has it: an array of 2 of char[16] is char[2][16].
  const std::size_t of = std::min(element->name.find('['), element->name.size());
  type.name =
      fmt::format("{}[{}]{}", element->name.substr(0, of), array.nelems, element->name.substr(of));
  const std::uint64_t size = std::uint64_t{element->size} * array.nelems;
  if (size > std::numeric_limits<std::uint32_t>::max()) return;
  type.kind = Type::Kind::kArray;
  type.size = static_cast<std::uint32_t>(size);
  type.element = element;
  type.count = array.nelems;
}

void BtfTypes::ReadStruct(const btf_type& source, int depth, Type& type) {
  const std::string tag = Name(source.name_off);
  type.kind = Type::Kind::kStruct;
  type.name = btf_is_union(&source) ? "union" : "struct";
  if (!tag.empty()) type.name += " " + tag;
  type.size = source.size;
  for (std::uint16_t i = 0; i < btf_vlen(&source); ++i) {
    const struct btf_member& member = btf_members(&source)[i];
    const std::uint32_t bits = btf_member_bit_offset(&source, i);
    std::shared_ptr<const Type> of = Make(member.type, depth + 1);
    if (of == nullptr) continue;
    const bool bitfield = btf_member_bitfield_size(&source, i) != 0 || bits % 8 != 0;
    const FieldLayout field{Name(member.name_off), bits / 8, of, bitfield};
    if (!field.name.empty()) {
      AddField(field, type);
    } else if (of->kind == Type::Kind::kStruct) {
      for (FieldLayout inner : of->fields) {
        inner.offset += field.offset;
        AddField(std::move(inner), type);
      }
    }
  }
}

void BtfTypes::AddField(FieldLayout field, Type& type) {
  const std::uint64_t end = std::uint64_t{field.offset} + field.type->size;
  if (end > type.size && !field.bitfield) return;
  const std::size_t nodes = nodes_[&type] + 1 + nodes_[field.type.get()];
  if (nodes > kMaxFields) return;
  nodes_[&type] = nodes;
  type.fields.push_back(std::move(field));
}

// Returns whether a variable of that type is volatile; of an array, its elements are.
bool BtfTypes::IsVolatile(std::uint32_t id) const {
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const btf_type* type = btf__type_by_id(btf_, id);
    if (type == nullptr) return false;
    if (btf_is_volatile(type)) return true;
    if (btf_is_array(type)) {
      id = btf_array(type)->type;
    } else if (IsModifier(*type)) {
      id = type->type;
    } else {
      return false;
    }
  }
  return false;
}

std::vector<GlobalLayout> BtfTypes::Globals() {
  std::vector<GlobalLayout> globals;
  const std::uint32_t count = btf_ == nullptr ? 0 : btf__type_cnt(btf_);
  for (std::uint32_t id = 1; id < count; ++id) {
    const btf_type* section = btf__type_by_id(btf_, id);
    if (section == nullptr || !btf_is_datasec(section)) continue;
    const std::string name = Name(section->name_off);
    if (!name.starts_with(".rodata") && !name.starts_with(".data")) continue;
    for (std::uint16_t i = 0; i < btf_vlen(section); ++i) {
      const btf_var_secinfo& place = btf_var_secinfos(section)[i];
      const btf_type* variable = btf__type_by_id(btf_, place.type);
      if (variable == nullptr || !btf_is_var(variable)) continue;
      globals.push_back({Name(variable->name_off), name, place.offset, place.size,
                         Get(variable->type), IsVolatile(variable->type)});
    }
  }
  return globals;
}

// Returns a variable's name as its author knows it: BPF_PROG and its like move what is in a
// function to another one, "____on_exit.count".
std::string BtfTypes::VariableName(std::uint32_t offset) const {
  constexpr std::string_view kMoved = "____";
  std::string name = Name(offset);
  if (name.starts_with(kMoved) && name.find('.') != std::string::npos) name.erase(0, kMoved.size());
  return name;
}

std::shared_ptr<const Type> BtfTypes::Section(std::string_view name) {
  const std::uint32_t count = btf_ == nullptr ? 0 : btf__type_cnt(btf_);
  for (std::uint32_t id = 1; id < count; ++id) {
    const btf_type* section = btf__type_by_id(btf_, id);
    if (section == nullptr || !btf_is_datasec(section) || Name(section->name_off) != name) continue;
    auto type = std::make_shared<Type>();
    type->kind = Type::Kind::kStruct;
    type->name = name;
    type->size = section->size;
    for (std::uint16_t i = 0; i < btf_vlen(section); ++i) {
      const btf_var_secinfo& place = btf_var_secinfos(section)[i];
      const btf_type* variable = btf__type_by_id(btf_, place.type);
      if (variable == nullptr || !btf_is_var(variable)) continue;
      const std::shared_ptr<const Type> of = Get(variable->type);
      if (of != nullptr) AddField({VariableName(variable->name_off), place.offset, of}, *type);
    }
    return type;
  }
  return nullptr;
}

std::vector<std::shared_ptr<const Type>> BtfTypes::Enums() {
  std::vector<std::shared_ptr<const Type>> enums;
  const std::uint32_t count = btf_ == nullptr ? 0 : btf__type_cnt(btf_);
  for (std::uint32_t id = 1; id < count; ++id) {
    const btf_type* type = btf__type_by_id(btf_, id);
    if (type == nullptr || !btf_is_any_enum(type)) continue;
    if (type->name_off != 0 && btf_vlen(type) > 0) enums.push_back(Get(id));
  }
  return enums;
}

}  // namespace bpf_exporter::object
