// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "host/cpu_watch.h"
#include "kernel/attach/attachment.h"
#include "metrics/status.h"
#include "plan/place.h"

namespace bpf_exporter::kernel {

// Something that happened to a program at one of its places, for the log.
struct PlaceNews {
  std::string text;      // without the program's name
  bool problem = false;  // the program is not where it is needed
};

// The links of a program at one of its places: one, or for a glob one for each interface or binary.
// A binary that was replaced has two for as long as processes run the old file.
class PlacedLinks {
 public:
  // What the place is attached to when all is well: names by the index of the interface, the id of
  // the cgroup or that of the binary's file.
  using Wanted = std::map<std::uint64_t, std::string>;

  // `program` outlives it; `config` is the name of the configuration that it is for.
  PlacedLinks(const bpf_program* program, std::string config, plan::Place place);

  const plan::Place& place() const { return place_; }

  // Attaches, for a glob to the interface or binary `name`, unless it is attached; `id`: of the
  // binary's file. A failure is in AddStatus().
  void Attach(const std::string& name, std::uint64_t id = 0);

  // Lets go of the links that the kernel says are dead, or at something that is not `wanted`; then
  // attaches to what is wanted and has no link. What fails is tried again after a second, and then
  // after twice as long each time, up to a minute. Adds what is new to `news`: no failure twice in
  // a row.
  void Follow(Wanted wanted, Time now, std::vector<PlaceNews>& news);

  // Attaches perf events on CPUs that came online or came back, or that failed; adds what failed in
  // another way than at the last call. Where all failed, it tries again as Follow() does.
  void FollowCpus(const host::OnlineCpus& online, Time now, std::vector<PlaceNews>& news);

  // Attaches to what the kernel lacked at the last call: once for each `modules`, a number that
  // tells which modules the kernel has, and where another error came between, as Follow() does.
  void FollowTarget(std::uint64_t modules, Time now, std::vector<PlaceNews>& news);

  // Attaches to every function that a pattern matches now, if `modules`, a number that tells which
  // modules have such functions, is another than at the last call.
  void FollowPattern(std::uint64_t modules, Time now, std::vector<PlaceNews>& news);

  // Says that what it is attached to is in that module, which `id` tells from others of its name:
  // Follow() then wants that, and the link goes with it.
  void SetModule(std::string module, std::uint64_t id);

  // Returns whether it is attached somewhere.
  bool IsAttached() const;

  // Returns whether it is attached nowhere, as the kernel has no such function or tracepoint.
  bool LacksTarget() const;

  // Returns whether it is on perf events, which follow the CPUs, or was refused there for a reason
  // that may pass.
  bool FollowsCpus() const;

  // Adds the descriptors of each link. Returns false if a link has none that keep it: those of
  // static tracepoints, perf events and tc filters.
  bool AddDescriptors(std::vector<int>& descriptors) const;

  // Adds how each link fares; for a glob without any, that it waits.
  void AddStatus(std::vector<metrics::PlaceStatus>& places) const;

 private:
  struct Link {
    std::string name;                   // of the interface or binary; empty unless it is a glob
    std::uint64_t id = 0;               // what it is attached to, or was tried at last
    std::vector<Attachment> held = {};  // one, or none if it is not attached
    std::string problem = {};           // why it is not
    int code = 0;                       // the errno of that, if it has one
    std::string detail = {};            // of a pattern of functions: how many they are
    Time next_try = {};
    std::chrono::seconds pause{0};  // before the next try but one
  };

  plan::Place PlaceOf(const Link& link) const;
  std::string WhatItIs() const;
  bool IsOnCpus() const;
  bool Open(Link& link);
  void LetGo(Wanted& wanted, std::vector<PlaceNews>& news);
  Link& Find(std::uint64_t id, const std::string& name);
  void Try(Link& link, std::uint64_t id, Time now, std::vector<PlaceNews>& news);

  const bpf_program* program_;
  std::string config_;
  plan::Place place_;
  std::string module_;  // that a kprobe is in; empty: none
  std::vector<Link> links_;
  std::string cpu_problem_;  // what FollowCpus met last
};

}  // namespace bpf_exporter::kernel
