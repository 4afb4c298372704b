// SPDX-License-Identifier: Apache-2.0
// Tests: tc_filter_test.cc
#include "app/cleanup.h"

#include "base/complain.h"
#include "kernel/attach/left_filters.h"

namespace bpf_exporter::app {

ExitCode Cleanup(const std::vector<std::string>& configs) {
  const Status removed =
      configs.empty() ? kernel::RemoveLeftFilters() : kernel::RemoveLeftFilters(configs);
  if (removed) return kFine;
  Complain(removed.error().Message());
  return kFailed;
}

}  // namespace bpf_exporter::app
