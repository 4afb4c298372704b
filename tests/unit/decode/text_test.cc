// SPDX-License-Identifier: Apache-2.0
#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class TextDecoders : public DecoderTest {};

TEST_F(TextDecoders, StringEndsAtTheFirstNul) {
  EXPECT_EQ(First("string", Bytes("bananas\0and more\0")), Ok("bananas"));
  EXPECT_EQ(First("string", "sixteen bytes all"), Ok("sixteen bytes all"));
  EXPECT_EQ(First("string", Bytes("\0\0\0\0")), Ok(""));
  EXPECT_EQ(First("string", "\xff\xfe"), Ok("\xff\xfe"));
}

TEST_F(TextDecoders, HexWritesBytesInMemoryOrder) {
  EXPECT_EQ(First("hex", "\xde\xad\xbe\xef"), Ok("deadbeef"));
  EXPECT_EQ(First("hex", Bytes("\0\x01\x0a")), Ok("00010a"));
  EXPECT_EQ(Text("hex", ""), Ok(""));
}

TEST_F(TextDecoders, MacJoinsSixBytesWithColons) {
  EXPECT_EQ(First("mac", Bytes("\xaa\xbb\xcc\x00\x0e\xff")), Ok("aa:bb:cc:00:0e:ff"));
  EXPECT_EQ(MakeError("mac", 8), "decoder 'mac' takes 6 bytes, not 8");
}

TEST_F(TextDecoders, DnameTurnsLengthsIntoDots) {
  EXPECT_EQ(Text("dname",
                 "\x07"
                 "example"
                 "\x03"
                 "com"),
            Ok("example.com"));
  EXPECT_EQ(Text("dname", ""), Ok("."));
  EXPECT_EQ(Text("dname",
                 "\x03"
                 "com"),
            Ok("com"));
}

TEST_F(TextDecoders, DnameEndsWithADotAfterAZeroLength) {
  EXPECT_EQ(Text("dname", Bytes("\x03"
                                "com\0")),
            Ok("com."));
}

TEST_F(TextDecoders, DnameLeavesABrokenNameAsItIs) {
  EXPECT_EQ(Text("dname",
                 "\x05"
                 "com"),
            Ok("\x05"
               "com"));
  EXPECT_EQ(Text("dname",
                 "\x03"
                 "com"
                 "\xff"),
            Ok("\x03"
               "com"
               "\xff"));
}

}  // namespace
}  // namespace bpf_exporter::decode
