// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "web/endpoints.h"

namespace bpf_exporter::web {

// The landing page as HTML. All that comes from files is escaped.
std::string RenderLanding(const LandingState& state);

}  // namespace bpf_exporter::web
