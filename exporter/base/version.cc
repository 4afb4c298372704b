// SPDX-License-Identifier: Apache-2.0
// Tests: options_test.cc
#include "base/version.h"

namespace bpf_exporter {

const char* const kVersion = BPF_EXPORTER_VERSION;
const char* const kRevision = BPF_EXPORTER_REVISION;
const char* const kCompiler = BPF_EXPORTER_COMPILER;
const char* const kLibraries = BPF_EXPORTER_LIBRARIES;

}  // namespace bpf_exporter
