// SPDX-License-Identifier: Apache-2.0
#include "host/interfaces.h"

#include <net/if.h>

#include <cstdlib>

#include "kernel/namespaces.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

using InterfacesTest = KernelTest;

TEST_F(InterfacesTest, KeepTheNameOfOneThatIsGoneForTenMinutes) {
  const OwnNamespace space(OwnNamespace::Kind::kNetwork);
  ASSERT_EQ(space.problem(), "");
  if (std::system("ip link add gone type veth 2>/dev/null") != 0) {
    GTEST_SKIP() << "this kernel has no virtual interfaces";
  }
  Time now{std::chrono::hours(1)};
  host::Interfaces interfaces([&] { return now; });
  const std::uint32_t index = if_nametoindex("gone");
  EXPECT_EQ(interfaces.Name(index), "gone");
  ASSERT_EQ(std::system("ip link delete gone"), 0);
  ASSERT_EQ(if_nametoindex("gone"), 0u);
  now += std::chrono::minutes(9);
  EXPECT_EQ(interfaces.Name(index), "gone");
  now += std::chrono::minutes(1);
  EXPECT_EQ(interfaces.Name(index), "");
}

}  // namespace
}  // namespace bpf_exporter::kernel
