// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config.h"
#include "config/diagnostics.h"
#include "object/layout.h"

namespace bpf_exporter::plan {

// Gives the maps of the object's layout what `maps:` of the configuration says in place of what the
// object says: from then on the layout is what the maps are made with. Reports what does not fit.
void ApplyMapSettings(const config::Config& config, object::ObjectLayout& object,
                      config::Diagnostics& diagnostics);

}  // namespace bpf_exporter::plan
