// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/exit_code.h"
#include "plan/resolve.h"

namespace bpf_exporter::app {

// `bpf_exporter init OBJECT`: prints a configuration for the object to standard output, without a
// kernel and without privilege. Returns kFine, or kCannotWork if the object cannot be read or no
// configuration fits it, with the reason on standard error. Call before threads exist.
ExitCode Init(const std::string& object, const plan::ResolveOptions& options);

}  // namespace bpf_exporter::app
