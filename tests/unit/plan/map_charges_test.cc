// SPDX-License-Identifier: Apache-2.0
#include "plan/map_charges.h"

#include <gtest/gtest.h>

namespace bpf_exporter::plan {
namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;

object::MapLayout Map(const std::string& name, std::uint32_t type, std::uint32_t key_size,
                      std::uint32_t value_size, std::uint32_t max_entries) {
  object::MapLayout map;
  map.name = name;
  map.type = type;
  map.key_size = key_size;
  map.value_size = value_size;
  map.max_entries = max_entries;
  return map;
}

std::vector<std::string> Names(const std::vector<MapCharge>& charges) {
  std::vector<std::string> names;
  for (const MapCharge& charge : charges) names.push_back(charge.map);
  return names;
}

ConfigPlan Plan() {
  ConfigPlan plan;
  plan.object.maps = {
      Map("counts", BPF_MAP_TYPE_PERCPU_HASH, 16, 8, 1'024),
      Map("slots", BPF_MAP_TYPE_ARRAY, 4, 8, 100),
      Map("idle", BPF_MAP_TYPE_HASH, 4, 8, 1'024),
      Map("shared", BPF_MAP_TYPE_HASH, 4, 8, 1'024),
      Map("records", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0),
      Map("buffer", BPF_MAP_TYPE_RINGBUF, 0, 0, 4'096),
      Map("by_task", BPF_MAP_TYPE_TASK_STORAGE, 4, 8, 0),
      Map("ages", BPF_MAP_TYPE_QUEUE, 0, 8, 1),
  };
  plan.object.maps[3].pin = "/sys/fs/bpf/shared";
  plan.object.sections = {Map(".bss", BPF_MAP_TYPE_ARRAY, 4, 2 * kMebibyte, 1)};
  plan.object.sections[0].flags = BPF_F_MMAPABLE;
  plan.idle_maps = {"idle"};
  plan.maps = {{plan.object.maps[1], {}, {}}, {plan.object.maps[4], {}, EventsPlan{}}};
  return plan;
}

TEST(MapChargesTest, AreOfWhatIsMade) {
  ChargeOptions options;
  options.machine.cpus = 2;
  EXPECT_EQ(Names(ChargesOf(Plan(), options)),
            (std::vector<std::string>{"counts", "slots", "shared", "records", "buffer", "by_task",
                                      "ages", ".bss", "records"}));
  options.is_pinned = [](const std::string& path) { return path == "/sys/fs/bpf/shared"; };
  const std::vector<MapCharge> charges = ChargesOf(Plan(), options);
  EXPECT_EQ(Names(charges), (std::vector<std::string>{"counts", "slots", "records", "buffer",
                                                      "by_task", "ages", ".bss", "records"}));
  std::vector<std::string> shapes;
  for (const MapCharge& charge : charges) shapes.push_back(charge.shape);
  EXPECT_EQ(shapes, (std::vector<std::string>{
                        "percpu_hash, 1024 entries of 16 + 8 bytes on 2 CPUs",
                        "array, 100 entries of 4 + 8 bytes",
                        "perf_event_array, an entry for each of 2 CPUs", "ringbuf",
                        "task_storage, values of 8 bytes", "queue, 1 entry of 8 bytes",
                        "variables of 2097152 bytes", "its buffers, 64 pages on 2 CPUs"}));
  EXPECT_EQ(charges[1].memory.at_most, 2u * 4'096);  // mapped, since a metric reads it
  EXPECT_EQ(charges[6].memory.at_most, 2 * kMebibyte + 4'096);
  EXPECT_EQ(charges[7].memory.at_most, 2u * 65 * 4'096);
}

// libbpf makes such a map while it loads, however large.
TEST(MapChargesTest, AreOfOneOfTheMapsInAMapAsWell) {
  ConfigPlan plan;
  plan.object.maps = {Map("nested", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1)};
  plan.object.maps[0].inner =
      std::make_shared<object::MapLayout>(Map("inner", BPF_MAP_TYPE_ARRAY, 4, 8, 1 << 20));
  const std::vector<MapCharge> charges = ChargesOf(plan, {});
  EXPECT_EQ(Names(charges), (std::vector<std::string>{"nested", "nested"}));
  EXPECT_EQ(charges[1].shape, "a map as those in it: array, 1048576 entries of 4 + 8 bytes");
  EXPECT_GE(charges[1].memory.at_most, 8 * kMebibyte);
}

MapCharge Charge(const std::string& map, std::uint64_t at_once, std::uint64_t at_most) {
  return {map, "hash, 7 entries of 4 + 8 bytes", {at_once, at_most}, "give it fewer max_entries"};
}

std::string Problem(const std::vector<MapCharge>& charges, const MemoryLimit& limit) {
  const Status fits = CheckCharges(charges, limit);
  return fits ? "" : fits.error().Message();
}

TEST(MapChargesTest, FitUpToTheLimit) {
  EXPECT_EQ(Problem({}, {0, 0, "none"}), "");
  EXPECT_EQ(Problem({Charge("a", 5, 5), Charge("b", 5, 5)}, {10, 5, ""}), "");
  EXPECT_EQ(Problem({Charge("a", UINT64_MAX, UINT64_MAX), Charge("b", 5, 5)}, {}), "");
  EXPECT_EQ(Sum({Charge("a", UINT64_MAX, UINT64_MAX), Charge("b", 5, 5)}), UINT64_MAX);
}

TEST(MapChargesTest, NameTheMapThatIsTooLarge) {
  const std::uint64_t large = 1'500 * kMebibyte;
  EXPECT_EQ(
      Problem({Charge("a", 5, 5), Charge("b", large, large)}, {UINT64_MAX, 1'024 * kMebibyte, ""}),
      "map 'b': it would take 1.46 GiB of kernel memory (hash, 7 entries of 4 + 8 bytes), "
      "and a map may take 1 GiB; give it fewer max_entries, or allow it with "
      "--bpf.max-memory=1501MiB");
}

TEST(MapChargesTest, AdviseOtherwiseForVariables) {
  ConfigPlan plan;
  plan.object.sections = {Map(".bss", BPF_MAP_TYPE_ARRAY, 4, 7'999'488, 1)};
  EXPECT_EQ(Problem(ChargesOf(plan, {}), {UINT64_MAX, 4 * kMebibyte, ""}),
            "map '.bss': it would take 7.63 MiB of kernel memory (variables of 7999488 bytes), and "
            "a map may take 4 MiB; declare smaller arrays in it, or allow it with "
            "--bpf.max-memory=8MiB");
}

TEST(MapChargesTest, AdviseWhatMakesEachSmaller) {
  ConfigPlan plan;
  plan.object.maps = {Map("state", BPF_MAP_TYPE_ARRAY, 4, 5 * kMebibyte, 1)};
  EXPECT_EQ(Problem(ChargesOf(plan, {}), {UINT64_MAX, 4 * kMebibyte, ""}),
            "map 'state': it would take 5 MiB of kernel memory (array, 1 entry of 4 + 5242880 "
            "bytes), and a map may take 4 MiB; give it smaller values, or allow it with "
            "--bpf.max-memory=6MiB");
  plan.object.maps = {Map("by_cpu", BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 2)};
  plan.object.maps[0].inner = std::make_shared<object::MapLayout>(
      Map("by_cpu.inner", BPF_MAP_TYPE_ARRAY, 4, 8, 1'000'000'000));
  EXPECT_EQ(Problem(ChargesOf(plan, {}), {UINT64_MAX, 1'024 * kMebibyte, ""}),
            "map 'by_cpu': it would take 7.45 GiB of kernel memory (a map as those in it: array, "
            "1000000000 entries of 4 + 8 bytes), and a map may take 1 GiB; give the maps in it "
            "fewer max_entries, or allow it with --bpf.max-memory=7630MiB");
  plan.object.maps = {Map("records", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0)};
  plan.maps = {{plan.object.maps[0], {}, EventsPlan{}}};
  ChargeOptions options;
  options.buffer_pages = 1 << 14;
  options.machine.cpus = 16;
  EXPECT_EQ(Problem(ChargesOf(plan, options), {UINT64_MAX, 1'024 * kMebibyte, ""}),
            "map 'records': it would take 1 GiB of kernel memory (its buffers, 16384 pages on 16 "
            "CPUs), and a map may take 1 GiB; give it fewer pages with --events.buffer-pages, or "
            "allow it with --bpf.max-memory=1025MiB");
}

TEST(MapChargesTest, NameTheLargestOfTooMany) {
  const std::vector<MapCharge> charges = {Charge("a", kMebibyte, kMebibyte),
                                          Charge("b", kMebibyte, 2 * kMebibyte),
                                          Charge("c", kMebibyte, kMebibyte)};
  EXPECT_EQ(Problem(charges, {3 * kMebibyte, UINT64_MAX, "a quarter of 12 MiB"}),
            "map 'b': it would take up to 2 MiB of kernel memory (hash, 7 entries of 4 + 8 bytes) "
            "of the 4 MiB of all 3 maps together, and a configuration may take 3 MiB: a quarter "
            "of 12 MiB; give it fewer max_entries, or allow it with --bpf.max-memory=4MiB");
  EXPECT_EQ(Problem({charges[0]}, {1'000, UINT64_MAX, "--bpf.max-memory"}),
            "map 'a': it would take 1 MiB of kernel memory (hash, 7 entries of 4 + 8 bytes), and a "
            "configuration may take 1000 bytes: --bpf.max-memory; give it fewer max_entries, or "
            "allow it with --bpf.max-memory=1MiB");
}

}  // namespace
}  // namespace bpf_exporter::plan
