// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/tc_filter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "kernel/attach/attached_to.h"
#include "kernel/attach/left_filters.h"
#include "kernel/attach/tc_filter_name.h"
#include "kernel/network_test_base.h"

namespace bpf_exporter::kernel {
namespace {

// The qdisc way, which kernels before 6.6 need and this one may still have.
class QdiscFilter : public NetworkTest {
 protected:
  static constexpr TcHook kIngress{kLoopback, true};
  static constexpr TcHook kEgress{kLoopback, false};

  void SetUp() override {
    NetworkTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const Fd program(ProgramFd("by_tc_ingress"));
    const Result<TcFilter> filter = Attach(program);
    if (filter.ok() || filter.error().code != ENOENT) return;
    // A module that is not here. Where there are links instead, nobody needs it.
    if (AttachTcx(program.get(), kIngress).ok()) {
      GTEST_SKIP() << "this kernel comes without the clsact qdisc and has tcx";
    }
  }

  int ProgramFd(const std::string& program) {
    LoadedObject* object =
        Load(PlanOf("probe_hooks", {"hits"}, {OnInterface(program, config::ProbeKind::kTc, "lo")}));
    if (object == nullptr) return -1;
    for (const metrics::ProgramStatus& state : object->programs()) {
      if (state.name == program) return bpf_prog_get_fd_by_id(state.id);
    }
    return -1;
  }
  static Result<TcFilter> Attach(const Fd& program, const TcHook& hook = kIngress,
                                 const std::string& config = "one") {
    return TcFilter::Attach(program.get(), hook, config,
                            hook.ingress ? "by_tc_ingress" : "by_tc_egress");
  }
  static std::string Filters(const TcHook& hook = kIngress) {
    return Output(std::string("tc filter show dev lo ") + (hook.ingress ? "ingress" : "egress"));
  }
  static std::size_t Count(const std::string& part, const TcHook& hook = kIngress) {
    const std::string filters = Filters(hook);
    std::size_t count = 0;
    for (std::size_t at = 0; (at = filters.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
  }
  static bool HasClsact() {
    return Output("tc qdisc show dev lo").find("clsact") != std::string::npos;
  }
};

TEST_F(QdiscFilter, RemovesWhatItMade) {
  const Fd first(ProgramFd("by_tc_ingress")), second(ProgramFd("by_tc_egress"));
  EXPECT_FALSE(HasClsact());
  {
    Result<TcFilter> ingress = Attach(first);
    ASSERT_TRUE(ingress.ok()) << ingress.error().Message();
    {
      Result<TcFilter> egress = Attach(second, kEgress);
      ASSERT_TRUE(egress.ok()) << egress.error().Message();
      EXPECT_EQ(Count(":one:by_tc_egress", kEgress), 1u) << Filters(kEgress);
      TcFilter moved = std::move(*egress);
    }
    EXPECT_EQ(Filters(kEgress), "");
    EXPECT_EQ(Count(":one:by_tc_ingress"), 1u) << Filters();
    EXPECT_TRUE(HasClsact());
  }
  EXPECT_FALSE(HasClsact());
}

// As it also goes when an interface is deleted and made anew with its number.
TEST_F(QdiscFilter, MakesAQdiscAgainThatSomebodyRemoved) {
  const Fd first(ProgramFd("by_tc_ingress")), second(ProgramFd("by_tc_egress"));
  {
    Result<TcFilter> ingress = Attach(first);
    ASSERT_TRUE(ingress.ok()) << ingress.error().Message();
    Result<TcFilter> egress = Attach(second, kEgress);
    ASSERT_TRUE(egress.ok()) << egress.error().Message();
    Output("tc qdisc del dev lo clsact");
    Result<TcFilter> again = Attach(first);
    ASSERT_TRUE(again.ok()) << again.error().Message();
    EXPECT_EQ(Count(":one:by_tc_ingress"), 1u) << Filters();
  }
  EXPECT_FALSE(HasClsact());
}

// Attaches as somebody else does, at any place or at that one; the place is in `options` then.
bool AttachForeign(const Fd& program, bool ingress, bpf_tc_opts& options) {
  LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = 1,
              .attach_point = ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS);
  options.prog_fd = program.get();
  return bpf_tc_attach(&hook, &options) == 0;
}

TEST_F(QdiscFilter, TellsWhereItIs) {
  const Fd program(ProgramFd("by_tc_ingress"));
  Result<TcFilter> filter = Attach(program);
  ASSERT_TRUE(filter.ok()) << filter.error().Message();
  const Attachment attachment(std::move(*filter));
  EXPECT_EQ(AttachedTo(attachment), std::uint64_t{kLoopback});
  Output("tc filter del dev lo ingress");
  EXPECT_EQ(AttachedTo(attachment), 0u);
  // Somebody's own, with the same handle and priority.
  const Fd other(ProgramFd("by_tc_egress"));
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = TcHandle({"", false, "one", "by_tc_ingress"}),
              .priority = kTcPriority);
  ASSERT_TRUE(AttachForeign(other, true, options));
  EXPECT_EQ(AttachedTo(attachment), 0u);
  Output("tc qdisc del dev lo clsact");
}

TEST_F(QdiscFilter, LeavesAQdiscThatWasThere) {
  Output("tc qdisc add dev lo clsact");
  const Fd program(ProgramFd("by_tc_ingress"));
  {
    Result<TcFilter> filter = Attach(program);
    ASSERT_TRUE(filter.ok()) << filter.error().Message();
  }
  EXPECT_EQ(Filters(), "");
  EXPECT_TRUE(HasClsact());
}

TEST_F(QdiscFilter, LeavesTheFiltersOfOthers) {
  const Fd program(ProgramFd("by_tc_ingress"));
  {
    Result<TcFilter> filter = Attach(program);
    ASSERT_TRUE(filter.ok()) << filter.error().Message();
    LIBBPF_OPTS(bpf_tc_opts, options);
    ASSERT_TRUE(AttachForeign(program, false, options));
  }
  EXPECT_EQ(Filters(), "");
  EXPECT_EQ(Count(" handle ", kEgress), 1u) << Filters(kEgress);
  Output("tc qdisc del dev lo clsact");
}

TEST_F(QdiscFilter, GoesBesideFiltersAtItsPlace) {
  const Fd ours(ProgramFd("by_tc_ingress")), other(ProgramFd("by_tc_egress"));
  Output("tc qdisc add dev lo clsact");
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = TcHandle({"", false, "one", "by_tc_ingress"}),
              .priority = kTcPriority);
  ASSERT_TRUE(AttachForeign(other, true, options));
  {
    const Result<TcFilter> same_place = Attach(ours);
    ASSERT_TRUE(same_place.ok()) << same_place.error().Message();
    EXPECT_EQ(Count(" handle "), 2u) << Filters();
  }
  EXPECT_EQ(Count(" handle "), 1u) << Filters();
  EXPECT_EQ(Count("by_tc_egress:["), 1u) << Filters();
  // A priority belongs to one protocol.
  Output("tc filter del dev lo ingress");
  Output("tc filter add dev lo ingress pref 9435 protocol ip bpf bytecode '1,6 0 0 0'");
  {
    const Result<TcFilter> next_priority = Attach(ours);
    ASSERT_TRUE(next_priority.ok()) << next_priority.error().Message();
    EXPECT_EQ(Count("pref 9436 bpf chain 0 handle"), 1u) << Filters();
  }
  EXPECT_EQ(Count(" handle "), 1u) << Filters();
}

// Runs `work` in another process. Returns whether that was killed, which `work` does itself by
// Die(), as kill -9 would: while it holds what it made.
bool WasKilled(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(1);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}

void Die() { kill(getpid(), SIGKILL); }

TEST_F(QdiscFilter, IsReplacedByTheNextRunAfterItsProcessWasKilled) {
  const Fd first(ProgramFd("by_tc_ingress")), second(ProgramFd("by_tc_egress"));
  for (int times = 0; times < 3; ++times) {
    ASSERT_TRUE(WasKilled([&] {
      if (!RemoveLeftFilters(std::vector<std::string>{"one"})) return;
      Result<TcFilter> ingress = Attach(first), egress = Attach(second, kEgress);
      if (ingress.ok() && egress.ok()) Die();
    }));
    EXPECT_EQ(Count(" handle "), 1u) << Filters();
    EXPECT_EQ(Count(" handle ", kEgress), 1u) << Filters(kEgress);
  }
  EXPECT_TRUE(RemoveLeftFilters(std::vector<std::string>{"one"}).ok());
  EXPECT_EQ(Filters(), "");
  EXPECT_EQ(Filters(kEgress), "");
  EXPECT_FALSE(HasClsact());
}

TEST_F(QdiscFilter, IsRemovedWithItsConfigurationOnly) {
  const Fd program(ProgramFd("by_tc_ingress"));
  ASSERT_TRUE(WasKilled([&] {
    Result<TcFilter> one = Attach(program), two = Attach(program, kIngress, "two");
    if (one.ok() && two.ok()) Die();
  }));
  EXPECT_EQ(Count(" handle "), 2u) << Filters();
  EXPECT_TRUE(RemoveLeftFilters(std::vector<std::string>{"one", "three"}).ok());
  EXPECT_EQ(Count(" handle "), 1u) << Filters();
  EXPECT_EQ(Count(":two:by_tc_ingress"), 1u) << Filters();
  EXPECT_TRUE(RemoveLeftFilters().ok());
  EXPECT_FALSE(HasClsact());
}

TEST_F(QdiscFilter, StaysWhileItsProcessLives) {
  const Fd program(ProgramFd("by_tc_ingress"));
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const Fd reader(ready[0]);
  Fd writer(ready[1]);
  const pid_t other = fork();
  if (other == 0) {
    const Result<TcFilter> theirs = Attach(program);
    if (!theirs || write(writer.get(), "x", 1) != 1) _exit(1);
    alarm(60);
    pause();
  }
  writer = Fd();
  char byte = 0;
  ASSERT_EQ(read(reader.get(), &byte, 1), 1);
  EXPECT_TRUE(RemoveLeftFilters().ok());
  EXPECT_EQ(Count(" handle "), 1u) << Filters();
  {
    const Result<TcFilter> ours = Attach(program);
    ASSERT_TRUE(ours.ok()) << ours.error().Message();
    EXPECT_EQ(Count(":one:by_tc_ingress"), 2u) << Filters();
    kill(other, SIGKILL);
    waitpid(other, nullptr, 0);
    EXPECT_TRUE(RemoveLeftFilters().ok());
    EXPECT_EQ(Count(":one:by_tc_ingress"), 1u) << Filters();
  }
  EXPECT_EQ(Filters(), "");
  EXPECT_FALSE(HasClsact()) << "made by the first, which the second learned from it";
}

TEST_F(QdiscFilter, LeavesWhatOthersHaveBesideThatOfAKilledProcess) {
  const Fd program(ProgramFd("by_tc_ingress")), other(ProgramFd("by_tc_egress"));
  ASSERT_TRUE(WasKilled([&] {
    Result<TcFilter> filter = Attach(program);
    if (filter.ok()) Die();
  }));
  LIBBPF_OPTS(bpf_tc_opts, elsewhere, .handle = 7, .priority = 1);
  ASSERT_TRUE(AttachForeign(other, true, elsewhere));
  LIBBPF_OPTS(bpf_tc_opts, here, .handle = 7, .priority = kTcPriority);
  ASSERT_TRUE(AttachForeign(other, true, here));
  EXPECT_EQ(Count(" handle "), 3u) << Filters();
  EXPECT_TRUE(RemoveLeftFilters().ok());
  EXPECT_EQ(Count(" handle 0x7 "), 2u) << Filters();
  EXPECT_EQ(Count(" handle "), 2u) << Filters();
  EXPECT_TRUE(HasClsact());
  Output("tc qdisc del dev lo clsact");
}

}  // namespace
}  // namespace bpf_exporter::kernel
