// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "kernel/hits.h"
#include "kernel/namespaces.h"
#include "kernel/support.h"

// One program in several places.
namespace bpf_exporter::kernel {
namespace {

config::ProbeSpec AtEach(config::ProbeSpec probe) {
  probe.every_target = true;
  return probe;
}

const metrics::ProgramStatus& StatusOf(const LoadedObject& object, const std::string& program) {
  for (const metrics::ProgramStatus& status : object.programs()) {
    if (status.name == program) return status;
  }
  throw std::out_of_range(program);
}

// A line for each place: its name, and whether it is attached or why it is not.
std::string PlacesOf(const LoadedObject& object, const std::string& program) {
  std::string lines;
  for (const metrics::PlaceStatus& place : StatusOf(object, program).places) {
    lines += place.name + (place.attached ? ": attached\n" : ": " + place.problem + "\n");
  }
  return lines;
}

using Places = KernelTest;

TEST_F(Places, CountAtEachOfThreeTracepoints) {
  const OwnNamespace space(OwnNamespace::Kind::kMount);
  ASSERT_EQ(space.problem(), "");
  if (!std::filesystem::exists("/sys/kernel/tracing/events")) {
    ASSERT_EQ(mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr), 0);
  }
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {AtEach(Probe("by_tracepoint", config::ProbeKind::kTracepoint,
                                {"syscalls/sys_enter_getppid", "syscalls/sys_exit_getppid",
                                 "syscalls/no_such_event"})),
                   Probe("by_tracepoint", config::ProbeKind::kTracepoint,
                         {"syscalls/no_such_event", "syscalls/sys_enter_getsid"})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  WantThisProcess(*object);
  CallGetppid(300);
  for (int i = 0; i < 50; ++i) getsid(0);
  EXPECT_EQ(Hits(*object, 0), 2u * 300 + 50);

  const metrics::ProgramStatus& status = StatusOf(*object, "by_tracepoint");
  EXPECT_TRUE(status.attached) << "what is missing costs only itself";
  EXPECT_TRUE(status.Missed());
  ASSERT_EQ(status.places.size(), 4u);
  EXPECT_EQ(status.places[0].name, "tracepoint syscalls/sys_enter_getppid");
  EXPECT_TRUE(status.places[0].attached);
  EXPECT_TRUE(status.places[1].attached);
  EXPECT_FALSE(status.places[2].attached);
  EXPECT_TRUE(status.places[2].problem.starts_with(
      "tracepoint 'syscalls/no_such_event': No such file or directory; "))
      << status.places[2].problem;
  EXPECT_EQ(status.problem, status.places[2].problem);
  EXPECT_EQ(status.places[3].name, "tracepoint syscalls/no_such_event|syscalls/sys_enter_getsid");
  EXPECT_TRUE(status.places[3].attached);
}

TEST_F(Places, ThatAreOptionalAreNotMissed) {
  config::ProbeSpec optional =
      Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint, {"no_such_event"});
  optional.optional = true;
  LoadedObject* object = Load(PlanOf(
      "probe_hooks", {"hits"},
      {Probe("by_raw_tracepoint", config::ProbeKind::kRawTracepoint, {"sys_enter"}), optional}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_TRUE(StatusOf(*object, "by_raw_tracepoint").attached);
  EXPECT_FALSE(StatusOf(*object, "by_raw_tracepoint").Missed());
}

// A namespace with the pairs left0-right0 and left1-right1, on which nothing moves but what the
// test sends.
class PlacesOnInterfaces : public KernelTest {
 protected:
  static constexpr int kFrames[] = {40, 15};

  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    space_ = std::make_unique<OwnNamespace>(OwnNamespace::Kind::kNetwork);
    ASSERT_EQ(space_->problem(), "");
    Output("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
    for (const int i : {0, 1}) {
      Output(
          fmt::format("ip link add left{0} type veth peer name right{0} && "
                      "ip link set left{0} up && ip link set right{0} up",
                      i));
    }
  }
  void TearDown() override {
    DestroyObjects();
    space_.reset();
    KernelTest::TearDown();
  }

  // Sends kFrames[pair] frames from the right end of the pair to the left one.
  static void Send(int pair) {
    const Fd packets(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = static_cast<int>(if_nametoindex(fmt::format("right{}", pair).c_str()));
    std::array<char, 60> frame{};
    frame.fill('\xff');  // to all, of a protocol that nobody answers
    for (int i = 0; i < kFrames[pair]; ++i) {
      ASSERT_EQ(sendto(packets.get(), frame.data(), frame.size(), 0,
                       reinterpret_cast<const sockaddr*>(&to), sizeof(to)),
                static_cast<ssize_t>(frame.size()));
    }
  }

  // Frames that the left end of the pair received, as the kernel's own counter has it.
  static std::uint64_t Received(int pair) {
    return std::stoull(Output(
        fmt::format(R"(sed -n 's/^ *left{}: *[0-9]* *\([0-9]*\) .*/\1/p' /proc/net/dev)", pair)));
  }

  // The program counts in `slot` what both ends on the left receive, and, when one of them is
  // deleted, goes on with the other.
  void CountOnBoth(const config::ProbeSpec& probe, std::uint32_t slot) {
    LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
    ASSERT_NE(object, nullptr);
    object->Attach();
    const std::uint64_t before = Received(0) + Received(1);
    Send(0);
    Send(1);
    const std::uint64_t sum = Received(0) + Received(1) - before;
    EXPECT_EQ(sum, static_cast<std::uint64_t>(kFrames[0] + kFrames[1]));
    EXPECT_EQ(Hits(*object, slot), sum);
    Output("ip link del left0");
    Send(1);
    EXPECT_EQ(Hits(*object, slot), sum + kFrames[1]);
    EXPECT_EQ(Received(1), 2u * kFrames[1]);
  }

 private:
  std::unique_ptr<OwnNamespace> space_;
};

TEST_F(PlacesOnInterfaces, CountWithASocketFilterOnEach) {
  CountOnBoth(AtEach(Probe("by_socket", config::ProbeKind::kSocketFilter, {"left0", "left[0-9]*"})),
              11);
}

TEST_F(PlacesOnInterfaces, CountWithXdpOnEach) {
  CountOnBoth(AtEach(Probe("by_xdp", config::ProbeKind::kXdp, {"left0", "left1"})), 12);
}

TEST_F(PlacesOnInterfaces, CountWithTcOnEach) {
  config::ProbeSpec probe = AtEach(Probe("by_tc_ingress", config::ProbeKind::kTc, {"left*"}));
  probe.direction.value = "ingress";
  CountOnBoth(probe, 13);
}

TEST_F(PlacesOnInterfaces, AreNamedOneByOne) {
  LoadedObject* object = Load(PlanOf(
      "probe_hooks", {"hits"},
      {AtEach(Probe("by_xdp", config::ProbeKind::kXdp, {"left1", "left*", "none0", "dummy*"}))}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string places = PlacesOf(*object, "by_xdp");
  EXPECT_TRUE(
      places.starts_with("xdp left1: attached\nxdp left0: attached\nxdp none0: xdp: attach "
                         "to interface 'none0': no such interface (have: "))
      << places;
  EXPECT_TRUE(places.ends_with("\nxdp dummy*: xdp: no interface matches 'dummy*' now\n")) << places;
  EXPECT_TRUE(StatusOf(*object, "by_xdp").Missed()) << "none0";
}

}  // namespace
}  // namespace bpf_exporter::kernel
