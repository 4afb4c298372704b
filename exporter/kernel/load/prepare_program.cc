// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc
#include "kernel/load/prepare_program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>

#include "kernel/kernel_facts.h"
#include "kernel/kernel_functions.h"
#include "kernel/load/wanted_link.h"
#include "kernel/traceable_functions.h"
#include "object/libbpf_log.h"
#include "plan/functions_section.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

// Ties the program to the first target that the kernel has.
Status SetTarget(bpf_program* program, const plan::Place& place) {
  const object::LibbpfLog quiet;
  int error = EINVAL;
  for (const std::string& target : place.targets) {
    if (bpf_program__set_attach_target(program, 0, target.c_str()) == 0) return {};
    error = errno;
  }
  const std::string_view kind = plan::InfoOf(*place.kind).key;
  const std::string names = fmt::format("{}", fmt::join(place.targets, ", "));
  if (error == ESRCH || error == ENOENT) {
    const KernelFacts facts = ReadKernelFacts();
    if (!facts.btf) {
      return Error{fmt::format("{}: this kernel has no BTF in /sys/kernel/btf/vmlinux "
                               "(CONFIG_DEBUG_INFO_BTF)",
                               kind),
                   error};
    }
    Error missing(fmt::format("{}: kernel {} has no {}", kind, facts.release, names), error);
    for (const KernelFunctions& found : FindKernelFunctions(place.targets)) {
      missing.AddRemedy(FentryInstead(found));
    }
    return missing;
  }
  return ErrnoError(fmt::format("{} {}", kind, names), error);
}

// Sets the attach type that is named "ingress" or "egress", or as sections ("cgroup/sock_create")
// or bpftool ("cgroup_inet_ingress") call it.
Status SetCgroupType(bpf_program* program, const std::string& name) {
  bpf_attach_type attach{};
  const auto set = [&] {
    bpf_program__set_expected_attach_type(program, attach);
    return Status{};
  };
  for (const char* form : {"{}", "cgroup_skb/{}", "cgroup/{}"}) {
    if (libbpf_attach_type_by_name(fmt::format(fmt::runtime(form), name).c_str(), &attach) == 0) {
      return set();
    }
  }
  for (int type = 0; libbpf_bpf_attach_type_str(static_cast<bpf_attach_type>(type)) != nullptr;
       ++type) {
    attach = static_cast<bpf_attach_type>(type);
    if (name == libbpf_bpf_attach_type_str(attach)) return set();
  }
  return Error{fmt::format("cgroup: unknown attach type '{}'", name), EINVAL};
}

// Returns the attach type that a program at functions is loaded with: of links to many where it
// wants one, and the kernel has them, else of links to one. Of its own functions the kernel takes
// either all or none, so it has to tell which it can trace.
bpf_attach_type FunctionsAttachType(const plan::ProgramPlan& plan) {
  const std::optional<MultiLink> wanted = WantedLink(plan);
  const object::LibbpfLog quiet;
  if (!wanted || !HasMultiLink(*wanted)) return {};
  if (*wanted == MultiLink::kKprobe && !TellsTraceableFunctions()) return {};
  return AttachTypeOf(*wanted);
}

}  // namespace

Status PrepareProgram(bpf_program* program, const plan::ProgramPlan& plan) {
  if (bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC && plan.type != BPF_PROG_TYPE_UNSPEC) {
    bpf_program__set_type(program, static_cast<bpf_prog_type>(plan.type));
    bpf_program__set_expected_attach_type(program, plan.expected_attach_type);
    if (plan::MaySleep(plan.section)) {
      bpf_program__set_flags(program, bpf_program__flags(program) | BPF_F_SLEEPABLE);
    }
  }
  if (!plan.cgroup_type.empty()) return SetCgroupType(program, plan.cgroup_type);
  const bool by_entry = !plan.places.empty() && plan.places.front().kind.has_value();
  if (by_entry && plan::IsTiedToOneTarget(bpf_program__type(program))) {
    return SetTarget(program, plan.places.front());
  }
  // How static tracepoints are attached is libbpf's choice.
  const auto is_static = [](const plan::Place& place) {
    return place.kind == config::ProbeKind::kUsdt;
  };
  if (by_entry && bpf_program__type(program) == BPF_PROG_TYPE_KPROBE &&
      std::none_of(plan.places.begin(), plan.places.end(), is_static)) {
    bpf_program__set_expected_attach_type(program, FunctionsAttachType(plan));
  }
  return {};
}

}  // namespace bpf_exporter::kernel
