// SPDX-License-Identifier: Apache-2.0
#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class StaticMap : public DecoderTest {
 protected:
  config::DecoderSpec spec_ = {.name = {"static_map", {}},
                               .static_map = {{{"1", "read"}, {"2", "write"}, {"0x3", "sync"}}}};
};

TEST_F(StaticMap, LooksTheTextUp) {
  EXPECT_EQ(Text(spec_, "1"), Ok("read"));
  EXPECT_EQ(Text(spec_, "2"), Ok("write"));
}

TEST_F(StaticMap, SaysUnknownForOtherText) {
  EXPECT_EQ(Text(spec_, "10"), Ok("unknown:10"));
  EXPECT_EQ(Text(spec_, "3"), Ok("unknown:3"));
  EXPECT_EQ(Text(spec_, ""), Ok("unknown:"));
}

TEST_F(StaticMap, KeepsOtherTextWithAllowUnknown) {
  spec_.allow_unknown = true;
  EXPECT_EQ(Text(spec_, "10"), Ok("10"));
  EXPECT_EQ(Text(spec_, "1"), Ok("read"));
}

TEST_F(StaticMap, AbsentMapIsNotAnEmptyMap) {
  spec_.static_map.reset();
  EXPECT_EQ(Text(spec_, "10"), Ok("empty mapping"));
  spec_.static_map.emplace();
  EXPECT_EQ(Text(spec_, "10"), Ok("unknown:10"));
}

TEST_F(StaticMap, TakesRawBytes) {
  spec_.static_map = {{{std::string("\0\x01", 2), "one"}}};
  EXPECT_EQ(First(spec_, Bytes("\0\x01")), Ok("one"));
}

}  // namespace
}  // namespace bpf_exporter::decode
