// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "plan/plan.h"

struct bpf_object;

namespace bpf_exporter::kernel {

// Gives the maps of an object that is open and not loaded the sizes and pins of the plan, where it
// has others than the object. Adds to `inner_maps` what must stay open until the object is loaded:
// maps that tell the kernel what those in a map of maps are like.
Status SetMaps(const plan::ConfigPlan& plan, bpf_object* object, std::vector<Fd>& inner_maps);

}  // namespace bpf_exporter::kernel
