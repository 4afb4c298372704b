// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "kernel/read/read_buffers.h"
#include "metrics/map_reader.h"
#include "plan/plan.h"

// BPF objects on their way into the kernel. The only folder that knows libbpf.
namespace bpf_exporter::kernel {

struct LoadOptions {
  std::string btf_path;  // BTF of the kernel for CO-RE; empty: /sys/kernel/btf/vmlinux
  // Shared by the readers of several objects that one thread reads one after the other; null: the
  // object has its own.
  std::shared_ptr<ReadBuffers> buffers;
};

// How one program of an object fares.
struct ProgramState {
  std::string name;
  std::string section;
  bool attached = false;
  // Whether it is amiss that it is not attached. It is not if it is optional, if SEC("?…") has no
  // entry under probes:, and if other programs jump into it and nothing says where to attach it.
  bool needed = true;
  // Why it is not loaded or attached, without the program's name; empty if it is, or if nobody
  // asked for it.
  std::string problem;
  std::uint32_t id = 0;  // 0: not loaded
  std::string tag;       // 16 hex digits; empty: not loaded
};

// What the kernel counts of one program; all 0 while statistics are off or it is not loaded.
struct ProgramRun {
  std::uint64_t run_time_ns = 0;
  std::uint64_t run_count = 0;
  std::uint64_t recursion_misses = 0;
};

// Switches run statistics on for as long as the result lives, whatever
// kernel.bpf_stats_enabled says. Needs kernel 5.8 and CAP_SYS_ADMIN.
Result<Fd> EnableStats();

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

  // Attaches every loaded program as `probes:` or its section says. Failures are in programs().
  // Whatever is attached already stays as it is.
  void Attach();
  // Attaches perf events on CPUs that came online since. Returns what failed now and did not fail
  // in the same way at the last call, as "program 'NAME': …".
  std::vector<std::string> AttachNewCpus();
  const std::vector<ProgramState>& programs() const;
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
