// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc
#include "kernel/load/open_object.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

#include "kernel/kernel_facts.h"
#include "kernel/kernel_functions.h"
#include "kernel/load/constants.h"
#include "kernel/load/kernel_addresses.h"
#include "kernel/load/kernel_config.h"
#include "kernel/load/load_failure.h"
#include "kernel/load/map_settings.h"
#include "kernel/load/prepare_program.h"
#include "kernel/load/wanted_link.h"
#include "object/externs.h"
#include "object/layout.h"
#include "object/libbpf_log.h"
#include "object/map_types.h"
#include "plan/attach_points.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

constexpr std::size_t kMaxSymbols = 64;  // of an object that the kernel may lack

std::string Subject(const plan::ConfigPlan& plan) {
  return fmt::format("object '{}'", std::filesystem::path(plan.object.path).filename().string());
}

// Makes the arrays that metrics read mappable. Pinned ones stay as they are: whoever made the pin
// decided their flags.
bool MakeMappable(const plan::ConfigPlan& plan, bpf_object* object) {
  bool any = false;
  for (const plan::MapPlan& map_plan : plan.maps) {
    bpf_map* map = bpf_object__find_map_by_name(object, map_plan.layout.name.c_str());
    if (map == nullptr || bpf_map__type(map) != BPF_MAP_TYPE_ARRAY ||
        bpf_map__pin_path(map) != nullptr) {
      continue;
    }
    const std::uint32_t flags = bpf_map__map_flags(map);
    if ((flags & (BPF_F_MMAPABLE | BPF_F_INNER_MAP)) != 0) continue;
    any |= bpf_map__set_map_flags(map, flags | BPF_F_MMAPABLE) == 0;
  }
  return any;
}

// Programs reach such a map only where a constant lets them; that code is dead now, and the kernel
// removes it.
void LeaveOutIdleMaps(const plan::ConfigPlan& plan, bpf_object* object) {
  for (const std::string& name : plan.idle_maps) {
    bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
    if (map != nullptr) bpf_map__set_autocreate(map, false);
  }
}

// Takes the maps that there are already. Sizes and flags are theirs.
Status TakeMaps(const std::map<std::string, int>& maps, bpf_object* object) {
  for (const auto& [name, fd] : maps) {
    bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
    if (map == nullptr) continue;
    const int code = -bpf_map__reuse_fd(map, fd);
    if (code != 0) return ErrnoError(fmt::format("map '{}': take", name), code);
  }
  return {};
}

// libbpf 1.1 closes the BTF of kernel modules, which it opens to find a program's target, when it
// has loaded the object and not when it closes it. So an object that will not be used loads
// nothing.
void LoadNothing(bpf_object* object) {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) bpf_program__set_autoload(program, false);
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) bpf_map__set_autocreate(map, false);
  object::LibbpfLog quiet;
  bpf_object__load(object);
}

// "kernel 6.1.0 has no maps of type cgrp_storage", if that is why the map cannot be made.
std::string KernelLacksType(const bpf_object* object, const std::string& name, int code) {
  const bpf_map* map = bpf_object__find_map_by_name(object, name.c_str());
  if (code != EINVAL || map == nullptr) return "";
  const std::uint32_t type = bpf_map__type(map);  // newer than the enum, perhaps
  if (libbpf_probe_bpf_map_type(static_cast<bpf_map_type>(type), nullptr) != 0) return "";
  return fmt::format("kernel {} has no maps of type {}", ReadKernelFacts().release,
                     object::MapTypeName(type));
}

// Returns why a program that cannot run is left out of its object; empty if it may run.
std::string WhyNotLoaded(const bpf_program* program, const plan::ProgramPlan& plan) {
  if (!plan.idle.empty()) {
    return fmt::format("section '{}': it would never run; {}", plan.section, plan.idle);
  }
  if (WantedLink(plan) && !MultiLinkOf(bpf_program__expected_attach_type(program))) {
    return WhyNoSession(plan, ReadKernelFacts().release);
  }
  return {};
}

struct Attempt {
  const plan::ConfigPlan& plan;
  const LoadOptions& options;
  Alternatives& alternatives;
  std::map<std::string, std::string> left_out;
  std::set<std::string> weakened = {};  // symbols that the kernel lacks
  std::string kernel_config = {};       // lines; empty: libbpf looks for the kernel's
  std::vector<std::string> warnings = {};
  std::string bytes = {};  // the object with symbols made weak that nobody needs; empty: none is
  bool mappable = true;    // whether to try; then, whether there was anything to try

