// SPDX-License-Identifier: Apache-2.0
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <set>

#include "decode/decoder.h"
#include "decode/table.h"
#include "host/cgroup_follower.h"
#include "host/cgroup_walk.h"
#include "host/host.h"
#include "kernel/cgroup_trace.h"
#include "kernel/support.h"

namespace bpf_exporter::kernel {
namespace {

using std::chrono::milliseconds;

// The first kernel whose cgroup2 tells fanotify what it is about.
bool KernelTells() {
  utsname name;
  int major = 0;
  int minor = 0;
  return uname(&name) == 0 && std::sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
         std::pair(major, minor) >= std::pair(6, 6);
}

// Takes CAP_SYS_ADMIN from this thread while it lives: fanotify then tells nothing of file systems.
class WithoutSysAdmin {
 public:
  WithoutSysAdmin() {
    syscall(SYS_capget, &header_, before_);
    __user_cap_data_struct now[2] = {before_[0], before_[1]};
    now[0].effective &= ~(1U << CAP_SYS_ADMIN);
    EXPECT_EQ(syscall(SYS_capset, &header_, now), 0);
  }
  ~WithoutSysAdmin() { syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

enum class Teller { kFanotify, kTrace };

// Real cgroups, and a clock that stands still unless moved: in that time there is one walk, so
// whatever is known of later cgroups came from the kernel's events.
class CgroupNamesTest : public ::testing::TestWithParam<Teller> {
 protected:
  void SetUp() override {
    if (geteuid() != 0) SKIP_OR_FAIL("making cgroups needs root");
    const std::string root = host::CgroupRoot("/sys/fs/cgroup");
    if (!host::IsCgroup2(root)) SKIP_OR_FAIL("no cgroup2 below /sys/fs/cgroup");
    if (GetParam() == Teller::kFanotify && !KernelTells()) {
      GTEST_SKIP() << "fanotify knows cgroup2 since Linux 6.6";
    }
    if (const std::string why = WhyNoBpf(); GetParam() == Teller::kTrace && !why.empty()) {
      SKIP_OR_FAIL(why);
    }
    top_ = root + "/bpf_exporter_test_" + std::to_string(getpid());
    decoder_ = *decode::MakeDecoder({.name = {"cgroup", {}}}, {0}, host_);
    Open(host_);
    EXPECT_EQ(Decode(Inode(root)), root);  // the walk
    Make("");
  }
  void TearDown() override {
    for (auto path = made_.rbegin(); path != made_.rend(); ++path) rmdir(path->c_str());
  }

  static void Open(host::Host& host) {
    if (GetParam() == Teller::kFanotify) return host.Open();
    const WithoutSysAdmin without;
    host.SetOtherCgroupReports(CgroupTrace::Open);
    host.Open();
  }

  std::string Path(const std::string& name) const {
    return name.empty() ? top_ : top_ + "/" + name;
  }
  static std::uint64_t Inode(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_ino;
  }
  std::uint64_t Make(const std::string& name) {
    EXPECT_EQ(mkdir(Path(name).c_str(), 0755), 0) << Path(name);
    made_.push_back(Path(name));
    return Inode(Path(name));
  }
  void Remove(const std::string& name) { EXPECT_EQ(rmdir(Path(name).c_str()), 0) << Path(name); }
  std::string Decode(std::uint64_t id) const {
    std::string out;
    decoder_->Decode(std::to_string(id), out);
    return out;
  }
  static std::string Unknown(std::uint64_t id) { return "unknown_cgroup_id:" + std::to_string(id); }

  Time now_{std::chrono::hours(1)};
  host::Host host_{{}, [this] { return now_; }};

 private:
  std::string top_;
  std::vector<std::string> made_;
  std::shared_ptr<const decode::Decoder> decoder_;
};

TEST_P(CgroupNamesTest, NamesANewCgroupAtOnce) {
  const std::uint64_t outer = Make("a");
  const std::uint64_t inner = Make("a/b");
  EXPECT_EQ(Decode(inner), Path("a/b"));
  EXPECT_EQ(Decode(outer), Path("a"));
}

TEST_P(CgroupNamesTest, NamesACgroupThatCameAndWentBetweenTwoLookUps) {
  const std::uint64_t first = Make("short");
  Remove("short");
  const std::uint64_t second = Make("short");
  Remove("short");
  ASSERT_NE(first, second);
  EXPECT_EQ(Decode(first), Path("short"));
  EXPECT_EQ(Decode(second), Path("short"));
  now_ += std::chrono::minutes(11);
  EXPECT_EQ(Decode(first), Unknown(first));
}

TEST_P(CgroupNamesTest, NamesACgroupThatCameAndWentTogetherWithItsParents) {
  const std::uint64_t outer = Make("a");
  Make("a/b");
  const std::uint64_t inner = Make("a/b/c");
  for (const char* name : {"a/b/c", "a/b", "a"}) Remove(name);
  EXPECT_EQ(Decode(inner), Path("a/b/c"));
  EXPECT_EQ(Decode(outer), Path("a"));
}

TEST_P(CgroupNamesTest, NamesACgroupThatCameAndWentBeforeTheFirstLookUp) {
  host::Host host({}, [this] { return now_; });
  const auto decoder = *decode::MakeDecoder({.name = {"cgroup", {}}}, {0}, host);
  Open(host);
  const std::uint64_t id = Make("short");
  Remove("short");
  std::string out;
  decoder->Decode(std::to_string(id), out);
  EXPECT_EQ(out, Path("short"));
}

TEST_P(CgroupNamesTest, HearsOfEveryCgroupHoweverLongNoneIsLookedUp) {
  std::size_t queue = 0;
  std::ifstream("/proc/sys/fs/fanotify/max_queued_events") >> queue;
  if (queue == 0 || queue > 100'000) GTEST_SKIP() << "the queue holds " << queue << " events";
  for (std::size_t events = 0; events <= queue; events += 2) {
    const std::string path = Path("more" + std::to_string(events));
    ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
    ASSERT_EQ(rmdir(path.c_str()), 0);
    if (events % 1000 == 0) {
      EXPECT_TRUE(host_.ReadCgroupEvents());
    }
  }
  const std::uint64_t last = Make("last");
  Remove("last");
  EXPECT_EQ(Decode(last), Path("last"));
}

TEST_P(CgroupNamesTest, TellsWhatCameAndWent) {
  host::CgroupFollower follower(host_);
  follower.Poll();
  const std::uint64_t id = Make("a");
  host::CgroupChanges changes = follower.Poll();
  ASSERT_EQ(changes.created.size(), 1u);
  EXPECT_EQ(changes.created[0].path, Path("a"));
  EXPECT_EQ(changes.created[0].id, id);
  EXPECT_TRUE(changes.removed.empty());
  Remove("a");
  changes = follower.Poll();
  EXPECT_TRUE(changes.created.empty());
  ASSERT_EQ(changes.removed.size(), 1u);
  EXPECT_EQ(changes.removed[0].id, id);
}

TEST_P(CgroupNamesTest, WalksWhenTheQueueOverflowed) {
  std::size_t queue = 0;
  std::ifstream("/proc/sys/fs/fanotify/max_queued_events") >> queue;
  if (queue == 0 || queue > 100'000) GTEST_SKIP() << "the queue holds " << queue << " events";
  for (std::size_t events = 0; events <= queue; events += 2) {
    const std::string path = Path("flood" + std::to_string(events));  // equal events are merged
    ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
    ASSERT_EQ(rmdir(path.c_str()), 0);
  }
  const std::uint64_t late = Make("late");
  EXPECT_EQ(host_.LostCgroupReports(), 0u);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Decode(late), Unknown(late));  // its event was lost, and a walk is not due
  EXPECT_GT(host_.LostCgroupReports(), 0u);
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("reports of cgroups found no room in the kernel's buffer"), std::string::npos)
      << told;
  now_ += milliseconds(1000);
  EXPECT_EQ(Decode(late), Path("late"));
  const std::uint64_t later = Make("later");
  EXPECT_EQ(Decode(later), Path("later"));  // events again
}

INSTANTIATE_TEST_SUITE_P(By, CgroupNamesTest, ::testing::Values(Teller::kFanotify, Teller::kTrace),
                         [](const auto& info) {
                           return info.param == Teller::kFanotify ? "Fanotify" : "Trace";
                         });

}  // namespace
}  // namespace bpf_exporter::kernel
