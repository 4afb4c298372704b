// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "object/layout.h"

namespace bpf_exporter::propose {

// Returns the part `probes:` of a configuration: of programs at one event of the kernel one way is
// enough; those that may not be there are optional; those that nothing attaches stay out, each with
// the reason. `stem` is the object's name. Empty if all programs run as their sections say.
std::string ProbesText(const object::ObjectLayout& object, const std::string& stem);

}  // namespace bpf_exporter::propose
