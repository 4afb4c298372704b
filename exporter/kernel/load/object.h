// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/load/alternatives.h"
#include "kernel/load/load_options.h"
#include "kernel/load/loaded_program.h"
#include "kernel/read/map_handle.h"
#include "metrics/status.h"
#include "plan/plan.h"

// BPF objects on their way into the kernel, by libbpf; object/ tells what one has in it, without a
// kernel.
namespace bpf_exporter::kernel {

// A configuration's object in the kernel: its programs, maps and links. Destroying it detaches.
// Used by one thread at a time, but for what is marked: that can be called while another attaches.
class LoadedObject {
 public:
  // Opens and loads (not yet attached). The error has the last telling lines of the verifier's
  // log. Programs that are optional and cannot load are left out, with their `problem` set.
  static Result<LoadedObject> Load(const plan::ConfigPlan& plan, const LoadOptions& options);
  // The same, beginning with these alternatives of the plan's either-of groups.
  static Result<LoadedObject> Load(const plan::ConfigPlan& plan, const LoadOptions& options,
                                   Alternatives alternatives);
  LoadedObject(LoadedObject&&) noexcept;
  LoadedObject& operator=(LoadedObject&&) noexcept;
  ~LoadedObject();

  // Attaches every loaded program at each of its places, for a glob on every interface that is
  // there. Failures are in programs(). Whatever is attached already stays as it is.
  void Attach();

  // Returns the alternatives to load the object with once more, after Attach(): a program of an
  // either-of group could not be attached, and its group has others. Nothing: all is well, or as
  // well as it can be.
  std::optional<Alternatives> NextAlternatives() const;
  // Returns what is used of each either-of group.
  std::vector<metrics::EitherOfStatus> EitherOf() const;

  // Attaches programs to interfaces, binaries, cgroups, modules of the kernel and, for perf events,
  // CPUs that came, and lets go of those that went. Returns what is new, as "program 'NAME': …".
  // `now` is the time of the call; it says when what failed is tried again.
  std::vector<PlaceNews> Follow(const Present& present, Time now);

  // Returns why Follow() cannot attach programs to what comes later, for want of a capability: for
  // each such program, "program 'NAME': …".
  std::vector<std::string> WhyNotLater() const;

  // Returns what Follow() has to know of; nothing: it has nothing to do.
  Followed followed() const;

  // Returns the descriptors that keep all programs attached once this process has ended; nothing:
  // not all can be kept so, or Follow() has something to do.
  std::optional<std::vector<int>> Links() const;

  // Returns what has to be said of the object beside how its programs fare.
  const std::vector<std::string>& warnings() const;
  // Returns how each program of the object fares, in the object's order: that of the plan. Valid
  // until the next call of Attach() or Follow().
  const std::vector<metrics::ProgramStatus>& programs() const;
  // Returns the descriptors of the programs that are loaded.
  std::vector<int> ProgramDescriptors() const;

  // Returns the names of the maps that are in the kernel, of the compiler's own those of their
  // sections.
  std::vector<std::string> MapNames() const;
  // Returns the map of that name, whose descriptor this object owns.
  MapHandle Map(const std::string& name) const;
  // Returns since when programs may have written to the map: since it was loaded or, if it is
  // pinned, since its pin was made.
  std::chrono::system_clock::time_point CountedSince(const std::string& map) const;

 private:
  struct State;
  explicit LoadedObject(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bpf_exporter::kernel
