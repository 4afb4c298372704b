// SPDX-License-Identifier: Apache-2.0
#include "kernel/cgroup_rows.h"

#include <bpf/bpf.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "base/fd.h"
#include "host/host.h"
#include "kernel/support.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::kernel {
namespace {

struct Key {
  std::uint64_t number;
  std::uint64_t cgroup;
  bool operator<(const Key& other) const {
    return std::pair(number, cgroup) < std::pair(other.number, other.cgroup);
  }
};

// Folders in a temporary folder stand for cgroups; the clock stands still unless moved.
class CgroupRowsTest : public KernelTest {
 protected:
  CgroupRowsTest() { std::filesystem::create_directory(folder_.path("cgroup")); }

  std::uint64_t Make(const std::string& name) {
    const std::string path = folder_.path("cgroup/" + name);
    std::filesystem::create_directory(path);
    struct stat status {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_ino;
  }
  // Moved away instead of deleted, so that the file system does not use the number again.
  void Remove(const std::string& name) {
    std::filesystem::rename(folder_.path("cgroup/" + name), folder_.path(name));
  }
  // What the exporter does all the time: it looks for ids that nobody knows.
  void Walk() {
    now_ += std::chrono::minutes(1);
    EXPECT_FALSE(host_.UseCgroups().Find(1ull << 62).has_value());
  }
  void Put(int fd, std::uint64_t number, std::uint64_t cgroup) {
    const Key key{number, cgroup};
    const std::uint64_t value = 1;
    EXPECT_EQ(bpf_map_update_elem(fd, &key, &value, BPF_ANY), 0);
  }
  static std::set<std::uint64_t> CgroupsIn(int fd) {
    std::set<std::uint64_t> cgroups;
    Key key{};
    for (bool first = true; bpf_map_get_next_key(fd, first ? nullptr : &key, &key) == 0;
         first = false) {
      cgroups.insert(key.cgroup);
    }
    return cgroups;
  }

  TemporaryFolder folder_;
  Time now_{std::chrono::hours(1)};
  host::Host host_{{.cgroup = folder_.path("cgroup")}, [this] { return now_; }};
};

TEST_F(CgroupRowsTest, GoWithCgroupsThatAreForgotten) {
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_HASH, "rows", sizeof(Key), 8, 100, nullptr));
  ASSERT_TRUE(fd.valid());
  CgroupRows rows(fd.get(), sizeof(Key), offsetof(Key, cgroup), host_);
  const std::uint64_t stays = Make("stays");
  const std::uint64_t goes = Make("goes");
  const std::uint64_t never_known = 1ull << 61;
  for (std::uint64_t number = 0; number < 20; ++number) {
    for (const std::uint64_t cgroup : {stays, goes, never_known}) Put(fd.get(), number, cgroup);
  }
  Walk();
  rows.DeleteForgotten();
  Remove("goes");
  for (int minute = 0; minute < 10; ++minute) {
    Walk();
    rows.DeleteForgotten();
    EXPECT_EQ(CgroupsIn(fd.get()), (std::set{stays, goes, never_known})) << minute;
  }
  Walk();
  rows.DeleteForgotten();
  EXPECT_EQ(CgroupsIn(fd.get()), (std::set{stays, never_known}));
}

TEST_F(CgroupRowsTest, StayWhereTheHostNeverKnewTheCgroup) {
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_PERCPU_HASH, "rows", sizeof(Key), 8, 100, nullptr));
  ASSERT_TRUE(fd.valid());
  CgroupRows rows(fd.get(), sizeof(Key), offsetof(Key, cgroup), host_);
  std::string values(8 * 1024, '\0');
  const Key key{1, 1ull << 61};
  ASSERT_EQ(bpf_map_update_elem(fd.get(), &key, values.data(), BPF_ANY), 0);
  for (int minute = 0; minute < 20; ++minute) {
    Walk();
    rows.DeleteForgotten();
  }
  EXPECT_EQ(CgroupsIn(fd.get()), std::set{key.cgroup});
}

}  // namespace
}  // namespace bpf_exporter::kernel
