// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace bpf_exporter::object {

// Reads the bytes of a BPF object file: a regular file of at most 64 MiB whose ELF header says that
// it is relocatable BPF code for this machine's byte order. The caller adds the subject to the
// error ("it is a directory"). Never blocks on a FIFO.
Result<std::string> ReadObjectFile(const std::string& path);

}  // namespace bpf_exporter::object
