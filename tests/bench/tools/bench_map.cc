// SPDX-License-Identifier: Apache-2.0
// bench_map PID MAP fill COUNT SEED   writes COUNT keys, whose values follow from key and SEED
// bench_map PID MAP delete            deletes all keys
// bench_map PID MAP limit             prints what bare batch reads cost: "ENTRIES CPU_MILLISECONDS"
// Works on all maps of that name that process PID holds. Root.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<char>;

struct Map {
  int fd = -1;
  bpf_map_info info{};

  bool is_percpu() const { return info.type == BPF_MAP_TYPE_PERCPU_HASH; }
  std::size_t cpus() const {
    return is_percpu() ? static_cast<std::size_t>(libbpf_num_possible_cpus()) : 1;
  }
  std::size_t row_size() const {
    return is_percpu() ? (std::size_t{info.value_size} + 7) / 8 * 8 * cpus() : info.value_size;
  }
};

[[noreturn]] void Fail(const std::string& operation) {
  throw std::runtime_error(operation + ": " + std::strerror(errno));
}

// The process' descriptors say of which map they are; its own may be open more than once.
std::vector<Map> MapsOf(const std::string& pid, const std::string& name) {
  std::set<std::uint32_t> ids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + pid + "/fdinfo")) {
    std::ifstream file(entry.path());
    std::string field;
    std::uint32_t id = 0;
    while (file >> field) {
      if (field == "map_id:" && file >> id) ids.insert(id);
    }
  }
  std::vector<Map> maps;
  for (const std::uint32_t id : ids) {
    Map map;
    map.fd = bpf_map_get_fd_by_id(id);
    if (map.fd < 0) Fail("open map " + std::to_string(id));
    std::uint32_t size = sizeof(map.info);
    if (bpf_obj_get_info_by_fd(map.fd, &map.info, &size) != 0) Fail("describe a map");
    if (name == map.info.name) maps.push_back(map);
  }
  if (maps.empty()) throw std::runtime_error("process " + pid + " has no map '" + name + "'");
  return maps;
}

// The keys of maps.bpf.c; process.py expects the same.
Bytes KeyOf(const Map& map, std::uint32_t number) {
  Bytes key(map.info.key_size);
  if (key.size() == 16) {  // device, operation, bucket: 27 buckets, 2 operations a device
    const std::uint32_t head[2] = {number / 54, number / 27 % 2};
    const std::uint64_t bucket = number % 27;
    std::memcpy(key.data(), head, 8);
    std::memcpy(key.data() + 8, &bucket, 8);
  } else {
    std::memcpy(key.data(), &number, 4);
  }
  if (key.size() == 24) {  // id, operation, comm
    const std::uint32_t operation = number % 2;
    std::memcpy(key.data() + 4, &operation, 4);
    std::snprintf(key.data() + 8, 16, "worker-%u", number % 997);
  }
  return key;
}

void Fill(const Map& map, std::uint32_t count, std::uint64_t seed) {
  std::vector<std::uint64_t> value(map.cpus());
  for (std::uint32_t number = 0; number < count; ++number) {
    for (std::size_t cpu = 0; cpu < value.size(); ++cpu) value[cpu] = number * seed + 1 + cpu;
    if (bpf_map_update_elem(map.fd, KeyOf(map, number).data(), value.data(), BPF_ANY) != 0) {
      Fail("update key " + std::to_string(number));
    }
  }
}

// Goes on from a key before that is deleted: from a key that is gone the kernel would begin again
// at the first bucket, and a walk over an emptying map would take time squared.
void Delete(const Map& map) {
  Bytes key(map.info.key_size);
  Bytes next(map.info.key_size);
  int error = bpf_map_get_next_key(map.fd, nullptr, key.data());
  if (error != 0 && errno != ENOENT) Fail("first key");
  while (error == 0) {
    error = bpf_map_get_next_key(map.fd, key.data(), next.data());
    if (error != 0 && errno != ENOENT) Fail("next key");
    if (bpf_map_delete_elem(map.fd, key.data()) != 0) Fail("delete");
    key.swap(next);
  }
}

// Reads the whole map into memory that is there already, with as few calls as possible.
class Limit {
 public:
  explicit Limit(const Map& map)
      : map_(map),
        keys_(std::size_t{map.info.max_entries} * map.info.key_size),
        values_(std::size_t{map.info.max_entries} * map.row_size()),
        cursor_(std::max<std::size_t>(map.info.key_size, 8)) {}

  std::uint32_t Read() {
    std::uint32_t entries = 0;
    for (bool first = true; entries < map_.info.max_entries; first = false) {
      std::uint32_t count = map_.info.max_entries - entries;
      const int error = bpf_map_lookup_batch(map_.fd, first ? nullptr : cursor_.data(),
                                             cursor_.data(), &keys_[Row(entries, false)],
                                             &values_[Row(entries, true)], &count, nullptr);
      if (error != 0 && errno != ENOENT) Fail("read in batches");
      entries += count;
      if (error != 0) break;
    }
    return entries;
  }

 private:
  std::size_t Row(std::uint32_t row, bool value) const {
    return row * (value ? map_.row_size() : map_.info.key_size);
  }

  Map map_;
  Bytes keys_, values_, cursor_;
};

// Of this thread: on a busy machine the time on the clock is about the others.
double CpuMilliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void PrintLimit(const std::vector<Map>& maps) {
  std::vector<Limit> limits(maps.begin(), maps.end());
  std::vector<double> times;
  std::uint32_t entries = 0;
  for (int run = 0; run < 10; ++run) {
    const double start = CpuMilliseconds();
    entries = 0;
    for (Limit& limit : limits) entries += limit.Read();
    if (run > 0) times.push_back(CpuMilliseconds() - start);  // the first one gets the memory
  }
  std::sort(times.begin(), times.end());
  std::printf("%u %.4f\n", entries, times[times.size() / 2]);
}

int Run(const std::vector<std::string>& words) {
  const std::vector<Map> maps = MapsOf(words.at(1), words.at(2));
  if (words.at(3) == "limit") {
    PrintLimit(maps);
    return 0;
  }
  for (const Map& map : maps) {
    if (words[3] == "fill") {
      Fill(map, static_cast<std::uint32_t>(std::stoul(words.at(4))), std::stoull(words.at(5)));
    } else if (words[3] == "delete") {
      Delete(map);
    } else {
      throw std::invalid_argument("'" + words[3] + "' is not fill, delete or limit");
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(std::vector<std::string>(argv, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_map: %s\n", error.what());
    return 1;
  }
}
