// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>

#include "host/folder_watch.h"
#include "host/interface_watch.h"
#include "kernel/hits.h"
#include "kernel/network_test_base.h"

namespace bpf_exporter::kernel {
namespace {

// A pair of interfaces on which nothing but what SendFrames sends moves.
void MakePair(const std::string& name) {
  Output(fmt::format("ip link add {} type veth peer name peer", name));
  Output(fmt::format("ip link set {} up && ip link set peer up", name));
}

constexpr int kFrames = 20;

// Sends frames into "peer", which come in at the other end of the pair.
void SendFrames() {
  const Fd packets(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex("peer"));
  std::array<char, 60> frame{};
  frame.fill('\xff');  // to all, of a protocol that nobody answers
  for (int i = 0; i < kFrames; ++i) {
    ASSERT_EQ(sendto(packets.get(), frame.data(), frame.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to), sizeof(to)),
              static_cast<ssize_t>(frame.size()));
  }
}

class FollowTest : public NetworkTest {
 protected:
  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Output("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
    Result<host::InterfaceWatch> watch = host::InterfaceWatch::Open();
    ASSERT_TRUE(watch.ok());
    watch_.emplace(*std::move(watch));
  }
  void TearDown() override {
    watch_.reset();
    NetworkTest::TearDown();
  }

  // What the log would say.
  std::vector<std::string> Follow(LoadedObject& object, Time now = Time()) {
    EXPECT_TRUE(watch_->Update().ok());
    present_.interfaces = std::make_shared<const host::InterfaceNames>(watch_->interfaces());
    std::vector<std::string> texts;
    for (const PlaceNews& news : object.Follow(present_, now)) texts.push_back(news.text);
    return texts;
  }

  Present present_;

 private:
  std::optional<host::InterfaceWatch> watch_;
};

config::ProbeSpec On(const std::string& program, config::ProbeKind kind,
                     const std::string& interface, const std::string& direction = "") {
  config::ProbeSpec probe = Probe(program, kind, {interface});
  probe.direction.value = direction;
  return probe;
}

constexpr int kSocket = 11, kXdp = 12, kIngress = 13;

TEST_F(FollowTest, CountsOnInterfacesThatComeGoAndComeBack) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {On("by_socket", config::ProbeKind::kSocketFilter, "va*"),
                   On("by_xdp", config::ProbeKind::kXdp, "va*"),
                   On("by_tc_ingress", config::ProbeKind::kTc, "va1", "ingress")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  EXPECT_TRUE(Follow(*object).empty());
  EXPECT_EQ(ProblemOf(*object, "by_xdp"), "xdp: no interface matches 'va*' now");
  std::uint64_t expected = 0;
  for (int round = 0; round < 3; ++round) {
    MakePair("va1");
    EXPECT_EQ(Follow(*object),
              (std::vector<std::string>{"program 'by_socket': attached to socket_filter va1",
                                        "program 'by_xdp': attached to xdp va1",
                                        "program 'by_tc_ingress': attached to tc ingress va1"}));
    EXPECT_TRUE(Follow(*object).empty());
    SendFrames();
    expected += kFrames;
    Output("ip link del va1");
    EXPECT_EQ(Follow(*object),
              (std::vector<std::string>{
                  "program 'by_socket': detached from socket_filter va1: the interface is gone",
                  "program 'by_xdp': detached from xdp va1: the interface is gone",
                  "program 'by_tc_ingress': detached from tc ingress va1: the interface is gone"}));
    EXPECT_TRUE(Follow(*object).empty());
    EXPECT_EQ(ProblemOf(*object, "by_tc_ingress"), "tc ingress va1: the interface is gone");
  }
  EXPECT_EQ(Hits(*object, kXdp), expected);
  EXPECT_EQ(Hits(*object, kIngress), expected);
  EXPECT_EQ(Hits(*object, kSocket), expected);
}

TEST_F(FollowTest, KeepsTheLinkOfAnInterfaceThatIsRenamed) {
  MakePair("va1");
  LoadedObject* object =
      LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                           {On("by_xdp", config::ProbeKind::kXdp, "v*"),
                            On("by_tc_ingress", config::ProbeKind::kTc, "va1", "ingress")}));
  ASSERT_NE(object, nullptr);
  const std::set<std::string> ids = BpfIdsOfThisProcess();
  Output("ip link set va1 down && ip link set va1 name vb1 && ip link set vb1 up");
  EXPECT_EQ(Follow(*object),
            (std::vector<std::string>{
                "program 'by_xdp': xdp va1: the interface is called vb1 now",
                "program 'by_tc_ingress': detached from tc ingress va1: the interface is gone"}));
  EXPECT_EQ(object->programs().size(), PlanOf("probe_hooks", {}).programs.size());
  Output("ip link set vb1 down && ip link set vb1 name va1 && ip link set va1 up");
  Follow(*object);
  std::size_t kept = 0;
  for (const std::string& id : BpfIdsOfThisProcess()) kept += ids.contains(id) ? 1 : 0;
  EXPECT_GE(kept, ids.size() - 1);  // all but the link of tc
}

