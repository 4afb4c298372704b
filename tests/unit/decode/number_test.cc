// SPDX-License-Identifier: Apache-2.0
#include "decode/number.h"

#include <netinet/in.h>

#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class NumberDecoders : public DecoderTest {};

TEST_F(NumberDecoders, ErrnoGivesGoNames) {
  EXPECT_EQ(Text("errno", "0"), Ok("unknown:0"));
  EXPECT_EQ(Text("errno", "1"), Ok("EPERM"));
  EXPECT_EQ(Text("errno", "11"), Ok("EAGAIN"));
  EXPECT_EQ(Text("errno", "35"), Ok("EDEADLK"));
  EXPECT_EQ(Text("errno", "41"), Ok("unknown:41"));
  EXPECT_EQ(Text("errno", "58"), Ok("unknown:58"));
  EXPECT_EQ(Text("errno", "95"), Ok("ENOTSUP"));
  EXPECT_EQ(Text("errno", "104"), Ok("ECONNRESET"));
  EXPECT_EQ(Text("errno", "133"), Ok("EHWPOISON"));
  EXPECT_EQ(Text("errno", "134"), Ok("unknown:134"));
  EXPECT_EQ(Text("errno", "1000"), Ok("unknown:1000"));
}

TEST_F(NumberDecoders, ErrnoHasANameForEveryNumberButTwo) {
  for (int number = 1; number <= 133; ++number) {
    const std::string text = Text("errno", std::to_string(number)).text;
    if (number == 41 || number == 58) continue;
    EXPECT_TRUE(text.starts_with('E')) << number << ": " << text;
  }
}

TEST_F(NumberDecoders, EveryUnsignedAndSignedNumberIsANumber) {
  EXPECT_EQ(Text("errno", "9223372036854775808"), Ok("unknown:9223372036854775808"));
  EXPECT_EQ(Text("errno", "18446744073709551615"), Ok("unknown:18446744073709551615"));
  EXPECT_EQ(Text("errno", "-9223372036854775808"), Ok("unknown:-9223372036854775808"));
}

TEST_F(NumberDecoders, OtherTextIsAnError) {
  EXPECT_EQ(Text("errno", "x"), Failed("decoder 'errno' takes a decimal number, not 'x'"));
  EXPECT_EQ(Text("errno", ""), Failed("decoder 'errno' takes a decimal number, not ''"));
  EXPECT_EQ(Text("errno", "1 "), Failed("decoder 'errno' takes a decimal number, not '1 '"));
  EXPECT_EQ(Text("errno", "0x1"), Failed("decoder 'errno' takes a decimal number, not '0x1'"));
  EXPECT_EQ(Text("errno", "18446744073709551616"),
            Failed("decoder 'errno' takes a decimal number, not '18446744073709551616'"));
  EXPECT_EQ(Text("errno", "--1").result, Decoded::kError);
}

TEST_F(NumberDecoders, TakeAnIntegerAsTheFirstOfTheirLabel) {
  EXPECT_EQ(First("errno", Raw<std::uint32_t>(104)), Ok("ECONNRESET"));
  EXPECT_EQ(First("ip_protocol", Raw<std::uint8_t>(6)), Ok("tcp"));
  EXPECT_EQ(MakeError("errno", 3),
            "decoder 'errno' takes decimal text from the decoder before it, or an integer of 1, 2, "
            "4 or 8 bytes, not 3");
}

TEST_F(NumberDecoders, IpProtocolGivesNamesAndOtherNumbersAsTheyAre) {
  EXPECT_EQ(Text("ip_protocol", std::to_string(IPPROTO_TCP)), Ok("tcp"));
  EXPECT_EQ(Text("ip_protocol", std::to_string(IPPROTO_UDP)), Ok("udp"));
  EXPECT_EQ(Text("ip_protocol", std::to_string(IPPROTO_ICMP)), Ok("icmp"));
  EXPECT_EQ(Text("ip_protocol", std::to_string(IPPROTO_ICMPV6)), Ok("ipv6-icmp"));
  EXPECT_EQ(Text("ip_protocol", std::to_string(IPPROTO_SCTP)), Ok("sctp"));
  EXPECT_EQ(Text("ip_protocol", std::to_string(IPPROTO_MPTCP)), Ok("mptcp"));
  EXPECT_EQ(Text("ip_protocol", "255"), Ok("255"));
  EXPECT_EQ(Text("ip_protocol", "-1"), Ok("-1"));
}

TEST_F(NumberDecoders, DurationIsReadable) {
  EXPECT_EQ(Text("duration", "0"), Ok("0s"));
  EXPECT_EQ(Text("duration", "999"), Ok("999ns"));
  EXPECT_EQ(Text("duration", "1500"), Ok("1.5µs"));
  EXPECT_EQ(Text("duration", "250000000"), Ok("250ms"));
  EXPECT_EQ(Text("duration", "1000000001"), Ok("1.000000001s"));
  EXPECT_EQ(Text("duration", "90000000000"), Ok("1m30s"));
  EXPECT_EQ(Text("duration", "3600000000000"), Ok("1h0m0s"));
  EXPECT_EQ(Text("duration", "-1000000000"), Ok("-1s"));
  EXPECT_EQ(Text("duration", "-9223372036854775808"), Ok("-2562047h47m16.854775808s"));
  EXPECT_EQ(Text("duration", "18446744073709551615"), Ok("5124095h34m33.709551615s"));
  EXPECT_EQ(First("duration", Raw<std::uint64_t>(1000000)), Ok("1ms"));
}

}  // namespace
}  // namespace bpf_exporter::decode
