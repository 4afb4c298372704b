// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "plan/plan.h"

struct bpf_object;

namespace bpf_exporter::kernel {

// Writes `bytes` into the section of an object that is open and not loaded. Returns false where
// they are not within the section.
bool SetGlobal(bpf_object* object, const std::string& section, std::uint32_t offset,
               std::string_view bytes);

// Gives the constants of an object that is open and not loaded the values of the plan.
Status SetConstants(const plan::ConfigPlan& plan, bpf_object* object);

}  // namespace bpf_exporter::kernel