  // Whether the next attempt can do without the program.
  bool LeaveOut(const std::string& program, const std::string& why) {
    if (alternatives.GiveUp(program, why)) return true;
    const plan::ProgramPlan* planned = plan.FindProgram(program);
    return planned != nullptr && planned->optional && left_out.emplace(program, why).second;
  }

  // Whether the program is loaded in this attempt.
  bool IsLoaded(const std::string& program) const {
    const plan::ProgramPlan* planned = plan.FindProgram(program);
    return planned != nullptr && planned->wanted && !left_out.contains(program) &&
           !alternatives.LeavesOut(program);
  }

  const std::string& Bytes() const { return bytes.empty() ? *plan.object.bytes : bytes; }

  // Whether the next attempt can do without the programs that use the symbol; else `failure` names
  // the one that it cannot do without.
  bool LeaveOutUsersOf(const std::string& symbol, LoadFailure& failure);

  // Whether the next attempt can do without the symbol of `failure`, which the kernel lacks.
  bool LeaveOutSymbol(LoadFailure& failure);

  // Whether the next attempt can do without the kernel's configuration, which cannot be read: weak
  // options are 0, and programs that use others stay out.
  bool LeaveOutKernelConfig(const bpf_object* object, LoadFailure& failure);

  // Whether the next attempt can do without programs that need the kernel's BTF, where it has none:
  // libbpf then names no program.
  bool LeaveOutThoseOfBtf(bpf_object* object, const std::string& why);

  Result<ObjectPtr> Open();
  // Returns false if another attempt makes sense.
  Result<bool> Prepare(bpf_program* program);
  // The object, or null if another attempt makes sense.
  Result<ObjectPtr> Load();
};

Result<ObjectPtr> Attempt::Open() {
  object::LibbpfLog log;
  LIBBPF_OPTS(bpf_object_open_opts, open_options);
  if (!options.btf_path.empty()) open_options.btf_custom_path = options.btf_path.c_str();
  // As libbpf names what it opens by its path: the kernel's names of .rodata and the like start so.
  const std::string file = std::filesystem::path(plan.object.path).filename().string();
  const std::string name = file.substr(0, file.find('.'));
  open_options.object_name = name.c_str();
  if (!kernel_config.empty()) open_options.kconfig = kernel_config.c_str();
  ObjectPtr object(bpf_object__open_mem(Bytes().data(), Bytes().size(), &open_options));
  if (object != nullptr) return object;
  const int code = errno;
  Error error = ErrnoError(fmt::format("{}: open", Subject(plan)), code);
  if (!log.lines().empty()) error.AddRemedy(log.lines().back());
  return error;
}

bool Attempt::LeaveOutUsersOf(const std::string& symbol, LoadFailure& failure) {
  for (const std::string& user : object::ProgramsThatUse(Bytes(), symbol)) {
    if (!IsLoaded(user)) continue;
    failure.program = user;
    if (!LeaveOut(user, failure.error.Message())) return false;
  }
  return true;
}

bool Attempt::LeaveOutSymbol(LoadFailure& failure) {
  if (!LeaveOutUsersOf(failure.symbol, failure)) return false;
  bytes = object::WithWeakSymbol(Bytes(), failure.symbol);
  return true;
}

bool Attempt::LeaveOutKernelConfig(const bpf_object* object, LoadFailure& failure) {
  std::string lines, weak;
  for (const KernelOption& option : KernelOptions(object)) {
    if (object::IsWeakSymbol(Bytes(), option.name)) {
      weak += fmt::format("{}'{}'", weak.empty() ? "" : ", ", option.name);
    } else if (!LeaveOutUsersOf(option.name, failure)) {
      return false;
    }
    lines += option.unset + "\n";
  }
  if (!weak.empty()) {
    warnings.push_back(
        fmt::format("{}: {} taken for 0: {}", Subject(plan), weak, failure.error.remedy));
  }
  kernel_config = std::move(lines);
  return !kernel_config.empty();
}

