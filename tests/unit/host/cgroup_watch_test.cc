// SPDX-License-Identifier: Apache-2.0
#include "host/cgroup_watch.h"

#include <fcntl.h>
#include <sys/fanotify.h>

#include <random>

#include "unit/decode/run.h"

namespace bpf_exporter::host {
namespace {

constexpr int kKernfsHandle = 0xfe;

// One information record of fanotify(7): header, file system id, file handle, name.
std::string Record(std::uint8_t type, std::uint64_t id, std::string_view name = "",
                   int handle_type = kKernfsHandle) {
  std::string handle = decode::Raw<unsigned>(8) + decode::Raw<int>(handle_type) + decode::Raw(id);
  handle.append(name);
  do {
    handle += '\0';
  } while (handle.size() % 4 != 0);
  const fanotify_event_info_header header = {
      .info_type = type,
      .len = static_cast<std::uint16_t>(sizeof(fanotify_event_info_fid) + handle.size())};
  return decode::Raw(header) + decode::Raw<std::uint64_t>(0x1234) + handle;
}

std::string Event(std::uint64_t mask, const std::string& records,
                  std::uint8_t version = FANOTIFY_METADATA_VERSION) {
  fanotify_event_metadata event{};
  event.event_len = static_cast<std::uint32_t>(sizeof(event) + records.size());
  event.vers = version;
  event.metadata_len = sizeof(event);
  event.mask = mask;
  event.fd = FAN_NOFD;
  return decode::Raw(event) + records;
}

std::string Created(std::uint64_t parent, std::string_view name) {
  return Event(FAN_CREATE | FAN_ONDIR, Record(FAN_EVENT_INFO_TYPE_DFID_NAME, parent, name));
}

std::string Removed(std::uint64_t parent, std::string_view name, std::uint64_t id) {
  return Event(FAN_DELETE | FAN_ONDIR, Record(FAN_EVENT_INFO_TYPE_DFID_NAME, parent, name) +
                                           Record(FAN_EVENT_INFO_TYPE_FID, id));
}

CgroupEvents Read(std::string_view buffer) {
  CgroupEvents events;
  ParseCgroupEvents(buffer, events);
  return events;
}

TEST(CgroupEvents, AreReadInTheirOrder) {
  const CgroupEvents read = Read(Created(1, "a.slice") + Removed(25, "b", 44));
  EXPECT_FALSE(read.lost);
  ASSERT_EQ(read.events.size(), 2u);
  EXPECT_EQ(read.events[0].parent, 1u);
  EXPECT_EQ(read.events[0].name, "a.slice");
  EXPECT_FALSE(read.events[0].removed);
  EXPECT_EQ(read.events[0].id, std::nullopt);
  EXPECT_EQ(read.events[1].parent, 25u);
  EXPECT_EQ(read.events[1].name, "b");
  EXPECT_TRUE(read.events[1].removed);
  EXPECT_EQ(read.events[1].id, 44u);
}

TEST(CgroupEvents, AnOverflowMeansThatSomeAreLost) {
  const CgroupEvents read = Read(Created(1, "a") + Event(FAN_Q_OVERFLOW, "") + Created(1, "b"));
  EXPECT_TRUE(read.lost);
  EXPECT_EQ(read.events.size(), 2u);
}

TEST(CgroupEvents, OfFilesAreLeftOut) {
  const CgroupEvents read =
      Read(Event(FAN_CREATE, Record(FAN_EVENT_INFO_TYPE_DFID_NAME, 1, "memory.max")));
  EXPECT_FALSE(read.lost);
  EXPECT_TRUE(read.events.empty());
}

TEST(CgroupEvents, OfAnotherFormCountAsLost) {
  const std::uint64_t removed = FAN_DELETE | FAN_ONDIR;
  for (const std::string& buffer :
       {Event(removed, Record(FAN_EVENT_INFO_TYPE_DFID_NAME, 1, "no id")),
        Event(removed, Record(FAN_EVENT_INFO_TYPE_DFID_NAME, 1, "x", 1)),
        Event(removed, Record(FAN_EVENT_INFO_TYPE_FID, 44)),
        Event(removed, Record(FAN_EVENT_INFO_TYPE_DFID_NAME, 1, "")), Event(removed, ""),
        Event(removed, "\x02"), Event(removed, "", FANOTIFY_METADATA_VERSION + 1)}) {
    const CgroupEvents read = Read(buffer);
    EXPECT_TRUE(read.lost);
    EXPECT_TRUE(read.events.empty());
  }
}

TEST(CgroupEvents, CutAnywhereTheyCountAsLost) {
  const std::string whole = Removed(1, "name", 44);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<long>(size));
    EXPECT_TRUE(Read({exact.data(), exact.size()}).lost) << size;
  }
}

TEST(CgroupEvents, RandomBytesAreSurvived) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string buffer = Created(1, "a") + Removed(1, "b", 2);
    for (int changes = 0; changes < 3; ++changes) {
      buffer[random() % buffer.size()] = static_cast<char>(random());
    }
    const CgroupEvents read = Read(buffer);
    EXPECT_LE(read.events.size(), 4u);
  }
}

}  // namespace
}  // namespace bpf_exporter::host
