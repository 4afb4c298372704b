// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "host/kept_names.h"

namespace bpf_exporter::host {

// Names of network interfaces in this process's network namespace. A name is asked for again after
// 10 s, because interfaces are renamed; a missing one every time. One that is gone keeps its name
// for 10 minutes. Any thread.
class Interfaces {
 public:
  explicit Interfaces(Clock now);
  std::string Name(std::uint32_t index);  // empty if there is none

 private:
  struct Entry : KeptName {  // since it was last there
    Time asked_at;
  };
  const Clock now_;
  std::mutex mutex_;
  std::unordered_map<std::uint32_t, Entry> names_;
};

}  // namespace bpf_exporter::host
