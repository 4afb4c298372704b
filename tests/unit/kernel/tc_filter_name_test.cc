// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/tc_filter_name.h"

#include <gtest/gtest.h>

namespace bpf_exporter::kernel {
namespace {

TEST(TcFilterNameTest, SaysWhoseAFilterIs) {
  const TcFilterName name{"0123456789abcdef", true, "packets", "count_packets"};
  EXPECT_EQ(TcFilterNameText(name), "bpf_exporter:0123456789abcdef:made:packets:count_packets");
  const auto parsed = ParseTcFilterName("bpf_exporter:ff:found:a:b:program");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->token, "ff");
  EXPECT_FALSE(parsed->made_qdisc);
  EXPECT_EQ(parsed->config, "a:b");
  EXPECT_EQ(parsed->program, "program");
}

TEST(TcFilterNameTest, KnowsNamesOfOthers) {
  for (const char* name :
       {"", "count_packets:[12]", "cil_from_netdev-eth0", "bpf_exporter",
        "bpf_exporter:", "bpf_exporter:ff", "bpf_exporter:ff:made:", "bpf_exporter:ff:made:config",
        "bpf_exporter::made:config:program", "bpf_exporter:ff:other:config:program"}) {
    EXPECT_FALSE(ParseTcFilterName(name)) << name;
  }
}

TEST(TcFilterNameTest, FitsTheKernelHoweverLongTheNamesAre) {
  const TcFilterName name{"0123456789abcdef", false, std::string(300, 'c'), std::string(300, 'p')};
  const std::string text = TcFilterNameText(name);
  EXPECT_LE(text.size(), 255u);
  const auto parsed = ParseTcFilterName(text);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(IsOfConfig(*parsed, name.config));
  EXPECT_FALSE(IsOfConfig(*parsed, "other"));
  EXPECT_FALSE(IsOfConfig(*parsed, "c"));
}

TEST(TcFilterNameTest, HasHandlesThatDiffer) {
  const std::uint32_t handle = TcHandle({"1", true, "one", "program"});
  EXPECT_NE(handle, 0u);
  EXPECT_EQ(TcHandle({"2", false, "one", "program"}), handle);
  EXPECT_NE(TcHandle({"1", true, "two", "program"}), handle);
  EXPECT_NE(TcHandle({"1", true, "one", "other"}), handle);
}

}  // namespace
}  // namespace bpf_exporter::kernel
