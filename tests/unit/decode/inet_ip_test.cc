// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <random>

#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class InetIp : public DecoderTest {
 protected:
  // The decoder's answer for the 16 bytes that inet_pton makes of `text`.
  std::string FromV6(const char* text) {
    std::string bytes(16, '\0');
    EXPECT_EQ(inet_pton(AF_INET6, text, bytes.data()), 1) << text;
    return First("inet_ip", bytes).text;
  }
};

TEST_F(InetIp, WritesIpv4AsADottedQuad) {
  EXPECT_EQ(First("inet_ip", Bytes("\x7f\x00\x00\x01")), Ok("127.0.0.1"));
  EXPECT_EQ(First("inet_ip", "\xff\xff\xff\xff"), Ok("255.255.255.255"));
}

TEST_F(InetIp, CompressesIpv6) {
  EXPECT_EQ(FromV6("2400:cb00:4:1024::a29e:fd8f"), "2400:cb00:4:1024::a29e:fd8f");
  EXPECT_EQ(FromV6("::"), "::");
  EXPECT_EQ(FromV6("::1"), "::1");
  EXPECT_EQ(FromV6("fe80::"), "fe80::");
  EXPECT_EQ(FromV6("1:0:2:3:4:5:6:7"), "1:0:2:3:4:5:6:7");
  EXPECT_EQ(FromV6("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
  EXPECT_EQ(FromV6("1:0:0:2:3:0:0:4"), "1::2:3:0:0:4");
  EXPECT_EQ(FromV6("0:0:1:2:3:4:5:6"), "::1:2:3:4:5:6");
}

TEST_F(InetIp, WritesMappedIpv4AsADottedQuadAndCompatibleIpv4AsIpv6) {
  EXPECT_EQ(FromV6("::ffff:10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(FromV6("::10.1.2.3"), "::a01:203");
}

TEST_F(InetIp, AnswersForEveryOtherLength) {
  EXPECT_EQ(Text("inet_ip", ""), Ok("<nil>"));
  EXPECT_EQ(First("inet_ip", "\x01\x02\xff"), Ok("?0102ff"));
  EXPECT_EQ(First("inet_ip", std::string(17, '\x01')),
            Ok("?" + Text("hex", std::string(17, '\x01')).text));
}

TEST_F(InetIp, AgreesWithInetNtopOnRandomAddresses) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(16, '\0');
    for (std::size_t group = 0; group < 8; ++group) {
      if (random() % 3 == 0) continue;
      bytes[2 * group] = static_cast<char>(random());
      bytes[2 * group + 1] = static_cast<char>(random());
    }
    bytes[0] |= 0x20;  // neither mapped nor compatible IPv4, which inet_ntop writes differently
    char text[INET6_ADDRSTRLEN];
    ASSERT_NE(inet_ntop(AF_INET6, bytes.data(), text, sizeof(text)), nullptr);
    ASSERT_EQ(First("inet_ip", bytes), Ok(text));
  }
}

}  // namespace
}  // namespace bpf_exporter::decode
