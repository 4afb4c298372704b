// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "kernel/hits.h"
#include "kernel/network_test_base.h"

namespace bpf_exporter::kernel {
namespace {

constexpr int kPackets = 60;

using AttachingToNetwork = NetworkTest;

TEST_F(AttachingToNetwork, CountsEachPacketOnceWithASocketFilter) {
  LoadedObject* object = LoadAndAttach(
      PlanOf("probe_hooks", {"hits"},
             {OnInterface("by_socket", config::ProbeKind::kSocketFilter, "lo"),
              OnInterface("by_entry_alone", config::ProbeKind::kSocketFilter, "lo")}));
  ASSERT_NE(object, nullptr);
  ASSERT_TRUE(SendDatagrams(kPackets, 100));
  EXPECT_EQ(Hits(*object, 11), kPackets);
  EXPECT_EQ(Hits(*object, 16), kPackets);
}

TEST_F(AttachingToNetwork, CountsPacketsWithXdpAndTc) {
  LoadedObject* object =
      LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                           {OnInterface("by_xdp", config::ProbeKind::kXdp, "lo"),
                            OnInterface("by_tc_ingress", config::ProbeKind::kTc, "lo", "ingress"),
                            OnInterface("by_tc_egress", config::ProbeKind::kTc, "lo", "egress")}));
  ASSERT_NE(object, nullptr);
  ASSERT_TRUE(SendDatagrams(kPackets, 100));
  EXPECT_EQ(Hits(*object, 12), kPackets);
  EXPECT_EQ(Hits(*object, 13), kPackets);
  EXPECT_EQ(Hits(*object, 14), kPackets);
}

TEST_F(AttachingToNetwork, DetachesFromInterfaces) {
  LoadAndAttach(PlanOf("probe_hooks", {"hits"},
                       {OnInterface("by_xdp", config::ProbeKind::kXdp, "lo"),
                        OnInterface("by_tc_ingress", config::ProbeKind::kTc, "lo", "ingress"),
                        OnInterface("by_socket", config::ProbeKind::kSocketFilter, "lo")}));
  EXPECT_NE(Output("bpftool net show").find("lo("), std::string::npos);
  EXPECT_NE(Output("ip link show lo").find("xdp"), std::string::npos);
  DestroyObjects();
  EXPECT_EQ(Output("bpftool net show").find("lo("), std::string::npos);
  EXPECT_EQ(Output("ip link show lo").find("xdp"), std::string::npos);
  EXPECT_EQ(Output("tc qdisc show dev lo").find("clsact"), std::string::npos);
}

