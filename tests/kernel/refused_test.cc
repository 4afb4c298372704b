// SPDX-License-Identifier: Apache-2.0
// What is said where a kernel refuses: each row of the table of causes that can be had without
// harm.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/fd.h"
#include "host/kallsyms.h"
#include "kernel/kernel_facts.h"
#include "kernel/kernel_functions.h"
#include "kernel/network_test_base.h"

namespace bpf_exporter::kernel {
namespace {

class Refused : public NetworkTest {
 protected:
  // What is said of that program of tests/programs/probe_hooks.bpf.c.
  std::string Problem(const config::ProbeSpec& probe) {
    LoadedObject* object = Load(PlanOf("probe_hooks", {"hits"}, {probe}));
    if (object == nullptr) return "not loaded";
    object->Attach();
    return ProblemOf(*object, probe.program.value);
  }

  std::string OnXdp(const std::string& interface) {
    return Problem(Probe("by_xdp", config::ProbeKind::kXdp, {interface}));
  }
};

TEST_F(Refused, XdpWherePacketsAreTooLarge) {
  Output("ip link add va mtu 9000 type veth peer name vb mtu 9000");
  EXPECT_EQ(OnXdp("va"),
            "xdp: attach to interface 'va': Numerical result out of range; perhaps the MTU, of a "
            "veth that of its peer, is larger than a program may have packets: at most a page less "
            "300 to 600 bytes");
}

TEST_F(Refused, XdpWhereThereAreTooFewQueues) {
  Output(
      "ip link add va numrxqueues 1 numtxqueues 1 type veth peer name vb numrxqueues 4 numtxqueues "
      "4");
  Output("ip link set va up && ip link set vb up");
  EXPECT_EQ(OnXdp("va"),
            "xdp: attach to interface 'va': No space left on device; perhaps the interface has "
            "fewer receive queues than a program needs: of a veth at least as many as its peer has "
            "for sending (ethtool -L)");
}

// Folders of cgroup2 that nobody is in, while it lives.
class Cgroups {
 public:
  Cgroups() {
    std::ifstream mounts("/proc/self/mounts");
    for (std::string device, place, type, rest;
         mounts >> device >> place >> type && std::getline(mounts, rest);) {
      if (type == "cgroup2") outer = fmt::format("{}/bpf_exporter_refused_{}", place, getpid());
    }
    inner = outer + "/inner";
    made = !outer.empty() && mkdir(outer.c_str(), 0700) == 0 && mkdir(inner.c_str(), 0700) == 0;
  }
  ~Cgroups() {
    rmdir(inner.c_str());
    rmdir(outer.c_str());
  }

