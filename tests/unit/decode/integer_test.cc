// SPDX-License-Identifier: Apache-2.0
#include "decode/enum_names.h"
#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class IntegerDecoders : public DecoderTest {};

TEST_F(IntegerDecoders, UintReadsEverySizeInHostOrder) {
  EXPECT_EQ(First("uint", Raw<std::uint8_t>(8)), Ok("8"));
  EXPECT_EQ(First("uint", Raw<std::uint16_t>(65535)), Ok("65535"));
  EXPECT_EQ(First("uint", Raw<std::uint32_t>(4294967295)), Ok("4294967295"));
  EXPECT_EQ(First("uint", std::string(8, '\xff')), Ok("18446744073709551615"));
  EXPECT_EQ(First("uint", Bytes("\x00\xb6\xc2\x5b\x85\xff\xff\xff")), Ok("18446743546968061440"));
  EXPECT_EQ(First("uint", std::string(8, '\0')), Ok("0"));
}

TEST_F(IntegerDecoders, UintRefusesOtherSizesWhenMade) {
  EXPECT_EQ(MakeError("uint", 3), "decoder 'uint' takes 1, 2, 4 or 8 bytes, not 3");
  EXPECT_EQ(MakeError("uint", 16), "decoder 'uint' takes 1, 2, 4 or 8 bytes, not 16");
}

TEST_F(IntegerDecoders, UintRefusesTextOfOtherSizesWhenDecoding) {
  EXPECT_EQ(Text("uint", "abc"), Failed("decoder 'uint' takes 1, 2, 4 or 8 bytes, not 3"));
  EXPECT_EQ(Text("uint", ""), Failed("decoder 'uint' takes 1, 2, 4 or 8 bytes, not 0"));
  EXPECT_EQ(Text("uint", Raw<std::uint32_t>(7)), Ok("7"));
}

TEST_F(IntegerDecoders, IntExtendsTheSign) {
  EXPECT_EQ(First("int", Raw<std::int8_t>(-1)), Ok("-1"));
  EXPECT_EQ(First("int", Raw<std::int16_t>(-32768)), Ok("-32768"));
  EXPECT_EQ(First("int", Raw<std::int32_t>(-2)), Ok("-2"));
  EXPECT_EQ(First("int", Raw(INT64_MIN)), Ok("-9223372036854775808"));
  EXPECT_EQ(First("int", Raw(INT64_MAX)), Ok("9223372036854775807"));
  EXPECT_EQ(MakeError("int", 5), "decoder 'int' takes 1, 2, 4 or 8 bytes, not 5");
}

TEST_F(IntegerDecoders, BoolIsFalseOnlyForZero) {
  EXPECT_EQ(First("bool", Bytes("\x00")), Ok("false"));
  EXPECT_EQ(First("bool", Bytes("\x01")), Ok("true"));
  EXPECT_EQ(First("bool", Raw<std::uint32_t>(0x80000000)), Ok("true"));
}

TEST_F(IntegerDecoders, PortsAreReadInTheNamedOrder) {
  EXPECT_EQ(First("netorder", Bytes("\x01\xbb")), Ok("443"));
  EXPECT_EQ(First("netorder", Bytes("\x00\x00\x01\xbb")), Ok("443"));
  EXPECT_EQ(First("hostorder", Raw<std::uint16_t>(443)), Ok("443"));
  EXPECT_EQ(MakeError("netorder", 1), "decoder 'netorder' takes 2, 4 or 8 bytes, not 1");
}

TEST_F(IntegerDecoders, EnumGivesNamesAndOtherNumbersAsTheyAre) {
  const auto decoder = MakeEnumDecoder({{"NEW", 1}, {"ALSO_NEW", 1}, {"OLD", -1}}, true);
  std::string out;
  EXPECT_EQ(decoder->Decode(Raw<std::int32_t>(1), out), Decoded::kOk);
  EXPECT_EQ(out, "NEW");
  EXPECT_EQ(decoder->Decode(Raw<std::int32_t>(-1), out), Decoded::kOk);
  EXPECT_EQ(out, "OLD");
  EXPECT_EQ(decoder->Decode(Raw<std::int32_t>(-7), out), Decoded::kOk);
  EXPECT_EQ(out, "-7");
  EXPECT_EQ(decoder->Decode("abc", out), Decoded::kError);
  EXPECT_EQ(out, "an enum takes 1, 2, 4 or 8 bytes, not 3");
}

TEST_F(IntegerDecoders, UnsignedEnumDoesNotExtendTheSign) {
  const auto decoder = MakeEnumDecoder({{"LAST", 0xffffffff}}, false);
  std::string out;
  EXPECT_EQ(decoder->Decode(Raw<std::uint32_t>(0xffffffff), out), Decoded::kOk);
  EXPECT_EQ(out, "LAST");
  EXPECT_EQ(decoder->Decode(Raw<std::uint32_t>(0xfffffffe), out), Decoded::kOk);
  EXPECT_EQ(out, "4294967294");
}

}  // namespace
}  // namespace bpf_exporter::decode
