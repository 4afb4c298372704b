// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/load/load_options.h"
#include "kernel/load/loaded_program.h"
#include "kernel/load/object_messages.h"
#include "kernel/load/program_info.h"
#include "kernel/read/map_handle.h"
#include "metrics/status.h"
#include "object/child.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// A configuration's object that a process of its own loads and attaches (a LoadedObject there), so
// that libbpf sees nothing of its file in this one. The maps, programs and links come as
// descriptors. That process ends then, unless it has programs to attach to what comes later, or to
// let go of otherwise than by closing a descriptor. Destroying it detaches. Used by one thread at a
// time, but for what is marked.
class ContainedObject {
 public:
  // Loads the object, as LoadedObject::Load() does. An error may also be the end of the process:
  // "object 'x.bpf.o': load: libbpf crashed on it (signal 11); the file is corrupt". `plan` stays
  // as it is until the last Load(). Call before threads exist.
  static Result<ContainedObject> Load(const plan::ConfigPlan& plan, const LoadOptions& options);

  // Attaches every loaded program, as LoadedObject::Attach() does; an error is the end of the
  // process. Then HasNext() tells whether a program of an either-of group could not be attached
  // where its group has others.
  Status Attach();
  bool HasNext() const { return has_next_; }
  // Loads the object with those others. No map that it had may be in use any more.
  Status LoadNext();

  // Lets the process, if it goes on, give up its rights as LoadOptions say.
  Status DropRights();
  // Does as LoadedObject::Follow() does; null: nothing is known of what is there. The process keeps
  // what it was given last, and is not given the same object again. If it has ended, nothing is
  // attached any more, which is news once.
  std::vector<PlaceNews> Follow(const std::shared_ptr<const Present>& present, Time now);
  // Returns whether the process ended that had to go on.
  bool HasLostProcess() const { return lost_; }
  // Loads and attaches everything once more in a new process, which has the rights that this one
  // has now. The maps stay as they are, with what was counted. `plan` is that of Load(), with its
  // object's bytes. After an error nothing is attached. Threads may exist.
  Status StartAgain(const plan::ConfigPlan& plan);
  // Returns what LoadedObject's function of that name does.
  std::vector<std::string> WhyNotLater();
  const Followed& followed() const { return followed_; }
  const std::vector<metrics::ProgramStatus>& programs() const { return programs_; }
  const std::vector<metrics::EitherOfStatus>& EitherOf() const { return either_of_; }

  // Returns what the kernel counts of each program that is loaded, by its id. Any thread.
  std::map<std::uint32_t, ProgramRun> ProgramStatistics() const;
  // Returns the map of that name, whose descriptor this object owns.
  MapHandle Map(const std::string& name) const;
  // Returns since when programs may have written to the map: since it was loaded or, if it is
  // pinned, since its pin was made.
  std::chrono::system_clock::time_point CountedSince(const std::string& map) const;

 private:
  struct HeldMap {
    Fd fd;
    std::chrono::system_clock::time_point since;
  };

  // The programs' descriptors, which change when the process is started again.
  struct Programs {
    std::mutex mutex;
    std::vector<Fd> descriptors;
  };

  ContainedObject(object::Child child, const plan::ConfigPlan& plan, std::string btf_path);
  Result<LoadAnswer> AskToLoad(std::vector<Fd>& descriptors);
  Status LoadAgain();
  template <typename T>
  Result<T> Ask(const ObjectRequest& request, std::vector<Fd>& descriptors);
  void AllDetached(const std::string& problem);

  object::Child child_;
  std::string config_;   // its name
  std::string subject_;  // "object 'x.bpf.o'"
  std::string btf_path_;
  std::vector<metrics::ProgramStatus> programs_;
  std::vector<metrics::EitherOfStatus> either_of_;
  Followed followed_;
  std::shared_ptr<const Present> given_;  // to the process
  bool has_next_ = false;
  bool lost_ = false;
  std::map<std::string, HeldMap> maps_;
  std::unique_ptr<Programs> loaded_ = std::make_unique<Programs>();
  std::vector<Fd> links_;  // if the process has ended
};

}  // namespace bpf_exporter::kernel
