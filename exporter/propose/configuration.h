// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "object/layout.h"
#include "plan/resolve.h"

// A first configuration for an object that somebody already has.
namespace bpf_exporter::propose {

// Returns a configuration of all that can be shown of the object, as YAML with a comment on each
// guess. All of it together has passed Resolve() with `options`; what did not is named in a
// comment, with the reason. An error says why no configuration fits the object.
Result<std::string> ProposeConfiguration(const object::ObjectLayout& object,
                                         const plan::ResolveOptions& options);

}  // namespace bpf_exporter::propose
