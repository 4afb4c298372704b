// SPDX-License-Identifier: Apache-2.0
#include "process/capabilities.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string_view>
#include <type_traits>

#include "base/log.h"
#include "base/text.h"

namespace bpf_exporter::process {
namespace {

struct CapFree {
  void operator()(cap_t caps) const { cap_free(caps); }
};
using Caps = std::unique_ptr<std::remove_pointer_t<cap_t>, CapFree>;

bool Has(const Caps& caps, cap_value_t value, cap_flag_t set) {
  cap_flag_value_t flag = CAP_CLEAR;
  return cap_get_flag(caps.get(), value, set, &flag) == 0 && flag == CAP_SET;
}

// Returns whether maps can be read with the capabilities that are effective: for want of them the
// kernel refuses a command before it looks at the arguments.
bool MapsReadable() {
  bpf_attr attr{};
  attr.map_fd = static_cast<__u32>(-1);
  syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
  return errno != EPERM;
}

bool OnlyThread() {
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  return !error && std::distance(begin(tasks), end(tasks)) == 1;
}

// Sets this process's capabilities to `now` with only `keep` in `sets`; of the inheritable ones
// none is kept.
Status Apply(const Caps& now, const std::vector<cap_value_t>& keep,
             const std::vector<cap_flag_t>& sets) {
  const Caps next(cap_dup(now.get()));
  if (next == nullptr) return ErrnoError("capabilities: copy", errno);
  for (const cap_flag_t set : sets) {
    cap_clear_flag(next.get(), set);
    if (keep.empty() || set == CAP_INHERITABLE) continue;
    cap_set_flag(next.get(), set, static_cast<int>(keep.size()), keep.data(), CAP_SET);
  }
  if (cap_set_proc(next.get()) != 0) return ErrnoError("capabilities: set", errno);
  return {};
}

}  // namespace

Result<KeepCapabilities> ParseCapabilities(const std::string& text) {
  if (text == "all") return KeepCapabilities{};
  KeepCapabilities keep{.all = false};
  if (text == "none") return keep;
  for (const std::string_view part : Split(text, ',')) {
    const std::string name(part);
    cap_value_t value = 0;
    if (cap_from_name(name.c_str(), &value) != 0) {
      return Error{"'" + name + "' is no capability; give all, none or names such as cap_bpf"};
    }
    keep.names.push_back(name);
  }
  return keep;
}

std::string CapabilitiesText(const KeepCapabilities& keep) {
  if (keep.all) return "all";
  return keep.names.empty() ? "none" : fmt::format("{}", fmt::join(keep.names, ","));
}

Status MayLoadPrograms() {
  const Caps caps(cap_get_proc());
  if (caps == nullptr) return ErrnoError("capabilities: get", errno);
  if (Has(caps, CAP_BPF, CAP_EFFECTIVE) || Has(caps, CAP_SYS_ADMIN, CAP_EFFECTIVE)) return {};
  return Error{
      "loading BPF programs needs CAP_BPF, and CAP_PERFMON for tracing (or root); this process "
      "has neither CAP_BPF nor CAP_SYS_ADMIN",
      EPERM};
}

Status DropCapabilities(const KeepCapabilities& keep) {
  if (keep.all) return {};
  if (!OnlyThread()) return Error{"capabilities: set: other threads would keep theirs"};
  const Caps now(cap_get_proc());
  if (now == nullptr) return ErrnoError("capabilities: get", errno);

  std::vector<cap_value_t> values;
  for (const std::string& name : keep.names) {
    cap_value_t value = 0;
    cap_from_name(name.c_str(), &value);
    if (!Has(now, value, CAP_PERMITTED)) {
      return Error{"capabilities: '" + name + "' cannot be kept: this process does not have it",
                   EPERM};
    }
    values.push_back(value);
  }

  if (const Status tried = Apply(now, values, {CAP_EFFECTIVE}); !tried.ok()) return tried;
  if (!MapsReadable()) {
    const cap_value_t reading = Has(now, CAP_BPF, CAP_PERMITTED) ? CAP_BPF : CAP_SYS_ADMIN;
    values.push_back(reading);
    const std::unique_ptr<char, int (*)(void*)> name(cap_to_name(reading), cap_free);
    log::Warn("capabilities: {} stays: this kernel needs it for reading maps", name.get());
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return ErrnoError("capabilities: no new privileges", errno);
  }
  return Apply(now, values, {CAP_EFFECTIVE, CAP_PERMITTED, CAP_INHERITABLE});
}

}  // namespace bpf_exporter::process
