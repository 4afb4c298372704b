// SPDX-License-Identifier: Apache-2.0
#include "kernel/cgroup_id_map.h"

#include <bpf/bpf.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "base/fd.h"
#include "host/host.h"
#include "kernel/support.h"
#include "support/temporary_folder.h"

namespace bpf_exporter::kernel {
namespace {

// Folders in a temporary folder stand for cgroups; the clock stands still unless moved.
class CgroupIdMaps : public KernelTest {
 protected:
  std::uint64_t Make(const std::string& name) const {
    std::filesystem::create_directory(folder_ + "/" + name);
    struct stat status {};
    EXPECT_EQ(stat((folder_ + "/" + name).c_str(), &status), 0) << name;
    return status.st_ino;
  }
  void Remove(const std::string& name) const { std::filesystem::remove(folder_ + "/" + name); }
  void Update(CgroupIdMap& map) {
    now_ += std::chrono::seconds(1);  // a walk is due
    map.Update();
  }
  static std::set<std::uint64_t> KeysOf(int fd) {
    std::set<std::uint64_t> keys;
    std::uint64_t key = 0;
    for (bool first = true; bpf_map_get_next_key(fd, first ? nullptr : &key, &key) == 0;
         first = false) {
      keys.insert(key);
    }
    return keys;
  }

  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  Time now_{std::chrono::hours(1)};
};

TEST_F(CgroupIdMaps, FollowTheCgroupsThatMatch) {
  host::Host host({.cgroup = folder_}, [this] { return now_; });
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_HASH, "wanted", 8, 8, 10, nullptr));
  ASSERT_TRUE(fd.valid());
  CgroupIdMap map("config", {.name = {"wanted", {}}, .regexps = {{"/wanted[0-9]$", {}}}}, fd.get(),
                  host);
  const std::uint64_t first = Make("wanted1");
  Make("other");
  Update(map);
  EXPECT_EQ(KeysOf(fd.get()), std::set{first});
  const std::uint64_t second = Make("wanted2");
  Update(map);
  EXPECT_EQ(KeysOf(fd.get()), (std::set{first, second}));
  Remove("wanted1");
  Update(map);
  EXPECT_EQ(KeysOf(fd.get()), std::set{second});
}

TEST_F(CgroupIdMaps, TakeWhatTheyHadNoRoomForWhenOthersGo) {
  host::Host host({.cgroup = folder_}, [this] { return now_; });
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_HASH, "wanted", 8, 8, 1, nullptr));
  ASSERT_TRUE(fd.valid());
  CgroupIdMap map("config", {.name = {"wanted", {}}, .regexps = {{"/wanted[0-9]$", {}}}}, fd.get(),
                  host);
  const std::uint64_t first = Make("wanted1");
  Update(map);
  Make("wanted2");
  Update(map);
  const std::uint64_t third = Make("wanted3");
  ::testing::internal::CaptureStderr();
  Update(map);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "said before";
  EXPECT_EQ(KeysOf(fd.get()), std::set{first});
  Remove("wanted2");  // waits no longer
  Update(map);
  Remove("wanted1");
  Update(map);
  EXPECT_EQ(KeysOf(fd.get()), std::set{third});
}

int refusals = 0;      // how often RefuseAtFirst() fails
int refused_with = 0;  // and with which errno

int RefuseAtFirst(int fd, const void* key, const void* value, __u64 flags) {
  if (refusals == 0) return bpf_map_update_elem(fd, key, value, flags);
  --refusals;
  errno = refused_with;
  return -1;
}

TEST_F(CgroupIdMaps, TryAgainWhatTheKernelCannotDoAtTheMoment) {
  host::Host host({.cgroup = folder_}, [this] { return now_; });
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_HASH, "wanted", 8, 8, 10, nullptr));
  ASSERT_TRUE(fd.valid());
  CgroupIdMap map("config", {.name = {"wanted", {}}, .regexps = {{"/wanted[0-9]$", {}}}}, fd.get(),
                  host, RefuseAtFirst);
  std::set<std::uint64_t> wanted;
  ::testing::internal::CaptureStderr();
  for (const int code : {EAGAIN, EBUSY, ENOMEM}) {
    refused_with = code;
    refusals = 1;  // at once
    wanted.insert(Make("wanted" + std::to_string(2 * wanted.size())));
    Update(map);
    EXPECT_EQ(KeysOf(fd.get()), wanted) << code;
    refusals = 1'000;  // at the next call
    const std::uint64_t late = Make("wanted" + std::to_string(wanted.size()));
    Update(map);
    EXPECT_EQ(KeysOf(fd.get()), wanted) << code;
    refusals = 0;
    wanted.insert(late);
    Update(map);
    EXPECT_EQ(KeysOf(fd.get()), wanted) << code;
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

rlimit descriptors{};  // as many as there may be, but for TakeAllDescriptors()
int kept = 0;          // how many elements TakeAllDescriptors() was to set

// Keeps an element of storage, and lets nothing be opened from then on.
int TakeAllDescriptors(int, const void* key, const void*, __u64) {
  ++kept;
  const int folder = *static_cast<const int*>(key);
  const rlimit none{static_cast<rlim_t>(folder), descriptors.rlim_max};
  return setrlimit(RLIMIT_NOFILE, &none);
}

TEST_F(CgroupIdMaps, TryAgainWhereDescriptorsHadRunOut) {
  host::Host host({.cgroup = folder_}, [this] { return now_; });
  CgroupIdMap map("config",
                  {.name = {"wanted", {}},
                   .type = config::CgroupMapType::kCgrpStorage,
                   .regexps = {{"/wanted[0-9]$", {}}}},
                  -1, host, TakeAllDescriptors);
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &descriptors), 0);
  Make("wanted1");
  Make("wanted2");
  ::testing::internal::CaptureStderr();
  Update(map);
  setrlimit(RLIMIT_NOFILE, &descriptors);
  EXPECT_EQ(kept, 1);
  Update(map);
  setrlimit(RLIMIT_NOFILE, &descriptors);
  EXPECT_EQ(kept, 2);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(CgroupIdMaps, SayOnceWhatTheKernelRefuses) {
  host::Host host({.cgroup = folder_}, [this] { return now_; });
  const Fd fd(bpf_map_create(BPF_MAP_TYPE_HASH, "wanted", 8, 8, 10, nullptr));
  ASSERT_TRUE(fd.valid());
  CgroupIdMap map("config", {.name = {"wanted", {}}, .regexps = {{"/wanted[0-9]$", {}}}}, fd.get(),
                  host, RefuseAtFirst);
  refused_with = EPERM;
  refusals = 1;
  Make("wanted1");
  ::testing::internal::CaptureStderr();
  Update(map);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("config 'config': map 'wanted': cgroup '" + folder_ +
                     "/wanted1': Operation not permitted; further ones are not logged"),
            std::string::npos)
      << log;
  EXPECT_EQ(refusals, 0);
}

}  // namespace
}  // namespace bpf_exporter::kernel