  std::string outer, inner;
  bool made = false;
};

int IdOf(const LoadedObject& object, const std::string& name) {
  for (const metrics::ProgramStatus& program : object.programs()) {
    if (program.name == name) return static_cast<int>(program.id);
  }
  return 0;
}

TEST_F(Refused, CgroupsBelowOneThatAllowsNone) {
  const Cgroups cgroups;
  if (!cgroups.made) SKIP_OR_FAIL("no cgroup can be made");
  LoadedObject* object = LoadAndAttach(PlanOf(
      "probe_hooks", {"hits"}, {Probe("by_cgroup", config::ProbeKind::kCgroup, {cgroups.inner})}));
  ASSERT_NE(object, nullptr);
  const Fd program(bpf_prog_get_fd_by_id(static_cast<unsigned>(IdOf(*object, "by_cgroup"))));
  ASSERT_TRUE(program.valid());
  const Fd outer(open(cgroups.outer.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(bpf_prog_attach(program.get(), outer.get(), BPF_CGROUP_INET_EGRESS, 0), 0);
  EXPECT_EQ(Problem(Probe("by_cgroup", config::ProbeKind::kCgroup, {cgroups.inner})),
            fmt::format("cgroup: attach to '{}': Operation not permitted; perhaps a program was "
                        "attached to a cgroup above without BPF_F_ALLOW_MULTI, which allows no "
                        "other below (bpftool cgroup tree)",
                        cgroups.inner));
  bpf_prog_detach2(program.get(), outer.get(), BPF_CGROUP_INET_EGRESS);
}

TEST_F(Refused, TheSixtyFifthProgramOfACgroup) {
  const Cgroups cgroups;
  if (!cgroups.made) SKIP_OR_FAIL("no cgroup can be made");
  const config::ProbeSpec probe = Probe("by_cgroup", config::ProbeKind::kCgroup, {cgroups.inner});
  LoadedObject* object = LoadAndAttach(PlanOf("probe_hooks", {"hits"}, {probe}));
  ASSERT_NE(object, nullptr);
  const Fd program(bpf_prog_get_fd_by_id(static_cast<unsigned>(IdOf(*object, "by_cgroup"))));
  const Fd inner(open(cgroups.inner.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::vector<Fd> more;
  for (int i = 1; i < 64; ++i) {
    more.emplace_back(bpf_link_create(program.get(), inner.get(), BPF_CGROUP_INET_EGRESS, nullptr));
    ASSERT_TRUE(more.back().valid()) << i;
  }
  EXPECT_EQ(
      Problem(probe),
      fmt::format("cgroup: attach to '{}': Argument list too long; the kernel runs at most 64 "
                  "programs of a type in a cgroup",
                  cgroups.inner));
}

bool HasKprobes() { return ReadKernelFacts().kprobes; }

std::string Release() { return ReadKernelFacts().release; }

TEST_F(Refused, FunctionsThatTheCompilerChanged) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
  // Debian's 6.1 has finish_task_switch.isra.0; any such function does.
  std::string changed;
  const Fd file(open("/proc/kallsyms", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(host::ReadKallsyms(file.get(), "kallsyms", [&](const host::KernelSymbol& symbol) {
                const std::size_t dot = symbol.name.find(".isra.0");
                if (dot == std::string_view::npos || dot + 7 != symbol.name.size()) return true;
                const std::string function(symbol.name.substr(0, dot));
                const KernelFunctions found = FindKernelFunctions({function}).front();
                if (found.exists || found.others.size() != 1) return true;
                changed = function;
                return false;
              }).ok());
  if (changed.empty()) GTEST_SKIP() << "this kernel has no such function";
  EXPECT_EQ(Problem(Probe("by_kprobe", config::ProbeKind::kKprobe, {changed})),
            fmt::format("kprobe '{0}': No such file or directory; kernel {1} has no such function "
                        "to probe; it has '{0}.isra.0', which the compiler made of it: under "
                        "probes: kprobe: [{0}, {0}.isra.0] takes the first that there is",
                        changed, Release()));
  EXPECT_EQ(Problem(Probe("by_kprobe", config::ProbeKind::kKprobe, {changed, changed + ".isra.0"})),
            "");
}

TEST_F(Refused, FunctionsThatNobodyMayProbe) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
#if !defined(__x86_64__)
  GTEST_SKIP() << "the name is that of x86-64";
#endif
  EXPECT_EQ(Problem(Probe("by_kprobe", config::ProbeKind::kKprobe, {"kprobe_int3_handler"})),
            fmt::format("kprobe 'kprobe_int3_handler': Invalid argument; kernel {} has "
                        "'kprobe_int3_handler' and lets nobody probe it there",
                        Release()));
}

TEST_F(Refused, OldNamesOfSystemCalls) {
  if (!HasKprobes()) SKIP_ON_THIS_KERNEL("is built without kprobes");
#if !defined(__x86_64__)
  GTEST_SKIP() << "the name is that of x86-64";
#endif
  EXPECT_EQ(Problem(Probe("by_kprobe", config::ProbeKind::kKprobe, {"sys_openat"})),
            fmt::format("kprobe 'sys_openat': No such file or directory; kernel {} has no such "
                        "function to probe; it has '__x64_sys_openat', which "
                        "SEC(\"ksyscall/openat\") finds on every machine",
                        Release()));
}

}  // namespace
}  // namespace bpf_exporter::kernel
