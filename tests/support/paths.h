// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bpf_exporter {

// Returns the absolute path of `path` in the tree of the sources.
std::string SourcePath(std::string_view path);
// Returns the absolute path of `path` in the tree that the tests were built in.
std::string BuildPath(std::string_view path);

}  // namespace bpf_exporter
