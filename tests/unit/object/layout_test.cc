// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "object/read_layout.h"
#include "support/paths.h"

namespace bpf_exporter::object {
namespace {

// The structs of tests/programs/shapes.bpf.c as this compiler lays them out.
struct Endpoint {
  std::uint32_t address;
  std::uint16_t port;
};
struct ShapeKey {
  std::uint32_t device;
  std::uint32_t operation;
  char comm[16];
  Endpoint peer;
  unsigned char mac[6];
  bool inbound;
  char letter;
  union {
    std::uint32_t v4;
    std::uint8_t v6[16];
  };
  std::int64_t offset;
};
struct ShapeValue {
  std::uint64_t count;
  std::int32_t level;
  std::uint32_t low : 4;
  std::uint32_t high : 28;
  std::uint32_t slots[5];
  std::int32_t state;
  double ratio;
  void* pointer;
  struct {
    std::uint16_t inner;
    Endpoint nested;
  };
};

class Layout : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Result<ObjectLayout> read = ReadObjectLayout(BuildPath("tests/programs/shapes.bpf.o"));
    ASSERT_TRUE(read.ok()) << read.error().Message();
    object_ = *read;
  }
  static const MapLayout& Map(std::string_view name) {
    for (const MapLayout& map : object_.maps) {
      if (map.name == name) return map;
    }
    ADD_FAILURE() << "no map " << name;
    return object_.maps.front();
  }
  static FieldLayout KeyField(const std::string& path) { return Get(*Map("shapes").key, path); }
  static FieldLayout ValueField(const std::string& path) { return Get(*Map("shapes").value, path); }

  static ObjectLayout object_;

 private:
  static FieldLayout Get(const Type& type, const std::string& path) {
    const std::optional<FieldLayout> field = FindField(type, path);
    EXPECT_TRUE(field.has_value()) << path;
    return field.value_or(FieldLayout{});
  }
};
ObjectLayout Layout::object_;

TEST_F(Layout, HoldsTheMapsThatTheProgramDeclares) {
  ASSERT_EQ(object_.maps.size(), 4u);
  const MapLayout& shapes = Map("shapes");
  EXPECT_EQ(shapes.type, BPF_MAP_TYPE_HASH);
  EXPECT_EQ(shapes.key_size, sizeof(ShapeKey));
  EXPECT_EQ(shapes.value_size, sizeof(ShapeValue));
  EXPECT_EQ(shapes.max_entries, 1000u);
  const MapLayout& slots = Map("slots");
  EXPECT_EQ(slots.type, BPF_MAP_TYPE_PERCPU_ARRAY);
  EXPECT_EQ(slots.value_size, 8u);
  EXPECT_EQ(slots.value->name, "__u64");
  const MapLayout& plain = Map("plain");
  EXPECT_EQ(plain.flags, static_cast<std::uint32_t>(BPF_F_NO_PREALLOC));
  EXPECT_EQ(plain.key_size, 12u);
  EXPECT_EQ(plain.key, nullptr);
  EXPECT_EQ(plain.value, nullptr);
  EXPECT_EQ(Map("records").type, BPF_MAP_TYPE_RINGBUF);
}

TEST_F(Layout, HasTheOffsetsOfTheCompiler) {
  EXPECT_EQ(KeyField("device").offset, offsetof(ShapeKey, device));
  EXPECT_EQ(KeyField("operation").offset, offsetof(ShapeKey, operation));
  EXPECT_EQ(KeyField("comm").offset, offsetof(ShapeKey, comm));
  EXPECT_EQ(KeyField("mac").offset, offsetof(ShapeKey, mac));
  EXPECT_EQ(KeyField("inbound").offset, offsetof(ShapeKey, inbound));
  EXPECT_EQ(KeyField("letter").offset, offsetof(ShapeKey, letter));
  EXPECT_EQ(KeyField("offset").offset, offsetof(ShapeKey, offset));
  EXPECT_EQ(ValueField("slots").offset, offsetof(ShapeValue, slots));
  EXPECT_EQ(ValueField("state").offset, offsetof(ShapeValue, state));
}

TEST_F(Layout, ReachesNestedAndUnnamedMembers) {
  EXPECT_EQ(KeyField("peer").offset, offsetof(ShapeKey, peer));
  EXPECT_EQ(KeyField("peer.port").offset, offsetof(ShapeKey, peer.port));
  EXPECT_EQ(KeyField("v4").offset, offsetof(ShapeKey, v4));
  EXPECT_EQ(KeyField("v6").offset, offsetof(ShapeKey, v6));
  EXPECT_EQ(ValueField("inner").offset, offsetof(ShapeValue, inner));
  EXPECT_EQ(ValueField("nested.port").offset, offsetof(ShapeValue, nested.port));
}

