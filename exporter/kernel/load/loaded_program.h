// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/attach/attachment.h"
#include "metrics/status.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// A program of an object that is in the kernel, and its links. Destroying it detaches.
class LoadedProgram {
 public:
  // `handle` outlives it. With `problem` it is one that was left out; an error: the kernel does not
  // tell the program's id.
  static Result<LoadedProgram> Make(const bpf_program* handle, plan::ProgramPlan plan,
                                    std::string problem);

  const metrics::ProgramStatus& status() const { return status_; }
  const bpf_program* handle() const { return handle_; }

  // Attaches it at each of its places, for a glob on every interface that is there now. Nothing
  // happens where it is attached already.
  void Attach();

  // Attaches it at the place of that index in its plan. `interface` is the one that is meant where
  // the place is a glob, and empty else. Nothing happens if it is attached there, or if a place
  // before this one takes the interface. status() has a failure too.
  Status AttachAt(std::size_t place, const std::string& interface);

  // Lets go of the link that AttachAt made with the same arguments; false if there is none.
  bool Detach(std::size_t place, const std::string& interface);

  // Attaches perf events on CPUs that came online since. Returns what failed, if it did not fail in
  // the same way at the last call; else an empty text.
  std::string AttachNewCpus();

 private:
  struct Link {
    std::size_t place;                  // index in the plan
    std::string interface;              // empty unless the place is a glob
    std::vector<Attachment> held = {};  // one, or none if it failed
    std::string problem = {};           // why it failed
  };

  LoadedProgram(const bpf_program* handle, plan::ProgramPlan plan);
  Status Open(Link& link);
  std::vector<Link>::iterator Find(std::size_t place, const std::string& interface);
  bool HasSeveralPlaces() const;
  void UpdateStatus();
  void AddPlaces(std::size_t index, std::vector<metrics::PlaceStatus>& places) const;

  const bpf_program* handle_;
  plan::ProgramPlan plan_;
  metrics::ProgramStatus status_;
  std::vector<Link> links_;  // in the order of the places
  std::string cpu_problem_;  // what AttachNewCpus met last
};

}  // namespace bpf_exporter::kernel
