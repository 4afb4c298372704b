// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a BPF object file says of its programs and maps: plain data from ELF and BTF, the same on
// every machine.
namespace bpf_exporter::object {

struct Type;

struct FieldLayout {
  std::string name;
  std::uint32_t offset = 0;  // bytes from the start of the struct
  std::shared_ptr<const Type> type;
  bool bitfield = false;  // cannot be read as bytes
};

// A BTF type with typedefs, const and volatile taken off. Its tree of fields is small and ends.
struct Type {
  enum class Kind { kInt, kBool, kChar, kEnum, kArray, kStruct, kOther };
  Kind kind = Kind::kOther;
  std::string name;        // as C writes it, for messages: "u32", "struct bio_key", "char[16]"
  std::uint32_t size = 0;  // bytes
  bool is_signed = false;  // kInt, kEnum
  std::vector<std::pair<std::string, std::int64_t>> enumerators;  // kEnum
  std::shared_ptr<const Type> element;                            // kArray
  std::uint32_t count = 0;                                        // kArray
  std::vector<FieldLayout> fields;                                // kStruct, unions too
};

struct MapLayout {
  std::string name;
  std::uint32_t type = BPF_MAP_TYPE_UNSPEC;  // bpf_map_type; a corrupt object has any number
  std::uint32_t key_size = 0;
  std::uint32_t value_size = 0;  // of one CPU's value in the per-CPU kinds
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::shared_ptr<const Type> key;    // null without BTF
  std::shared_ptr<const Type> value;  // null without BTF
  std::uint64_t extra = 0;            // map_extra, whose meaning depends on the type
  std::string pin;                    // the path where it is shared with others; empty: nowhere
  std::shared_ptr<const MapLayout> inner;  // of a map of maps: what those are like, if it says so
};

struct ProgramLayout {
  std::string name;
  std::string section;                        // without the ? of SEC("?…")
  std::uint32_t type = BPF_PROG_TYPE_UNSPEC;  // bpf_prog_type
  bool autoload = true;                       // false for SEC("?…")
  bool tail_called = false;                   // a program array of the object names it
};

// A global variable that can be set before a load.
struct GlobalLayout {
  std::string name;
  std::string section;  // ".rodata", ".data" or one of their kind, ".rodata.x"
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  // bytes
  std::shared_ptr<const Type> type;
  bool is_volatile = false;  // else the compiler may have used the initial value
  std::string initial;       // its bytes in the file; empty where they cannot be told

  // Returns whether it is what a loader sets: `const volatile`.
  bool IsConstant() const { return is_volatile && section.starts_with(".rodata"); }
};

struct ObjectLayout {
  std::string path;
  // The file's content, from which it is loaded, since the file may be another one by then. Null
  // once it is loaded.
  std::shared_ptr<const std::string> bytes;
  std::vector<MapLayout> maps;  // without the compiler's own (.rodata, .bss …)
  // Those: each a map of one row, called like its section, whose value is a struct of its variables
  // (null without BTF).
  std::vector<MapLayout> sections;
  std::vector<ProgramLayout> programs;
  std::vector<GlobalLayout> globals;
  std::vector<std::shared_ptr<const Type>> enums;  // that have a name and an enumerator
};

// Returns the field that `path` names ("op", "flow.port"), with its offset from the start of
// `type`. Members of unnamed structs and unions are fields of the struct around them.
std::optional<FieldLayout> FindField(const Type& type, std::string_view path);
// Returns the paths of all fields that FindField would find and that are not structs themselves, in
// the order of declaration.
std::vector<std::string> FieldPaths(const Type& type);

}  // namespace bpf_exporter::object
