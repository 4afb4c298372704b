// SPDX-License-Identifier: Apache-2.0
#include "base/size.h"

#include <gtest/gtest.h>

namespace bpf_exporter {
namespace {

TEST(SizeTest, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(SizeText(0), "0 bytes");
  EXPECT_EQ(SizeText(1023), "1023 bytes");
  EXPECT_EQ(SizeText(1024), "1 KiB");
  EXPECT_EQ(SizeText(1536), "1.5 KiB");
  EXPECT_EQ(SizeText(1250), "1.22 KiB");
  EXPECT_EQ(SizeText(102'400), "100 KiB");
  EXPECT_EQ(SizeText(1'048'575), "1 MiB");
  EXPECT_EQ(SizeText(std::uint64_t{480} << 30), "480 GiB");
  EXPECT_EQ(SizeText(UINT64_MAX), "16384 PiB");
}

TEST(SizeTest, IsReadInPowersOf1024) {
  EXPECT_EQ(*ParseSize("0"), 0u);
  EXPECT_EQ(*ParseSize("1048576"), 1'048'576u);
  EXPECT_EQ(*ParseSize("512MiB"), std::uint64_t{512} << 20);
  EXPECT_EQ(*ParseSize("512M"), std::uint64_t{512} << 20);
  EXPECT_EQ(*ParseSize("1.5GiB"), std::uint64_t{3} << 29);
  EXPECT_EQ(*ParseSize("64K"), 65'536u);
  EXPECT_EQ(*ParseSize("2TiB"), std::uint64_t{2} << 40);
}

TEST(SizeTest, RefusesWhatIsNone) {
  for (const char* text : {"", "MiB", "-1", "+1", "1 MiB", "1MB", "1mib", "inf", "nan", "1e9",
                           "0x10", "1iB", "1MiBs"}) {
    const Result<std::uint64_t> size = ParseSize(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(
        size.error().Message(),
        "'" + std::string(text) + "' is not a size such as 512MiB, 1.5GiB or 1048576 (bytes)");
  }
  EXPECT_EQ(ParseSize("16384PiB").error().Message(), "'16384PiB' is more than any memory");
}

}  // namespace
}  // namespace bpf_exporter
