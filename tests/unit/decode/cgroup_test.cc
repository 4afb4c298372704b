// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "decode/table.h"
#include "host/cgroup_follower.h"
#include "host/host.h"
#include "unit/decode/host.h"

namespace bpf_exporter::decode {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

std::uint64_t Inode(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_ino;
}

// Folders in a temporary folder stand for cgroups: the decoder only walks and reads inode numbers.
class CgroupDecoder : public HostTest {
 protected:
  CgroupDecoder() { Make(""); }

  std::string Path(const std::string& name) const {
    return folder_->path(name.empty() ? "cgroup" : "cgroup/" + name);
  }
  std::uint64_t Make(const std::string& name) {
    std::filesystem::create_directories(Path(name));
    return Inode(Path(name));
  }
  // Moved away instead of deleted, so that the file system does not use the number again.
  void Remove(const std::string& name) {
    std::filesystem::rename(Path(name), folder_->path("gone" + std::to_string(++removed_)));
  }
  Answer Decode(std::uint64_t id) { return Text("cgroup", std::to_string(id)); }
  static Answer Unknown(std::uint64_t id) {
    return Provisional("unknown_cgroup_id:" + std::to_string(id));
  }

 private:
  int removed_ = 0;
};

TEST_F(CgroupDecoder, GivesTheFullPath) {
  const std::uint64_t service = Make("system.slice/ssh.service");
  EXPECT_EQ(Decode(service), Ok(Path("system.slice/ssh.service")));
  EXPECT_EQ(Decode(Inode(Path("system.slice"))), Ok(Path("system.slice")));
  EXPECT_EQ(Decode(Inode(Path(""))), Ok(Path("")));
  EXPECT_EQ(First("cgroup", Raw(service)), Ok(Path("system.slice/ssh.service")));
}

TEST_F(CgroupDecoder, SaysUnknownForOthers) {
  EXPECT_EQ(Decode(1ull << 62), Unknown(1ull << 62));
  EXPECT_EQ(Decode(~0ull), Provisional("unknown_cgroup_id:18446744073709551615"));
  EXPECT_EQ(Text("cgroup", "-1"), Provisional("unknown_cgroup_id:-1"));
  EXPECT_EQ(Text("cgroup", "x"), Failed("decoder 'cgroup' takes a decimal number, not 'x'"));
}

TEST_F(CgroupDecoder, WalksAtMostOnceASecondHoweverManyAreUnknown) {
  EXPECT_EQ(Decode(1ull << 62), Unknown(1ull << 62));
  const std::uint64_t id = Make("late");
  Advance(milliseconds(999));
  EXPECT_EQ(Decode(id), Unknown(id));
  Advance(milliseconds(1));
  EXPECT_EQ(Decode(id), Ok(Path("late")));
}

TEST_F(CgroupDecoder, KeepsTheNameOfACgroupThatIsGoneForTenMinutes) {
  const std::uint64_t id = Make("short");
  EXPECT_EQ(Decode(id), Ok(Path("short")));
  Remove("short");
  Advance(seconds(1));
  EXPECT_EQ(Decode(1ull << 62), Unknown(1ull << 62));  // a walk that finds it gone
  Advance(minutes(9));
  EXPECT_EQ(Decode(id), Ok(Path("short")));  // asked for: 10 more minutes
  Advance(minutes(9));
  EXPECT_EQ(Decode(id), Ok(Path("short")));
  Advance(minutes(10));
  EXPECT_EQ(Decode(id), Unknown(id));
}

TEST_F(CgroupDecoder, TenMinutesStartWhenItIsFoundGone) {
  const std::uint64_t id = Make("short");
  EXPECT_EQ(Decode(id), Ok(Path("short")));
  Advance(minutes(60));
  Remove("short");
  EXPECT_EQ(Decode(1ull << 62), Unknown(1ull << 62));
  Advance(minutes(9));
  EXPECT_EQ(Decode(id), Ok(Path("short")));
}

TEST_F(CgroupDecoder, OldAndNewIdOfOnePathLiveSideBySide) {
  const std::uint64_t before = Make("service");
  EXPECT_EQ(Decode(before), Ok(Path("service")));
  Remove("service");
  const std::uint64_t after = Make("service");
  ASSERT_NE(before, after);
  Advance(seconds(1));
  EXPECT_EQ(Decode(after), Ok(Path("service")));
  EXPECT_EQ(Decode(before), Ok(Path("service")));
  Advance(minutes(11));
  EXPECT_EQ(Decode(before), Unknown(before));
  EXPECT_EQ(Decode(after), Ok(Path("service")));
}

TEST_F(CgroupDecoder, AFolderThatMovedHasItsNewPath) {
  const std::uint64_t id = Make("old");
  EXPECT_EQ(Decode(id), Ok(Path("old")));
  std::filesystem::rename(Path("old"), Path("new"));
  Advance(seconds(1));
  EXPECT_EQ(Decode(1ull << 62), Unknown(1ull << 62));
  EXPECT_EQ(Decode(id), Ok(Path("new")));
}

TEST_F(CgroupDecoder, DoesNotFollowLinksAndStopsAtADepth) {
  std::string deep = "0";
  for (int level = 1; level < 70; ++level) deep += "/" + std::to_string(level);
  const std::uint64_t bottom = Make(deep);
  std::filesystem::create_directory_symlink(Path(""), Path("loop"));
  EXPECT_EQ(Decode(Inode(Path("0/1"))), Ok(Path("0/1")));
  EXPECT_EQ(Decode(bottom), Unknown(bottom));
}

TEST_F(CgroupDecoder, WithoutTheFolderEverythingIsUnknown) {
  Remove("");
  testing::internal::CaptureStderr();
  EXPECT_EQ(Decode(1), Unknown(1));
  Advance(seconds(1));
  EXPECT_EQ(Decode(1), Unknown(1));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(log.ends_with("cgroups: open '" + Path("") +
                            "': No such file or directory: cgroup ids stay unknown\n"))
      << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

TEST_F(CgroupDecoder, TellsWhoseItIsForTenMinutesAfterItIsGone) {
  const std::string container(64, 'c');
  const std::string pod = "kubepods.slice/kubepods-podd0d0_1.slice";
  const std::string scope = "cri-containerd-" + container + ".scope";
  const std::uint64_t id = Make(pod + "/" + scope);
  const auto expect_known = [&] {
    EXPECT_EQ(First("unit", Raw(id)), Ok(scope));
    EXPECT_EQ(First("container_id", Raw(id)), Ok(container));
    EXPECT_EQ(First("pod_uid", Raw(id)), Ok("d0d0-1"));
    EXPECT_EQ(Text("qos", std::to_string(id)), Ok("guaranteed"));
  };
  expect_known();
  Remove(pod);
  Advance(seconds(1));
  EXPECT_EQ(Decode(1ull << 62), Unknown(1ull << 62));  // a walk that finds it gone
  Advance(minutes(9));
  expect_known();
  Advance(minutes(11));
  for (const char* decoder : {"unit", "container_id", "pod_uid", "qos"}) {
    EXPECT_EQ(First(decoder, Raw(id)), Provisional("unknown")) << decoder;
  }
}

TEST_F(CgroupDecoder, HasNoTextForWhatThePathDoesNotTell) {
  const std::uint64_t id = Make("plain");
  for (const char* decoder : {"unit", "container_id", "pod_uid", "qos"}) {
    EXPECT_EQ(First(decoder, Raw(id)), Ok("")) << decoder;
    EXPECT_EQ(Text(decoder, "-1"), Provisional("unknown")) << decoder;
  }
}

class CgroupFollowing : public CgroupDecoder {
 protected:
  static std::set<std::string> Paths(const std::vector<host::Cgroup>& cgroups) {
    std::set<std::string> paths;
    for (const host::Cgroup& cgroup : cgroups) paths.insert(cgroup.path);
    return paths;
  }
  using Set = std::set<std::string>;
};

TEST_F(CgroupFollowing, TellsAllAndThenWhatChanged) {
  const std::uint64_t first = Make("a");
  Make("b");
  host::CgroupFollower follower(host_);
  host::CgroupChanges changes = follower.Poll();
  EXPECT_EQ(Paths(changes.created), (Set{Path(""), Path("a"), Path("b")}));
  EXPECT_EQ(Paths(changes.removed), Set{});

  Remove("a");
  Make("c");
  changes = follower.Poll();
  EXPECT_EQ(Paths(changes.created), Set{});
  EXPECT_EQ(Paths(changes.removed), Set{});

  Advance(seconds(1));
  changes = follower.Poll();
  EXPECT_EQ(Paths(changes.created), Set{Path("c")});
  ASSERT_EQ(changes.removed.size(), 1u);
  EXPECT_EQ(changes.removed[0].id, first);
  EXPECT_EQ(changes.removed[0].path, Path("a"));

  Advance(seconds(1));
  changes = follower.Poll();
  EXPECT_TRUE(changes.created.empty() && changes.removed.empty());
}

TEST_F(CgroupFollowing, StartsWithAllWhenADecoderWalkedBefore) {
  const std::uint64_t id = Make("a");
  EXPECT_EQ(Decode(id), Ok(Path("a")));
  host::CgroupFollower follower(host_);
  EXPECT_EQ(Paths(follower.Poll().created), (Set{Path(""), Path("a")}));
}

// The host's own tree, whatever kind it is.
TEST(CgroupOnThisHost, NamesTheRootOfTheDefaultHierarchy) {
  constexpr long kCgroup2 = 0x63677270;
  const auto is_cgroup2 = [](const char* path) {
    struct statfs filesystem {};
    return statfs(path, &filesystem) == 0 && filesystem.f_type == kCgroup2;
  };
  const char* const root = is_cgroup2("/sys/fs/cgroup")           ? "/sys/fs/cgroup"
                           : is_cgroup2("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified"
                                                                  : nullptr;
  if (root == nullptr) GTEST_SKIP() << "no cgroup2 below /sys/fs/cgroup";
  host::Host host;
  const auto decoder = MakeDecoder(Spec("cgroup"), {0}, host);
  ASSERT_TRUE(decoder);
  std::string out;
  EXPECT_EQ((*decoder)->Decode(std::to_string(Inode(root)), out), Decoded::kOk);
  EXPECT_EQ(out, root);
}

}  // namespace
}  // namespace bpf_exporter::decode
