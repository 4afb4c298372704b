// SPDX-License-Identifier: Apache-2.0
#include "host/interface_watch.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>

#include "kernel/network_test_base.h"

namespace bpf_exporter::kernel {
namespace {

using InterfaceWatchTest = NetworkTest;

// As another call of the kernel tells them.
host::InterfaceNames Expected() {
  host::InterfaceNames names;
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> all(if_nameindex(),
                                                                              if_freenameindex);
  for (const struct if_nameindex* i = all.get(); i->if_name != nullptr; ++i) {
    names[static_cast<int>(i->if_index)] = {i->if_name};
  }
  return names;
}

bool IsReadable(const host::InterfaceWatch& watch) {
  pollfd waiting{watch.fd(), POLLIN, 0};
  return poll(&waiting, 1, 0) == 1;
}

TEST_F(InterfaceWatchTest, FollowsWhatComesGoesAndIsRenamed) {
  Result<host::InterfaceWatch> watch = host::InterfaceWatch::Open();
  ASSERT_TRUE(watch.ok());
  ASSERT_TRUE(watch->Update().ok());
  EXPECT_EQ(watch->interfaces(), Expected());
  EXPECT_FALSE(IsReadable(*watch));
  for (const char* command :
       {"ip link add va type veth peer name vb", "ip link set va name vc",
        "ip link add br0 type bridge", "ip link set vc master br0", "ip link set vc nomaster",
        "ip link del vc", "ip link add va type veth peer name vb",
        "ip link del va && ip link add va type veth peer name vb"}) {
    Output(command);
    EXPECT_TRUE(IsReadable(*watch)) << command;
    ASSERT_TRUE(watch->Update().ok()) << command;
    EXPECT_EQ(watch->interfaces(), Expected()) << command;
    EXPECT_FALSE(watch->incomplete()) << command;
  }
}

TEST_F(InterfaceWatchTest, KnowsAlternativeNames) {
  Result<host::InterfaceWatch> watch = host::InterfaceWatch::Open();
  ASSERT_TRUE(watch.ok());
  Output("ip link add va type veth peer name vb");
  Output("ip link property add dev va altname a-very-long-name-of-an-interface");
  ASSERT_TRUE(watch->Update().ok());
  EXPECT_EQ(watch->interfaces().at(static_cast<int>(if_nametoindex("va"))),
            (std::vector<std::string>{"va", "a-very-long-name-of-an-interface"}));
}

TEST_F(InterfaceWatchTest, AsksAgainWhenItMissedSomething) {
  Result<host::InterfaceWatch> watch = host::InterfaceWatch::Open(1);  // the least there is
  ASSERT_TRUE(watch.ok());
  ASSERT_TRUE(watch->Update().ok());
  std::string commands = "set -e; ";
  for (int i = 0; i < 40; ++i) {
    commands += fmt::format("ip link add va{} type veth peer name vb{}; ", i, i);
  }
  for (int i = 0; i < 20; ++i) commands += fmt::format("ip link del va{}; ", i);
  Output(commands);
  EXPECT_EQ(Expected().size(), 41u);
  // A list that is interrupted is asked for again by the next call.
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(watch->Update().ok());
  EXPECT_EQ(watch->interfaces(), Expected());
  EXPECT_FALSE(watch->incomplete());
}

}  // namespace
}  // namespace bpf_exporter::kernel
