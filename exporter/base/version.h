// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bpf_exporter {

extern const char* const kVersion;   // "0.1.0": that of project() in CMakeLists.txt
extern const char* const kRevision;  // the commit it was built from; "unknown" outside a checkout
extern const char* const kCompiler;  // "gcc 12.2.0"
// The libraries that it was built with, but for those that tell their version themselves: "CLI11
// 2.1.2, fmt 9.1.0, …".
extern const char* const kLibraries;

}  // namespace bpf_exporter
