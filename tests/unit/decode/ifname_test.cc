// SPDX-License-Identifier: Apache-2.0
#include <net/if.h>

#include "unit/decode/host.h"

namespace bpf_exporter::decode {
namespace {

class Ifname : public HostTest {};

TEST_F(Ifname, GivesTheNameOfAnInterface) {
  const std::uint32_t index = if_nametoindex("lo");
  ASSERT_NE(index, 0u);
  EXPECT_EQ(First("ifname", Raw(index)), Ok("lo"));
  EXPECT_EQ(First("ifname", Raw(index) + "more"), Ok("lo"));
  Advance(std::chrono::seconds(60));
  EXPECT_EQ(First("ifname", Raw(index)), Ok("lo"));
}

TEST_F(Ifname, SaysUnknownForOthersAndAsksAgain) {
  EXPECT_EQ(First("ifname", Raw<std::uint32_t>(0)), Provisional("unknown:0"));
  EXPECT_EQ(First("ifname", Raw<std::uint32_t>(0x7ffffffe)), Provisional("unknown:2147483646"));
  EXPECT_EQ(First("ifname", Raw<std::uint32_t>(0xffffffff)), Provisional("unknown:4294967295"));
}

TEST_F(Ifname, NeedsFourBytes) {
  EXPECT_EQ(MakeError("ifname", 2), "decoder 'ifname' takes 4 bytes or more, not 2");
}

}  // namespace
}  // namespace bpf_exporter::decode
