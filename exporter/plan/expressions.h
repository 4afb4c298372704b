// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "decode/patterns.h"
#include "plan/scope.h"

namespace bpf_exporter::plan {

// Compiles a regular expression of the configuration. Reports what is wrong with it, as "SUBJECT:
// regexps: …", and when all expressions so far are too large together: then none is compiled any
// more, since compiling them, and looking at each for every new key, would take too long.
std::optional<decode::Pattern> CompileExpression(const Scope& scope, const std::string& subject,
                                                 const config::Text& expression);

}  // namespace bpf_exporter::plan
