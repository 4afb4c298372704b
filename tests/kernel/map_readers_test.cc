// SPDX-License-Identifier: Apache-2.0
#include "kernel/read/map_readers.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <string_view>
#include <thread>

#include "kernel/support.h"
#include "object/map_types.h"

namespace bpf_exporter::kernel {
namespace {

const std::vector<std::string> kMaps = {
    "array8",        "array12",       "array4",        "hash20",       "hash2",       "lru8",
    "percpu_array8", "percpu_array4", "percpu_hash20", "percpu_hash4", "lru_percpu8", "trie20",
};

std::uint32_t PossibleCpus() { return static_cast<std::uint32_t>(libbpf_num_possible_cpus()); }

object::MapLayout LayoutIn(const plan::ConfigPlan& plan, const std::string& map) {
  for (const plan::MapPlan& known : plan.maps) {
    if (known.layout.name == map) return known.layout;
  }
  ADD_FAILURE() << "no map " << map;
  return {};
}

std::size_t ValueBytes(const object::MapLayout& layout) {
  return object::IsPerCpu(layout.type)
             ? std::size_t{(layout.value_size + 7) / 8 * 8} * PossibleCpus()
             : layout.value_size;
}

// Writes rows 0 … count-1 with keys and values that differ in every byte that there is.
void Fill(int fd, const object::MapLayout& layout, std::uint32_t count) {
  std::vector<unsigned char> key(layout.key_size), value(ValueBytes(layout));
  for (std::uint32_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<unsigned char>(i * 7);
    std::memcpy(key.data(), &row, std::min<std::size_t>(key.size(), 4));
    for (std::size_t i = 0; i < value.size(); ++i) {
      value[i] = static_cast<unsigned char>(row * 31 + i * 11 + 1);
    }
    ASSERT_EQ(bpf_map_update_elem(fd, key.data(), value.data(), BPF_ANY), 0) << strerror(errno);
  }
}

// The bytes of a list such as "0x0a","0xff"], which `text` begins with.
std::string HexBytes(std::string_view text) {
  std::string bytes;
  for (; text.starts_with("\"0x"); text.remove_prefix(text[6] == ',' ? 7 : 6)) {
    int byte = 0;
    std::from_chars(text.data() + 3, text.data() + 5, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

// The map as bpftool sees it: raw key to raw value; each CPU's value, without padding, in turn.
// Reads of the text only the lists of bytes, since a JSON library takes minutes for it in an
// emulated guest.
std::map<std::string, std::string> BpftoolDump(int fd) {
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  EXPECT_EQ(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
  std::map<std::string, std::string> rows;
  const std::string output = Output(fmt::format("bpftool -j map dump id {}", info.id));
  const std::string_view text = output;
  std::string* value = nullptr;  // of the last key
  for (std::size_t at = text.find("[\"0x"); at != text.npos; at = text.find("[\"0x", at + 1)) {
    const std::string bytes = HexBytes(text.substr(at + 1));
    const std::string_view before = text.substr(0, at);
    if (before.ends_with("\"key\":")) {
      value = &rows[bytes];
    } else if (value != nullptr && before.ends_with("\"value\":")) {
      *value += bytes;
    } else {
      ADD_FAILURE() << "neither a key nor a value: " << text.substr(at, 100);
    }
  }
  return rows;
}

// What the reader hands over, in bpftool's form.
std::map<std::string, std::string> ReaderRows(metrics::MapReader& reader,
                                              const object::MapLayout& layout) {
  RowCollector collector(ValueBytes(layout));
  const Status status = reader.Read(collector);
  EXPECT_TRUE(status) << status.error().Message();
  EXPECT_EQ(collector.repeats, 0u);
  const std::size_t stride = ValueBytes(layout) / reader.cpus();
  for (auto& [key, value] : collector.rows) {
    std::string bare;
    for (std::uint32_t cpu = 0; cpu < reader.cpus(); ++cpu) {
      bare += value.substr(cpu * stride, layout.value_size);
    }
    value = bare;
  }
  return collector.rows;
}

std::unique_ptr<metrics::MapReader> ReaderWith(int fd, const object::MapLayout& layout,
                                               const ReadOptions& options) {
  Result<std::unique_ptr<metrics::MapReader>> reader =
      MakeMapReader({layout.name, fd}, layout, std::make_shared<ReadBuffers>(), options);
  EXPECT_TRUE(reader.ok()) << reader.error().Message();
  return reader.ok() ? std::move(*reader) : nullptr;
}

class MapKinds : public KernelTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(MapKinds, ReadsTheRowsThatBpftoolSees) {
  const plan::ConfigPlan plan = PlanOf("map_kinds", kMaps);
  LoadedObject* object = Load(plan);
  ASSERT_NE(object, nullptr);
  const object::MapLayout layout = LayoutIn(plan, GetParam());
  const int fd = object->Map(GetParam()).fd();
  const bool array = layout.type == BPF_MAP_TYPE_ARRAY || layout.type == BPF_MAP_TYPE_PERCPU_ARRAY;
  // LRU maps evict before they are full.
  const std::uint32_t rows = array ? layout.max_entries : layout.max_entries / 4 * 3;
  Fill(fd, layout, rows);

  Result<std::unique_ptr<metrics::MapReader>> reader =
      MakeMapReader(object->Map(GetParam()), layout, std::make_shared<ReadBuffers>());
  ASSERT_TRUE(reader.ok()) << reader.error().Message();
  EXPECT_EQ((*reader)->cpus(), object::IsPerCpu(layout.type) ? PossibleCpus() : 1u);
  const std::map<std::string, std::string> expected = BpftoolDump(fd);
  EXPECT_EQ(ReaderRows(**reader, layout), expected);
  EXPECT_EQ(ReaderRows(**reader, layout), expected) << "the second time";
  const bool evicts =
      layout.type == BPF_MAP_TYPE_LRU_HASH || layout.type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  if (evicts) {
    EXPECT_FALSE(expected.empty());
  } else {
    EXPECT_EQ(rows, expected.size());
  }
}

TEST_P(MapKinds, ReadsTheSameWithoutBatchesAndWithTheSmallest) {
  const plan::ConfigPlan plan = PlanOf("map_kinds", kMaps);
  LoadedObject* object = Load(plan);
  ASSERT_NE(object, nullptr);
  const object::MapLayout layout = LayoutIn(plan, GetParam());
  const int fd = object->Map(GetParam()).fd();
  Fill(fd, layout, layout.max_entries / 4 * 3);
  const std::map<std::string, std::string> expected = BpftoolDump(fd);
  for (const ReadOptions& options : {ReadOptions{.batches = false}, ReadOptions{.first_batch = 1},
                                     ReadOptions{.first_batch = 7}}) {
    const std::unique_ptr<metrics::MapReader> reader = ReaderWith(fd, layout, options);
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(ReaderRows(*reader, layout), expected) << options.first_batch;
  }
}

TEST_P(MapKinds, ReadsAnEmptyMap) {
  const plan::ConfigPlan plan = PlanOf("map_kinds", kMaps);
  LoadedObject* object = Load(plan);
  ASSERT_NE(object, nullptr);
  const object::MapLayout layout = LayoutIn(plan, GetParam());
  for (const bool batches : {true, false}) {
    const std::unique_ptr<metrics::MapReader> reader =
        ReaderWith(object->Map(GetParam()).fd(), layout, {.batches = batches});
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(ReaderRows(*reader, layout), BpftoolDump(object->Map(GetParam()).fd()));
  }
}

INSTANTIATE_TEST_SUITE_P(, MapKinds, ::testing::ValuesIn(kMaps),
                         [](const auto& map) { return map.param; });

using MapReaders = KernelTest;

bool IsMapped(const std::string& map, const LoadedObject& object) {
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  EXPECT_EQ(bpf_obj_get_info_by_fd(object.Map(map).fd(), &info, &size), 0);
  return (info.map_flags & BPF_F_MMAPABLE) != 0;
}

TEST_F(MapReaders, MapsArraysThatMetricsReadAndNoOthers) {
  LoadedObject* object = Load(PlanOf("map_kinds", {"array8", "percpu_array8"}));
  ASSERT_NE(object, nullptr);
  EXPECT_TRUE(IsMapped("array8", *object));
  EXPECT_FALSE(IsMapped("array12", *object));
  EXPECT_FALSE(IsMapped("percpu_array8", *object));
}

TEST_F(MapReaders, ReadsAnArrayThatCannotBeMapped) {
  const plan::ConfigPlan plan = PlanOf("map_kinds", {"locked"});
  LoadedObject* object = Load(plan);
  ASSERT_NE(object, nullptr);
  const object::MapLayout layout = LayoutIn(plan, "locked");
  for (std::uint32_t row = 0; row < layout.max_entries; ++row) {
    const std::uint32_t value[2] = {0, row * 3};
    ASSERT_EQ(bpf_map_update_elem(object->Map("locked").fd(), &row, value, BPF_ANY), 0);
  }
  Result<std::unique_ptr<metrics::MapReader>> reader =
      MakeMapReader(object->Map("locked"), layout, std::make_shared<ReadBuffers>());
  ASSERT_TRUE(reader.ok()) << reader.error().Message();
  EXPECT_EQ(ReaderRows(**reader, layout), BpftoolDump(object->Map("locked").fd()));
}

// Counts the keys below `stable`, each of which has itself as its value.
struct StableKeys : metrics::RowSink {
  explicit StableKeys(std::uint64_t stable) : seen(stable) {}

  void OnRows(const metrics::RowBlock& block) override {
    for (std::size_t i = 0; i < block.count; ++i) {
      std::uint64_t key = 0, value = 0;
      std::memcpy(&key, block.keys + i * block.key_stride, sizeof(key));
      std::memcpy(&value, block.values + i * block.value_stride, sizeof(value));
      if (key >= seen.size()) continue;
      repeats += seen[key] ? 1 : 0;
      wrong_values += value == key ? 0 : 1;
      seen[key] = true;
    }
  }
  std::size_t Missing() const {
    return static_cast<std::size_t>(std::count(seen.begin(), seen.end(), false));
  }

  std::vector<bool> seen;
  std::size_t repeats = 0, wrong_values = 0;
};

// While another thread inserts and deletes, keys that are never deleted come exactly once.
void ReadWhileChurning(LoadedObject& object, const object::MapLayout& layout,
                       const ReadOptions& options, std::uint64_t stable, int walks) {
  constexpr std::uint64_t kChurned = 10'000;
  const int fd = object.Map("churned").fd();
  for (std::uint64_t key = 0; key < stable; ++key) {
    ASSERT_EQ(bpf_map_update_elem(fd, &key, &key, BPF_ANY), 0);
  }
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> changes = 0;
  std::thread churner([&] {
    while (!stop) {
      for (std::uint64_t i = 0; i < kChurned && !stop; ++i) {
        const std::uint64_t key = (std::uint64_t{1} << 40) + i;
        if (bpf_map_update_elem(fd, &key, &i, BPF_ANY) == 0) ++changes;
      }
      for (std::uint64_t i = 0; i < kChurned && !stop; ++i) {
        const std::uint64_t key = (std::uint64_t{1} << 40) + i;
        if (bpf_map_delete_elem(fd, &key) == 0) ++changes;
      }
    }
  });
  const std::unique_ptr<metrics::MapReader> reader = ReaderWith(fd, layout, options);
  for (int walk = 0; walk < walks; ++walk) {
    StableKeys keys(stable);
    const Status status = reader->Read(keys);
    EXPECT_TRUE(status) << status.error().Message();
    EXPECT_EQ(keys.Missing(), 0u) << "walk " << walk;
    EXPECT_EQ(keys.repeats, 0u) << "walk " << walk;
    EXPECT_EQ(keys.wrong_values, 0u) << "walk " << walk;
  }
  stop = true;
  churner.join();
  EXPECT_GT(changes, 100u) << "nothing happened meanwhile";
}

TEST_F(MapReaders, KeepsEveryKeyOnceWhileOthersComeAndGo) {
  const plan::ConfigPlan plan = PlanOf("map_kinds", {"churned"});
  LoadedObject* object = Load(plan);
  ASSERT_NE(object, nullptr);
  ReadWhileChurning(*object, plan.maps[0].layout, {}, 100'000, 25);
}

TEST_F(MapReaders, KeepsEveryKeyOnceAlsoWithoutBatches) {
  const plan::ConfigPlan plan = PlanOf("map_kinds", {"churned"});
  LoadedObject* object = Load(plan);
  ASSERT_NE(object, nullptr);
  ReadWhileChurning(*object, plan.maps[0].layout, {.batches = false}, 10'000, 20);
}

TEST_F(MapReaders, RefusesMapsWithoutRows) {
  object::MapLayout layout;
  layout.name = "events";
  layout.type = BPF_MAP_TYPE_RINGBUF;
  const auto reader = MakeMapReader({layout.name, -1}, layout, std::make_shared<ReadBuffers>());
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().Message(), "map 'events': a ringbuf map has no rows to read");
}

TEST_F(MapReaders, ReportsAMapThatCannotBeRead) {
  const int fd = [] {
    LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_WRONLY);
    return bpf_map_create(BPF_MAP_TYPE_HASH, "write_only", 4, 8, 10, &options);
  }();
  ASSERT_GE(fd, 0);
  object::MapLayout layout;
  layout.name = "write_only";
  layout.type = BPF_MAP_TYPE_HASH;
  for (const bool batches : {true, false}) {
    const std::unique_ptr<metrics::MapReader> reader = ReaderWith(fd, layout, {.batches = batches});
    RowCollector collector(8);
    const Status status = reader->Read(collector);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().Message(), batches ? "batch lookup: Operation not permitted"
                                                : "next key: Operation not permitted");
    EXPECT_TRUE(collector.rows.empty());
  }
  close(fd);
}

}  // namespace
}  // namespace bpf_exporter::kernel
