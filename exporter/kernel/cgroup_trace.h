// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "host/cgroup_watch.h"
#include "kernel/handles.h"

namespace bpf_exporter::kernel {

// Adds what a record of cgroup_trace.bpf.c says to `events`; what is not whole counts as lost.
void ReadCgroupReport(std::string_view record, host::CgroupEvents& events);

// Hears of cgroups by two programs of its own (programs/), where fanotify does not tell of them:
// without CAP_SYS_ADMIN, and before Linux 6.6. It takes half a MiB of the kernel's memory. One
// thread at a time.
class CgroupTrace : public host::CgroupReports {
 public:
  // Loads and attaches the programs; needs CAP_BPF, CAP_PERFMON, the kernel's BTF and Linux 5.8.
  static Result<std::unique_ptr<host::CgroupReports>> Open();
  ~CgroupTrace() override;
  CgroupTrace(const CgroupTrace&) = delete;
  CgroupTrace& operator=(const CgroupTrace&) = delete;

  host::CgroupEvents Drain() override;
  int fd() const override;

 private:
  CgroupTrace() = default;
  Status Load();

  struct FreeBuffer {
    void operator()(ring_buffer* buffer) const { ring_buffer__free(buffer); }
  };
  ObjectPtr object_;
  LinkPtr made_, removed_;
  std::unique_ptr<ring_buffer, FreeBuffer> buffer_;
  std::uint64_t* lost_ = nullptr;  // the program's, in memory that the kernel shares; not written
  std::uint64_t told_ = 0;         // of those
  host::CgroupEvents events_;      // of the call of Drain() under way
};

}  // namespace bpf_exporter::kernel
