// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bpf_exporter {

// Returns what helps against EMFILE, with the process's limit of open files, and against ENFILE;
// empty for other codes.
std::string OpenFilesRemedy(int code);

}  // namespace bpf_exporter