TEST_F(Layout, FindsNoFieldThatIsNotThere) {
  const Type& key = *Map("shapes").key;
  for (const char* path : {"", ".", "nosuch", "peer.", "peer.nosuch", ".peer", "comm.x", "devic"}) {
    EXPECT_FALSE(FindField(key, path).has_value()) << path;
  }
}

TEST_F(Layout, ListsThePathsOfAllFields) {
  EXPECT_EQ(FieldPaths(*Map("shapes").key),
            (std::vector<std::string>{"device", "operation", "comm", "peer.address", "peer.port",
                                      "mac", "inbound", "letter", "v4", "v6", "offset"}));
}

TEST_F(Layout, TellsTheKindsApart) {
  EXPECT_EQ(KeyField("device").type->kind, Type::Kind::kInt);
  EXPECT_EQ(KeyField("device").type->name, "__u32");
  EXPECT_FALSE(KeyField("device").type->is_signed);
  EXPECT_EQ(KeyField("offset").type->kind, Type::Kind::kInt);
  EXPECT_TRUE(KeyField("offset").type->is_signed);
  EXPECT_EQ(KeyField("inbound").type->kind, Type::Kind::kBool);
  EXPECT_EQ(KeyField("letter").type->kind, Type::Kind::kChar);
  EXPECT_EQ(KeyField("peer").type->name, "struct endpoint");
  EXPECT_EQ(ValueField("ratio").type->kind, Type::Kind::kOther);
  EXPECT_EQ(ValueField("ratio").type->size, 8u);
  EXPECT_EQ(ValueField("pointer").type->kind, Type::Kind::kOther);
  EXPECT_TRUE(ValueField("level").type->is_signed);
}

TEST_F(Layout, TellsArraysOfCharFromArraysOfBytes) {
  const FieldLayout comm = KeyField("comm");
  EXPECT_EQ(comm.type->kind, Type::Kind::kArray);
  EXPECT_EQ(comm.type->size, 16u);
  EXPECT_EQ(comm.type->element->kind, Type::Kind::kChar);
  const FieldLayout mac = KeyField("mac");
  EXPECT_EQ(mac.type->name, "unsigned char[6]");
  EXPECT_EQ(mac.type->count, 6u);
  EXPECT_EQ(mac.type->element->kind, Type::Kind::kInt);
}

TEST_F(Layout, KnowsTheEnumeratorsAndTheirSign) {
  const Type& verb = *KeyField("operation").type;
  EXPECT_EQ(verb.kind, Type::Kind::kEnum);
  EXPECT_EQ(verb.name, "enum verb");
  EXPECT_FALSE(verb.is_signed);
  using Pairs = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(verb.enumerators, (Pairs{{"VERB_READ", 0}, {"VERB_WRITE", 1}, {"VERB_FLUSH", 7}}));
  const Type& level = *ValueField("state").type;
  EXPECT_TRUE(level.is_signed);
  EXPECT_EQ(level.enumerators, (Pairs{{"LEVEL_LOW", -1}, {"LEVEL_HIGH", 1}}));
}

TEST_F(Layout, MarksBitfields) {
  EXPECT_TRUE(ValueField("low").bitfield);
  EXPECT_TRUE(ValueField("high").bitfield);
  EXPECT_FALSE(ValueField("level").bitfield);
}

TEST_F(Layout, HoldsThePrograms) {
  ASSERT_EQ(object_.programs.size(), 2u);
  EXPECT_EQ(object_.programs[0].name, "count");
  EXPECT_EQ(object_.programs[0].section, "socket");
  EXPECT_EQ(object_.programs[0].type, BPF_PROG_TYPE_SOCKET_FILTER);
  EXPECT_TRUE(object_.programs[0].autoload);
  EXPECT_EQ(object_.programs[1].section, "kprobe/do_unlinkat");
  EXPECT_EQ(object_.programs[1].type, BPF_PROG_TYPE_KPROBE);
  EXPECT_FALSE(object_.programs[1].autoload);
}

TEST(ObjectLayouts, TellWhichProgramsAProgramArrayNames) {
  const Result<ObjectLayout> object = ReadObjectLayout(BuildPath("tests/programs/tail_call.bpf.o"));
  ASSERT_TRUE(object.ok()) << object.error().Message();
  std::vector<std::string> called;
  for (const ProgramLayout& program : object->programs) {
    if (program.tail_called) called.push_back(program.name);
  }
  EXPECT_EQ(called, std::vector<std::string>{"second"});
}