bool Attempt::LeaveOutThoseOfBtf(bpf_object* object, const std::string& why) {
  bool any = false;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const std::string name = bpf_program__name(program);
    if (!plan::IsTiedToOneTarget(bpf_program__type(program)) || !IsLoaded(name)) continue;
    any |= LeaveOut(name, why);
  }
  return any;
}

Result<bool> Attempt::Prepare(bpf_program* program) {
  const std::string name = bpf_program__name(program);
  const bool load = IsLoaded(name);
  bpf_program__set_autoload(program, load);
  if (!load) return true;
  const plan::ProgramPlan* planned = plan.FindProgram(name);
  const Status prepared = planned->idle.empty() ? PrepareProgram(program, *planned) : Status();
  if (!prepared) {
    if (LeaveOut(name, prepared.error().Message())) return false;
    return alternatives.LastError(name, prepared.error()).In(Subject(plan));
  }
  std::string why = WhyNotLoaded(program, *planned);
  if (why.empty()) return true;
  if (alternatives.GiveUp(name, why)) return false;
  left_out.emplace(name, std::move(why));
  bpf_program__set_autoload(program, false);
  return true;
}

Result<ObjectPtr> Attempt::Load() {
  Result<ObjectPtr> opened = Open();
  if (!opened) return opened;
  bpf_object* object = opened->get();
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const Result<bool> prepared = Prepare(program);
    if (prepared.ok() && *prepared) continue;
    LoadNothing(object);
    if (!prepared) return prepared.error();
    return ObjectPtr();
  }
  LeaveOutIdleMaps(plan, object);
  std::vector<Fd> inner_maps;
  Status set = SetMaps(plan, object, inner_maps);
  if (set) set = SetConstants(plan, object);
  if (set) set = SetKernelAddresses(plan, object);
  if (!set) {
    LoadNothing(object);
    return set.error().In(Subject(plan));
  }
  if (mappable) mappable = MakeMappable(plan, object);
  if (const Status taken = TakeMaps(options.maps, object); !taken) {
    LoadNothing(object);
    return taken.error().In(Subject(plan));
  }

  object::LibbpfLog log;
  const int code = -bpf_object__load(object);
  if (code == 0) return opened;
  const KernelFacts facts = ReadKernelFacts();
  LoadFailure failure = ExplainLoadFailure(log.lines(), code, facts);
  if (!failure.function.empty()) {
    failure.error.AddRemedy(FentryInstead(FindKernelFunctions({failure.function}).front()));
  }
  if (!failure.symbol.empty() && weakened.insert(failure.symbol).second &&
      LeaveOutSymbol(failure)) {
    return ObjectPtr();
  }
  if (failure.lacks_kernel_config && kernel_config.empty() &&
      LeaveOutKernelConfig(object, failure)) {
    return ObjectPtr();
  }
  if (!failure.program.empty() && LeaveOut(failure.program, failure.error.Message())) {
    return ObjectPtr();
  }
  if (failure.program.empty() && !facts.btf &&
      LeaveOutThoseOfBtf(object, failure.error.Message())) {
    return ObjectPtr();
  }
  // Before 5.5 no array can be mapped, and some users of an array ask for the very flags it had.
  if (failure.program.empty() && std::exchange(mappable, false)) return ObjectPtr();
  failure.error.AddRemedy(KernelLacksType(object, failure.map, code));
  if (failure.program.empty()) return failure.error.In(Subject(plan));
  return alternatives.LastError(failure.program, failure.error).In(Subject(plan));
}

}  // namespace

Result<OpenedObject> OpenAndLoad(const plan::ConfigPlan& plan, const LoadOptions& options,
                                 Alternatives& alternatives) {
  Attempt attempt{plan, options, alternatives, {}};
  // Every attempt leaves out one more program, a symbol, the kernel's configuration, or the mapping
  // of arrays.
  for (std::size_t left = plan.programs.size() + kMaxSymbols + 3; left > 0; --left) {
    Result<ObjectPtr> object = attempt.Load();
    if (!object) return object.error();
    if (*object == nullptr) continue;
    return OpenedObject{std::move(*object), std::move(attempt.left_out),
                        std::move(attempt.warnings)};
  }
  return Error{fmt::format("{}: load: gave up", Subject(plan))};
}

}  // namespace bpf_exporter::kernel
