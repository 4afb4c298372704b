// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bpf_exporter::process {

// Opens /dev/null for those of standard input, output and error that the process was started
// without: a socket would take their number, and the log would go to a client. Call first of all.
void OpenStandardDescriptors();

// Raises the limit of open files as far as it may be: every map, program and link takes one. Call
// before other threads exist.
void RaiseDescriptorLimit();

}  // namespace bpf_exporter::process
