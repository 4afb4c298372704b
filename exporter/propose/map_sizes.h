// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "object/layout.h"

namespace bpf_exporter::propose {

// Returns the part `maps:` of a configuration: sizes for the maps that no kernel would make as the
// object declares them, since its own loader sets them. Empty if there are none.
std::string MapSizesText(const object::ObjectLayout& object);

}  // namespace bpf_exporter::propose