TEST_F(AttachingToNetwork, NamesTheInterfacesThereAre) {
  LoadedObject* object =
      Load(PlanOf("probe_hooks", {"hits"},
                  {OnInterface("by_socket", config::ProbeKind::kSocketFilter, "eth9"),
                   OnInterface("by_xdp", config::ProbeKind::kXdp, "eth9"),
                   OnInterface("by_tc_egress", config::ProbeKind::kTc, "eth9", "egress"),
                   OnInterface("by_entry_alone", config::ProbeKind::kSocketFilter, "lo")}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string problem = ProblemOf(*object, "by_socket");
  EXPECT_TRUE(
      problem.starts_with("socket_filter: attach to interface 'eth9': no such interface (have: lo"))
      << problem;
  EXPECT_TRUE(ProblemOf(*object, "by_xdp").starts_with("xdp: attach to interface 'eth9': "));
  EXPECT_TRUE(ProblemOf(*object, "by_tc_egress").starts_with("tc: attach to interface 'eth9': "));
  EXPECT_EQ(ProblemOf(*object, "by_entry_alone"), "");
}

TEST_F(AttachingToNetwork, SaysThatAnotherXdpProgramIsThere) {
  const plan::ConfigPlan plan =
      PlanOf("probe_hooks", {"hits"}, {OnInterface("by_xdp", config::ProbeKind::kXdp, "lo")});
  LoadAndAttach(plan);
  LoadedObject* second = Load(plan);
  ASSERT_NE(second, nullptr);
  second->Attach();
  EXPECT_EQ(ProblemOf(*second, "by_xdp"),
            "xdp: attach to interface 'lo': Device or resource busy; another XDP program is "
            "attached there");
}

TEST_F(AttachingToNetwork, FollowsTheSectionsOfEbpfExporter) {
  LoadedObject* object = Load(PlanOf("compatible_sections", {"hits"}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  WantThisProcess(*object);
  ASSERT_TRUE(SendDatagrams(kPackets, 100));
  Burn(0.5);
  EXPECT_EQ(Hits(*object, 2), kPackets);
  EXPECT_GE(Hits(*object, 0), 30u);
  EXPECT_LE(Hits(*object, 0), 200u);
  EXPECT_EQ(ProblemOf(*object, "by_clock"), "");
  EXPECT_EQ(ProblemOf(*object, "by_xdp"), "");
  EXPECT_EQ(ProblemOf(*object, "by_wrong_key"),
            "section 'perf_event/type=1,config=0,period=3': unknown key 'period'; it reads "
            "perf_event/type=T,config=C,frequency=F");
  EXPECT_TRUE(ProblemOf(*object, "by_no_interface")
                  .starts_with("xdp: attach to interface 'none0': no such interface (have: lo"));
}

// A cgroup of our own with this process in it, while it lives.
class OwnCgroup {
 public:
  explicit OwnCgroup(const std::string& mount) : mount_(mount) {
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("0::")) before_ = mount + line.substr(3);
    }
    path_ = fmt::format("{}/bpf_exporter_test_{}", mount, getpid());
    made_ = mkdir(path_.c_str(), 0700) == 0 && Enter(path_);
  }
  ~OwnCgroup() {
    Enter(before_);
    rmdir(path_.c_str());
  }

  bool made() const { return made_; }
  const std::string& path() const { return path_; }
  std::string name() const { return path_.substr(mount_.size() + 1); }

 private:
  static bool Enter(const std::string& path) {
    std::ofstream procs(path + "/cgroup.procs");
    return static_cast<bool>(procs << getpid() << std::flush);
  }

  std::string mount_, before_, path_;
  bool made_ = false;
};

std::string Cgroup2() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, place, type, rest;
       mounts >> device >> place >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") return place;
  }
  return {};
}

TEST_F(AttachingToNetwork, CountsThePacketsOfACgroup) {
  const std::string mount = Cgroup2();
  if (mount.empty()) SKIP_OR_FAIL("cgroup2 is not mounted");
  const OwnCgroup cgroup(mount);
  ASSERT_TRUE(cgroup.made()) << cgroup.path();
  for (const char* type : {"", "egress", "cgroup_skb/egress", "cgroup_inet_egress"}) {
    for (const std::string& path : {cgroup.path(), cgroup.name()}) {
      config::ProbeSpec probe = Probe("by_cgroup", config::ProbeKind::kCgroup, {path});
      probe.type.value = type;
      LoadedObject* object = LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}));
      ASSERT_NE(object, nullptr);
      ASSERT_TRUE(SendDatagrams(kPackets, 100));
      EXPECT_EQ(Hits(*object, 15), kPackets) << type << " " << path;
      DestroyObjects();
    }
  }
}

TEST_F(AttachingToNetwork, SaysThatAPathIsNoCgroup) {
  const config::ProbeSpec probe = Probe("by_cgroup", config::ProbeKind::kCgroup, {"/proc"});
  LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  object->Attach();
  const std::string mount = Cgroup2();
  EXPECT_EQ(ProblemOf(*object, "by_cgroup"),
            fmt::format("cgroup: '/proc' is not in a cgroup2 file system ({})",
                        mount.empty() ? "none is mounted" : "one is mounted on " + mount));
}

}  // namespace
}  // namespace bpf_exporter::kernel
