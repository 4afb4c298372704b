// SPDX-License-Identifier: Apache-2.0
#include "host/interface_watch.h"

#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <random>

#include "unit/decode/run.h"

namespace bpf_exporter::host {
namespace {

constexpr unsigned kPropList = 52, kAltIfname = 53;

std::string Padded(std::string bytes) {
  bytes.resize(NLMSG_ALIGN(bytes.size()));
  return bytes;
}

std::string Attribute(unsigned type, const std::string& value) {
  const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()),
                      static_cast<std::uint16_t>(type)};
  return Padded(decode::Raw(header) + value);
}

std::string Name(const std::string& name) { return Attribute(IFLA_IFNAME, name + '\0'); }

std::string Message(std::uint16_t type, const std::string& body, std::uint16_t flags = 0,
                    std::uint32_t number = 0) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + body.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  header.nlmsg_seq = number;
  return Padded(decode::Raw(header) + body);
}

std::string Link(int index, unsigned char family = AF_UNSPEC) {
  ifinfomsg info{};
  info.ifi_family = family;
  info.ifi_index = index;
  return decode::Raw(info);
}

LinkMessages Read(std::string_view datagram) {
  LinkMessages read;
  ReadLinkMessages(datagram, read);
  return read;
}

TEST(LinkMessages, TellOfInterfacesInTheirOrder) {
  const LinkMessages read =
      Read(Message(RTM_NEWLINK, Link(7) + Attribute(1, "abcdef") + Name("eth0")) +
           Message(RTM_DELLINK, Link(7) + Name("eth0"), 0, 12));
  EXPECT_FALSE(read.lost);
  ASSERT_EQ(read.messages.size(), 2u);
  EXPECT_EQ(read.messages[0].index, 7);
  EXPECT_FALSE(read.messages[0].removed);
  EXPECT_EQ(read.messages[0].names, std::vector<std::string>{"eth0"});
  EXPECT_TRUE(read.messages[1].removed);
  EXPECT_EQ(read.messages[1].list, 0u);  // the number is of the request that removed it
}

TEST(LinkMessages, GiveTheNameBeforeTheAlternativeOnes) {
  const std::string others = Attribute(kAltIfname, std::string("enp0s3\0", 7)) +
                             Attribute(kAltIfname, std::string("uplink\0", 7));
  const LinkMessages read = Read(
      Message(RTM_NEWLINK, Link(2) + Attribute(kPropList | NLA_F_NESTED, others) + Name("eth0")));
  ASSERT_EQ(read.messages.size(), 1u);
  EXPECT_EQ(read.messages[0].names, (std::vector<std::string>{"eth0", "enp0s3", "uplink"}));
}

TEST(LinkMessages, LeaveOutBridgePortsAndWirelessEvents) {
  // A port that leaves its bridge is still an interface.
  const LinkMessages read = Read(Message(RTM_DELLINK, Link(7, AF_BRIDGE) + Name("eth0")) +
                                 Message(RTM_NEWLINK, Link(8) + Attribute(IFLA_WIRELESS, "x")));
  EXPECT_FALSE(read.lost);
  EXPECT_TRUE(read.messages.empty());
}

TEST(LinkMessages, TellWhichListTheyBelongTo) {
  const LinkMessages read = Read(Message(RTM_NEWLINK, Link(1) + Name("lo"), NLM_F_MULTI, 3) +
                                 Message(NLMSG_DONE, decode::Raw<int>(0), NLM_F_MULTI, 3));
  ASSERT_EQ(read.messages.size(), 1u);
  EXPECT_EQ(read.messages[0].list, 3u);
  EXPECT_EQ(read.done, 3u);
}

TEST(LinkMessages, TellThatSomethingIsMissing) {
  EXPECT_TRUE(
      Read(Message(RTM_NEWLINK, Link(1) + Name("lo"), NLM_F_MULTI | NLM_F_DUMP_INTR, 3)).lost);
  EXPECT_TRUE(Read(Message(NLMSG_OVERRUN, "")).lost);
  EXPECT_TRUE(Read(Message(RTM_NEWLINK, "short")).lost);
  const std::string whole = Message(RTM_NEWLINK, Link(1) + Name("lo"));
  EXPECT_FALSE(Read(whole).lost);
  EXPECT_TRUE(Read(whole.substr(0, whole.size() - 4)).lost);
}

TEST(LinkMessages, TellWhatTheKernelRefuses) {
  EXPECT_EQ(Read(Message(NLMSG_ERROR, decode::Raw<int>(-EBUSY))).error, EBUSY);
}

TEST(LinkMessages, SurviveAnyBytes) {
  std::mt19937 random(1);
  const std::string whole =
      Message(RTM_NEWLINK, Link(7) + Attribute(kPropList, Name("x")) + Name("eth0")) +
      Message(RTM_DELLINK, Link(7)) + Message(NLMSG_DONE, "abcd");
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole.substr(0, random() % (whole.size() + 1));
    for (std::size_t changes = random() % 5; changes > 0 && !bytes.empty(); --changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    EXPECT_LE(Read(bytes).messages.size(), bytes.size() / sizeof(nlmsghdr));
  }
}

TEST(InterfaceWatch, KnowsTheInterfacesThereAre) {
  Result<InterfaceWatch> watch = InterfaceWatch::Open();
  ASSERT_TRUE(watch.ok());
  EXPECT_TRUE(watch->interfaces().empty());
  ASSERT_TRUE(watch->Update().ok());
  EXPECT_FALSE(watch->incomplete());
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> expected(
      if_nameindex(), if_freenameindex);
  std::size_t count = 0;
  for (const struct if_nameindex* i = expected.get(); i->if_name != nullptr; ++i, ++count) {
    const auto found = watch->interfaces().find(static_cast<int>(i->if_index));
    ASSERT_NE(found, watch->interfaces().end()) << i->if_name;
    EXPECT_EQ(found->second.front(), i->if_name);
  }
  EXPECT_EQ(watch->interfaces().size(), count);
}

}  // namespace
}  // namespace bpf_exporter::host