// What is said of the object in tests/programs, behind its path.
std::string RefusalOf(const std::string& object) {
  const std::string path = BuildPath("tests/programs/" + object + ".bpf.o");
  const Result<ObjectLayout> layout = ReadObjectLayout(path);
  if (layout) return "";
  const std::string start = "object '" + path + "': ";
  const std::string message = layout.error().Message();
  return message.starts_with(start) ? message.substr(start.size()) : message;
}

TEST(ObjectLayouts, AreRefusedWithTheWayOut) {
  EXPECT_EQ(RefusalOf("no_maps"),
            "open: it has no maps and no global variables; metrics are read from maps declared in "
            "SEC(\".maps\"), and from variables");
  EXPECT_EQ(
      RefusalOf("variable_elsewhere"),
      "open: prog 'count': bad map relo against 'hits' in section 'counts'; libbpf makes maps "
      "of variables in .bss, .data, .rodata and sections whose names begin so, such as "
      "SEC(\".data.stats\")");
  EXPECT_EQ(
      RefusalOf("legacy_map"),
      "open: elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+; "
      "declare maps in SEC(\".maps\") instead, as programs/bpf_exporter.bpf.h does");
  EXPECT_EQ(RefusalOf("static_map"),
            "open: map 'hits': unsupported map linkage static; declare it without 'static', and "
            "compile without -fvisibility=hidden");
}

TEST_F(Layout, HoldsTheVariablesThatCanBeSetBeforeALoad) {
  std::vector<std::string> seen;
  for (const GlobalLayout& one : object_.globals) {
    seen.push_back(one.name + " " + one.section + " " + std::to_string(one.offset) + " " +
                   std::to_string(one.size) + " " + one.type->name);
    EXPECT_EQ(one.IsConstant(), one.name != "tunable") << one.name;
    EXPECT_EQ(one.initial,
              std::string(1, one.name == "tunable" ? 1 : 0) + std::string(one.size - 1, 0))
        << one.name;
  }
  EXPECT_EQ(seen,
            (std::vector<std::string>{"tunable .data 0 8 __u64", "kaddr_jiffies .rodata 0 8 __u64",
                                      "verbose .rodata 8 4 __u32"}));
}

std::string Fields(const MapLayout& section) {
  std::string text;
  for (const FieldLayout& field : section.value->fields) {
    text += " " + field.name + "@" + std::to_string(field.offset) + ":" + field.type->name;
  }
  return text;
}

TEST_F(Layout, HoldsTheVariablesOfEachSection) {
  std::map<std::string, std::string> fields;
  for (const MapLayout& section : object_.sections) {
    EXPECT_EQ(section.type, BPF_MAP_TYPE_ARRAY);
    EXPECT_EQ(section.max_entries, 1u);
    EXPECT_EQ(section.key_size, 4u);
    ASSERT_NE(section.value, nullptr) << section.name;
    EXPECT_EQ(section.value->size, section.value_size);
    fields[section.name] = Fields(section);
  }
  EXPECT_EQ(fields, (std::map<std::string, std::string>{
                        {".bss", " seen@0:__u64"},
                        {".data", " tunable@0:__u64"},
                        {".rodata", " kaddr_jiffies@0:__u64 verbose@8:__u32"}}));
}

TEST(LayoutOfVariables, IsThatOfTheLinkerAndOfCustomSections) {
  const Result<ObjectLayout> object = ReadObjectLayout(BuildPath("tests/programs/globals.bpf.o"));
  ASSERT_TRUE(object.ok()) << object.error().Message();
  std::map<std::string, std::string> fields;
  for (const MapLayout& section : object->sections) fields[section.name] = Fields(section);
  EXPECT_EQ(fields[".data.apart"], " apart@0:__u64");
  EXPECT_EQ(fields[".data"], " level@0:__s64");
  EXPECT_NE(fields[".bss"].find(" on_call.calls@"), std::string::npos) << fields[".bss"];
  const auto has_verbs = [](const std::shared_ptr<const Type>& type) {
    return type->name == "enum verb" && type->enumerators.size() == 4;
  };
  EXPECT_EQ(std::count_if(object->enums.begin(), object->enums.end(), has_verbs), 1);
}

}  // namespace
}  // namespace bpf_exporter::object
