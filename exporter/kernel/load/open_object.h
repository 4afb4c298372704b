// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/handles.h"
#include "kernel/load/alternatives.h"
#include "kernel/load/load_options.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// An object in the kernel, the optional programs that are missing from it, and what else has to be
// said of it.
struct OpenedObject {
  ObjectPtr object;
  std::map<std::string, std::string> left_out;  // program -> why
  std::vector<std::string> warnings;
};

// Opens and loads the plan's object, without the optional programs that this kernel refuses, and
// with the first of `alternatives` from the present one on that it takes. The error has the last
// telling lines of the verifier's log.
Result<OpenedObject> OpenAndLoad(const plan::ConfigPlan& plan, const LoadOptions& options,
                                 Alternatives& alternatives);

}  // namespace bpf_exporter::kernel
