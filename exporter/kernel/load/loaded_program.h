// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "host/binary_watch.h"
#include "host/kernel_modules.h"
#include "kernel/kernel_functions.h"
#include "kernel/load/placed_links.h"
#include "kernel/present.h"
#include "metrics/status.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// What places depend on that come and go.
struct Followed {
  bool interfaces = false;
  bool cpus = false;
  bool modules = false;
  std::vector<std::string> cgroups;   // whole paths
  std::vector<std::string> binaries;  // patterns
  bool process = false;               // the one that holds the links, which may end

  bool any() const {
    return interfaces || cpus || modules || process || !cgroups.empty() || !binaries.empty();
  }
};

// The files of binaries by pattern; nothing where host::FindBinaries() tells nothing. Looking for
// those of all processes takes long, and programs of an object have the same patterns.
using FoundBinaries = std::map<std::string, std::optional<host::BinaryFiles>>;

// A program of an object that is in the kernel, and its links. Destroying it detaches.
class LoadedProgram {
 public:
  // `handle` outlives it. With `problem` it is one that was left out; an error: the kernel does not
  // tell the program's id.
  static Result<LoadedProgram> Make(const bpf_program* handle, plan::ProgramPlan plan,
                                    std::string problem);

  const metrics::ProgramStatus& status() const { return status_; }
  const bpf_program* handle() const { return handle_; }

  // Attaches it at each of its places, for a glob on every interface, or in every binary, that is
  // there now. Nothing happens where it is attached already. Adds to `found` what it looked for and
  // was not there.
  void Attach(FoundBinaries& found);

  // Returns whether Attach() attached it nowhere, and not because it waits for what a glob matches.
  bool CouldNotAttach() const;

  // Attaches it to what came and lets go of what went (see PlacedLinks::Follow): interfaces,
  // binaries, cgroups, modules of the kernel and, for perf events, CPUs. Returns what is new.
  std::vector<PlaceNews> Follow(const Present& present, Time now);

  // Adds the functions that a kprobe is at and whose module is not known yet.
  void AddProbedFunctions(std::vector<std::string>& functions) const;

  // Notes the modules of those functions, and that Follow() is to attach it to what the kernel
  // lacks when a module comes. `modules` is what the kernel had when it was attached.
  void SetModules(const ModulesOfFunctions& functions, const host::KernelModules& modules);

  // Returns why Follow() cannot attach it to what comes, as the first of its places says; nothing:
  // it can, as far as the process's capabilities go.
  Status MayFollow() const;

  // Adds the descriptor of each link. Returns false if not every link is one.
  bool AddLinks(std::vector<int>& descriptors) const;

  // Adds what Follow() has to know of.
  void AddFollowed(Followed& followed) const;

 private:
  LoadedProgram(const bpf_program* handle, plan::ProgramPlan plan);
  bool IsInEarlierPlace(std::size_t place, const std::vector<std::string>& interface) const;
  PlacedLinks::Wanted InterfacesFor(std::size_t place, const host::InterfaceNames& all) const;
  template <typename Find>
  PlacedLinks::Wanted BinariesFor(std::size_t place, Find find) const;
  void AttachInBinaries(std::size_t place, FoundBinaries& found);
  void LookAtPattern(std::size_t place, const host::KernelModules& modules);
  void FollowModules(std::size_t place, const host::KernelModules& modules, Time now,
                     std::vector<PlaceNews>& news);
  bool HasSeveralPlaces() const;
  void UpdateStatus();

  // What is known of the kernel's modules at a place.
  struct InModule {
    bool may = false;                 // what it attaches to may come with a module
    std::optional<std::string> name;  // of its module, empty: in none; nothing: not known
    std::uint64_t seen = 0;           // of a pattern: the modules when it was looked at
    std::uint64_t matching = 0;       // of a pattern: those of them with functions that match
  };

  const bpf_program* handle_;
  plan::ProgramPlan plan_;
  metrics::ProgramStatus status_;
  std::vector<PlacedLinks> places_;   // in the order of the plan
  std::vector<std::string> cgroups_;  // the whole path of each place that is a cgroup; else empty
  std::vector<InModule> modules_;     // of each place
};

}  // namespace bpf_exporter::kernel