TEST_F(FollowTest, AttachesAgainWhatSomebodyDetached) {
  MakePair("va1");
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"}, {On("by_xdp", config::ProbeKind::kXdp, "va1")}));
  ASSERT_NE(object, nullptr);
  std::string link;
  for (const std::string& id : BpfIdsOfThisProcess()) {
    if (id.starts_with("link ")) link = id.substr(5);
  }
  Output("bpftool link detach id " + link);
  EXPECT_EQ(Follow(*object),
            (std::vector<std::string>{"program 'by_xdp': detached from xdp va1: the interface is "
                                      "there, and somebody detached it",
                                      "program 'by_xdp': attached to xdp va1"}));
}

TEST_F(FollowTest, TriesAgainWhatFailsAndSaysItOnce) {
  MakePair("va1");
  Result<LoadedObject> loaded = LoadedObject::Load(
      PlanOf("probe_hooks", {"hits"}, {On("by_xdp", config::ProbeKind::kXdp, "va1")}), {});
  ASSERT_TRUE(loaded.ok());
  std::optional<LoadedObject> first(*std::move(loaded));
  first->Attach();
  LoadedObject* second =
      Load(PlanOf("probe_hooks", {"hits"}, {On("by_xdp", config::ProbeKind::kXdp, "va*")}));
  ASSERT_NE(second, nullptr);
  Time now{};
  EXPECT_EQ(Follow(*second, now),
            std::vector<std::string>{"program 'by_xdp': xdp: attach to interface 'va1': Device or "
                                     "resource busy; another XDP program is attached there"});
  for (int i = 0; i < 10; ++i) {
    now += std::chrono::seconds(1);
    EXPECT_TRUE(Follow(*second, now).empty());
  }
  first.reset();
  now += std::chrono::seconds(60);
  EXPECT_EQ(Follow(*second, now),
            std::vector<std::string>{"program 'by_xdp': attached to xdp va1"});
}

TEST_F(FollowTest, LeaksNothingWhenInterfacesComeAndGo) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {On("by_socket", config::ProbeKind::kSocketFilter, "*"),
                   On("by_xdp", config::ProbeKind::kXdp, "va*"),
                   On("by_tc_ingress", config::ProbeKind::kTc, "va*", "ingress")}));
  ASSERT_NE(object, nullptr);
  Follow(*object);
  const std::size_t fds = OpenFds();
  const std::set<std::string> ids = BpfIdsOfThisProcess();
  for (int round = 0; round < 50; ++round) {
    Output("ip link add va1 type veth peer name vb1");
    EXPECT_EQ(Follow(*object).size(), 4u);
    EXPECT_GT(OpenFds(), fds);
    Output("ip link del va1");
    EXPECT_EQ(Follow(*object).size(), 4u);
    ASSERT_EQ(OpenFds(), fds) << round;
  }
  EXPECT_EQ(BpfIdsOfThisProcess(), ids);
}

// Where cgroup2 is mounted; empty: nowhere.
std::string Cgroup2() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, place, type, rest;
       mounts >> device >> place >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") return place;
  }
  return {};
}

TEST_F(FollowTest, AttachesToACgroupThatIsMadeAnew) {
  const std::string mount = Cgroup2();
  if (mount.empty()) SKIP_OR_FAIL("cgroup2 is not mounted");
  const std::string name = fmt::format("bpf_exporter_follow_{}", getpid());
  const std::string path = mount + "/" + name;
  LoadedObject* object = Load(
      PlanOf("probe_hooks", {"hits"}, {Probe("by_cgroup", config::ProbeKind::kCgroup, {name})}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string missing = ProblemOf(*object, "by_cgroup");
  EXPECT_TRUE(missing.starts_with("cgroup: open '" + path + "': No such file")) << missing;
  EXPECT_EQ(object->followed().cgroups, std::vector<std::string>{path});
  host::FolderWatch watch({path});
  const auto follow = [&] {
    present_.cgroups.clear();
    if (const std::uint64_t id = watch.Look().front(); id != 0) present_.cgroups[path] = id;
    return Follow(*object);
  };
  EXPECT_TRUE(follow().empty());
  const std::string attached = "program 'by_cgroup': attached to cgroup " + name;
  const std::string gone =
      fmt::format("program 'by_cgroup': detached from cgroup {}: the cgroup is gone", name);
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
    EXPECT_EQ(follow(), std::vector<std::string>{attached});
    EXPECT_TRUE(follow().empty());
    Output(fmt::format("sh -c 'echo $$ >{}/cgroup.procs; ping -q -c 5 -i 0.002 127.0.0.1'", path));
    // Requests and replies leave over lo, but only this process is in the cgroup.
    EXPECT_EQ(Hits(*object, 15), 5u * static_cast<unsigned>(round + 1));
    ASSERT_EQ(rmdir(path.c_str()), 0);
    EXPECT_EQ(follow(), std::vector<std::string>{gone});
  }
  // Gone and made anew between two looks.
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  follow();
  ASSERT_EQ(rmdir(path.c_str()), 0);
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  EXPECT_EQ(follow(), (std::vector<std::string>{gone, attached}));
  ASSERT_EQ(rmdir(path.c_str()), 0);
}

}  // namespace
}  // namespace bpf_exporter::kernel
