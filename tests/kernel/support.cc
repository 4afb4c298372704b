// SPDX-License-Identifier: Apache-2.0
#include "kernel/support.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "config/diagnostics.h"
#include "config/parse.h"
#include "host/host.h"
#include "object/read_layout.h"
#include "plan/programs.h"
#include "plan/resolve.h"
#include "support/paths.h"

namespace bpf_exporter::kernel {
namespace {

bool IsSet(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && std::string(value) == "1";
}

bool Exists(const std::string& id) {
  std::istringstream words(id);
  std::string kind;
  std::uint32_t number = 0;
  words >> kind >> number;
  // By the list of ids, not by opening: a program array that is opened while the kernel clears it
  // is never freed (seen with 6.18).
  std::uint32_t next = number - 1;
  const int error = kind == "prog"  ? bpf_prog_get_next_id(next, &next)
                    : kind == "map" ? bpf_map_get_next_id(next, &next)
                                    : bpf_link_get_next_id(next, &next);
  return error == 0 && next == number;
}

}  // namespace

std::string WhyNoBpf() {
  if (geteuid() != 0) return "kernel tests need root";
  const int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 8, 1, nullptr);
  if (fd < 0) return std::string("this machine does not allow bpf(): ") + strerror(errno);
  close(fd);
  return {};
}

bool KernelIsRequired() { return IsSet("REQUIRE_KERNEL"); }
bool EveryKindIsRequired() { return IsSet("KERNEL_TESTS_GUEST"); }

std::size_t OpenFds() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count - 1;  // the one that reads the directory
}

std::set<std::string> BpfIdsOfThisProcess() {
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream info(entry.path());
    for (std::string key, value; info >> key >> value;) {
      if (key == "prog_id:") ids.insert("prog " + value);
      if (key == "map_id:") ids.insert("map " + value);
      if (key == "link_id:") ids.insert("link " + value);
    }
  }
  return ids;
}

