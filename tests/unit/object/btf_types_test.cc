// SPDX-License-Identifier: Apache-2.0
#include "object/btf_types.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

// BTF that no compiler writes, and kinds that this machine's clang does not.
namespace bpf_exporter::object {
namespace {

class Btf : public testing::Test {
 protected:
  std::shared_ptr<const Type> Read(int id) {
    BtfTypes types(btf_.get());
    return types.Get(static_cast<std::uint32_t>(id));
  }
  int U32() { return btf__add_int(btf_.get(), "unsigned int", 4, 0); }

  struct Free {
    void operator()(btf* types) const { btf__free(types); }
  };
  std::unique_ptr<btf, Free> btf_{btf__new_empty()};
};

TEST_F(Btf, HasNothingForIdsThatAreNotThere) {
  EXPECT_EQ(Read(0), nullptr);
  EXPECT_EQ(Read(77), nullptr);
  EXPECT_EQ(BtfTypes(nullptr).Get(1), nullptr);
}

TEST_F(Btf, ReadsWideEnums) {
  const int id = btf__add_enum64(btf_.get(), "big", 8, true);
  btf__add_enum64_value(btf_.get(), "LEAST", static_cast<std::uint64_t>(-5));
  btf__add_enum64_value(btf_.get(), "MOST", std::uint64_t{1} << 40);
  const std::shared_ptr<const Type> type = Read(id);
  EXPECT_EQ(type->kind, Type::Kind::kEnum);
  EXPECT_EQ(type->size, 8u);
  EXPECT_TRUE(type->is_signed);
  using Pairs = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(type->enumerators, (Pairs{{"LEAST", -5}, {"MOST", std::int64_t{1} << 40}}));
}

TEST_F(Btf, KeepsTheOutermostNameOfATypedef) {
  const int id = btf__add_const(
      btf_.get(),
      btf__add_typedef(btf_.get(), "dev_t", btf__add_typedef(btf_.get(), "u32", U32())));
  EXPECT_EQ(Read(id)->name, "dev_t");
  EXPECT_EQ(Read(id)->kind, Type::Kind::kInt);
}

TEST_F(Btf, StopsAtTypesThatContainThemselves) {
  const int id = btf__add_struct(btf_.get(), "loop", 16);
  ASSERT_EQ(id, 1);
  btf__add_field(btf_.get(), "again", id, 0, 0);
  btf__add_field(btf_.get(), "many", 2, 0, 0);
  btf__add_array(btf_.get(), id, id, 3);
  const std::shared_ptr<const Type> type = Read(id);
  ASSERT_EQ(type->kind, Type::Kind::kStruct);
  for (const FieldLayout& field : type->fields) EXPECT_EQ(field.type->size, 0u);
}

TEST_F(Btf, StopsAtTypedefsInACircle) {
  const int id = btf__add_typedef(btf_.get(), "a", 2);
  btf__add_typedef(btf_.get(), "b", id);
  EXPECT_EQ(Read(id)->kind, Type::Kind::kOther);
}

TEST_F(Btf, StopsAtDeepNesting) {
  int id = U32();
  for (int level = 0; level < 2000; ++level) id = btf__add_array(btf_.get(), 1, id, 1);
  EXPECT_EQ(Read(id)->size, 0u);
}

TEST_F(Btf, LeavesOutFieldsThatReachOverTheEnd) {
  const int number = U32();
  const int id = btf__add_struct(btf_.get(), "short_one", 8);
  btf__add_field(btf_.get(), "first", number, 0, 0);
  btf__add_field(btf_.get(), "over", number, 48, 0);
  EXPECT_EQ(FieldPaths(*Read(id)), (std::vector<std::string>{"first"}));
}

TEST_F(Btf, RefusesArraysThatOverflow) {
  const int huge = btf__add_array(btf_.get(), 1, U32() + 0, 0x80000000u);
  EXPECT_NE(Read(huge)->kind, Type::Kind::kArray);
}

TEST_F(Btf, TakesIntegersThatDoNotFillTheirBytesForNoNumbers) {
  const int id = U32();
  auto* type = const_cast<btf_type*>(btf__type_by_id(btf_.get(), static_cast<unsigned>(id)));
  *reinterpret_cast<std::uint32_t*>(type + 1) = 7;  // nr_bits
  EXPECT_EQ(Read(id)->kind, Type::Kind::kOther);
}

TEST_F(Btf, EscapesNamesThatCannotBePrinted) {
  const int id = btf__add_typedef(btf_.get(), "x", U32());
  BtfTypes types(btf_.get());
  auto* raw = const_cast<char*>(btf__name_by_offset(
      btf_.get(), btf__type_by_id(btf_.get(), static_cast<unsigned>(id))->name_off));
  raw[0] = '\n';
  EXPECT_EQ(types.Get(static_cast<unsigned>(id))->name, "\\x0a");
}

}  // namespace
}  // namespace bpf_exporter::object
