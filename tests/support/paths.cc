// SPDX-License-Identifier: Apache-2.0
#include "support/paths.h"

namespace bpf_exporter {

std::string SourcePath(std::string_view path) { return std::string(SOURCE_DIR "/").append(path); }

std::string BuildPath(std::string_view path) { return std::string(BINARY_DIR "/").append(path); }

}  // namespace bpf_exporter