std::set<std::string> StillThere(const std::set<std::string>& ids) {
  std::set<std::string> left = ids;
  for (int tries = 0; tries < 100 && !left.empty(); ++tries) {
    if (tries > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::erase_if(left, [](const std::string& id) { return !Exists(id); });
  }
  return left;
}

plan::ConfigPlan PlanOf(const std::string& object, const std::vector<std::string>& maps,
                        std::vector<config::ProbeSpec> probes) {
  plan::ConfigPlan plan;
  plan.name = object;
  const std::string path = BuildPath("tests/programs/" + object + ".bpf.o");
  Result<object::ObjectLayout> layout = object::ReadObjectLayout(path);
  libbpf_set_print([](libbpf_print_level, const char*, va_list) { return 0; });
  bpf_object* opened = bpf_object__open_file(path.c_str(), nullptr);
  if (opened == nullptr || !layout) {
    ADD_FAILURE() << "cannot open " << path;
    return plan;
  }
  plan.object = *std::move(layout);
  config::Config config;
  config.probes = std::move(probes);
  host::Host host;
  config::Diagnostics diagnostics("", "");
  plan.programs = plan::PlanPrograms({config, plan.object, {}, host, diagnostics});
  EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.Render();
  for (const std::string& name : maps) {
    const bpf_map* map = bpf_object__find_map_by_name(opened, name.c_str());
    if (map == nullptr) {
      ADD_FAILURE() << "no map '" << name << "' in " << plan.object.path;
      continue;
    }
    plan::MapPlan map_plan;
    map_plan.layout.name = name;
    map_plan.layout.type = bpf_map__type(map);
    map_plan.layout.key_size = bpf_map__key_size(map);
    map_plan.layout.value_size = bpf_map__value_size(map);
    map_plan.layout.max_entries = bpf_map__max_entries(map);
    map_plan.layout.flags = bpf_map__map_flags(map);
    plan.maps.push_back(std::move(map_plan));
  }
  bpf_object__close(opened);
  return plan;
}

plan::ConfigPlan PlanOfYaml(const std::string& object, const std::string& yaml, host::Host& host) {
  config::Diagnostics diagnostics("t.yaml", yaml);
  const auto config = config::ParseConfig("t", "t.yaml", yaml, diagnostics);
  Result<object::ObjectLayout> layout =
      object::ReadObjectLayout(BuildPath("tests/programs/" + object + ".bpf.o"));
  std::optional<plan::ConfigPlan> plan;
  if (config && layout) {
    plan = plan::Resolve(*config, *std::move(layout), {}, host, diagnostics);
  }
  EXPECT_TRUE(plan) << diagnostics.Render();
  return plan ? *std::move(plan) : plan::ConfigPlan();
}

config::ProbeSpec Probe(const std::string& program, config::ProbeKind kind,
                        const std::vector<std::string>& targets) {
  config::ProbeSpec probe;
  probe.program.value = program;
  probe.kind = kind;
  for (const std::string& target : targets) probe.targets.push_back({target, {}});
  return probe;
}

void KernelTest::SetUp() {
  fds_before_ = OpenFds();
  if (const std::string why = WhyNoBpf(); !why.empty()) SKIP_OR_FAIL(why);
}

void KernelTest::DestroyObjects() {
  if (objects_.empty()) return;
  std::set<std::string> ids = BpfIdsOfThisProcess();
  objects_.clear();
  for (const std::string& id : BpfIdsOfThisProcess()) ids.erase(id);
  EXPECT_EQ(StillThere(ids), std::set<std::string>()) << "left in the kernel";
}

void KernelTest::TearDown() {
  DestroyObjects();
  EXPECT_EQ(OpenFds(), fds_before_) << "descriptors left open";
}

LoadedObject* KernelTest::Load(const plan::ConfigPlan& plan) {
  return Load(plan, Alternatives(plan));
}

LoadedObject* KernelTest::Load(const plan::ConfigPlan& plan, Alternatives alternatives) {
  Result<LoadedObject> loaded = LoadedObject::Load(plan, {}, std::move(alternatives));
  if (!loaded) {
    ADD_FAILURE() << loaded.error().Message();
    return nullptr;
  }
  objects_.push_back(std::make_unique<LoadedObject>(std::move(*loaded)));
  return objects_.back().get();
}

LoadedObject* KernelTest::LoadAndAttach(const plan::ConfigPlan& plan) {
  LoadedObject* object = Load(plan);
  if (object == nullptr) return nullptr;
  object->Attach();
  for (const metrics::ProgramStatus& program : object->programs()) {
    EXPECT_EQ(program.id == 0 ? "" : program.problem, "") << program.name;
  }
  return object;
}

std::string ProblemOf(const LoadedObject& object, const std::string& program) {
  for (const metrics::ProgramStatus& state : object.programs()) {
    if (state.name == program) return state.problem;
  }
  return "no such program";
}

void RowCollector::OnRows(const metrics::RowBlock& block) {
  for (std::size_t i = 0; i < block.count; ++i) {
    std::string key;
    if (block.keys != nullptr) {
      key.assign(reinterpret_cast<const char*>(block.keys) + i * block.key_stride,
                 block.key_stride);
    } else {
      const auto index = static_cast<std::uint32_t>(block.first_index + i);
      key.assign(reinterpret_cast<const char*>(&index), sizeof(index));
    }
    std::string value(reinterpret_cast<const char*>(block.values) + i * block.value_stride,
                      std::min(value_bytes_, block.value_stride));
    repeats += rows.insert_or_assign(std::move(key), std::move(value)).second ? 0 : 1;
  }
}

std::string Output(const std::string& command) {
  FILE* pipe = popen((command + " </dev/null").c_str(), "re");
  if (pipe == nullptr) {
    ADD_FAILURE() << command << ": " << strerror(errno);
    return {};
  }
  std::string output;
  std::array<char, 65536> buffer{};
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  EXPECT_EQ(status, 0) << command << " ended with " << status;
  return output;
}

}  // namespace bpf_exporter::kernel
