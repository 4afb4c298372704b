// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/wanted_link.h"

#include <fmt/core.h>

#include <algorithm>

#include "plan/functions_section.h"

namespace bpf_exporter::kernel {
namespace {

bool IsAtKernelFunction(const plan::Place& place) {
  return place.kind == config::ProbeKind::kKprobe || place.kind == config::ProbeKind::kKretprobe;
}

bool IsAtUserFunction(const plan::Place& place) {
  return place.kind == config::ProbeKind::kUprobe || place.kind == config::ProbeKind::kUretprobe;
}

}  // namespace

std::optional<MultiLink> WantedLink(const plan::ProgramPlan& plan) {
  const auto all = [&](auto holds) {
    return std::all_of(plan.places.begin(), plan.places.end(), holds);
  };
  const bool of_kernel = all(IsAtKernelFunction), of_user = all(IsAtUserFunction);
  if (plan.places.empty() || of_kernel == of_user) return std::nullopt;
  if (plan::IsSession(plan.section)) {
    return of_kernel ? MultiLink::kKprobeSession : MultiLink::kUprobeSession;
  }
  const bool by_name =
      all([](const plan::Place& place) { return !place.pid && plan::NamesFunctions(place); });
  if (!by_name || std::none_of(plan.places.begin(), plan.places.end(), plan::HasFunctionPattern)) {
    return std::nullopt;
  }
  return of_kernel ? MultiLink::kKprobe : MultiLink::kUprobe;
}

std::string WhyNoSession(const plan::ProgramPlan& plan, const std::string& kernel) {
  if (!plan::IsSession(plan.section)) return {};
  const bool of_kernel = plan.section.starts_with("kprobe");
  return fmt::format(
      "section '{}': kernel {} runs no program at both the entry and the return of a function "
      "({}); "
      "use two, SEC(\"{}/…\") and SEC(\"{}/…\")",
      plan.section, kernel, of_kernel ? "Linux 6.10 with CONFIG_FPROBE" : "Linux 6.13",
      of_kernel ? "kprobe" : "uprobe", of_kernel ? "kretprobe" : "uretprobe");
}

}  // namespace bpf_exporter::kernel
