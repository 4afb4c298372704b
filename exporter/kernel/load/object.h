// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/load/load_options.h"
#include "kernel/load/program_info.h"
#include "metrics/map_reader.h"
#include "metrics/status.h"
#include "plan/plan.h"

// BPF objects on their way into the kernel. The only folder that knows libbpf.
namespace bpf_exporter::kernel {

// A configuration's object in the kernel: its programs, maps and links. Destroying it detaches.
// Used by one thread at a time.
class LoadedObject {
 public:
  // Opens and loads (not yet attached). The error has the last telling lines of the verifier's
  // log. Programs that are optional and cannot load are left out, with their `problem` set.
  static Result<LoadedObject> Load(const plan::ConfigPlan& plan, const LoadOptions& options);
  LoadedObject(LoadedObject&&) noexcept;
  LoadedObject& operator=(LoadedObject&&) noexcept;
  ~LoadedObject();

  // Attaches every loaded program at each of its places, for a glob on every interface that is
  // there. Failures are in programs(). Whatever is attached already stays as it is.
  void Attach();

  // Attaches the program of that index in programs() at the place of that index in its plan.
  // `interface` is the one that is meant where the place is a glob, and empty else. Nothing happens
  // if it is attached there, or if a place before this one takes the interface. programs() has a
  // failure too.
  Status AttachAt(std::size_t program, std::size_t place, const std::string& interface = {});

  // Lets go of the link that AttachAt, or Attach for that place, made; false if there is none. For
  // interfaces and cgroups that are gone, whose links are dead.
  bool Detach(std::size_t program, std::size_t place, const std::string& interface = {});

  // Attaches perf events on CPUs that came online since. Returns what failed now and did not fail
  // in the same way at the last call, as "program 'NAME': …".
  std::vector<std::string> AttachNewCpus();
  // Returns how each program of the object fares, in the object's order: that of the plan. Valid
  // until the next call of a method that attaches or detaches.
  const std::vector<metrics::ProgramStatus>& programs() const;
  // In the order of programs().
  std::vector<ProgramRun> ProgramStatistics() const;

  // A reader of the map of that name, which must be in the plan. It must not outlive this object.
  Result<std::unique_ptr<metrics::MapReader>> Reader(const std::string& map);
  // Bytes of kernel memory that the map is charged with (fdinfo's memlock); 0 if not told.
  std::uint64_t MapMemoryBytes(const std::string& map) const;
  // The map's fd, owned by this object; -1 if there is none of that name.
  int MapFd(const std::string& map) const;
  // The kernel's number of the map, which objects that share a pinned map see alike; 0 if not told.
  std::uint32_t MapId(const std::string& map) const;

 private:
  struct State;
  explicit LoadedObject(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::kernel
