// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace bpf_exporter {

// Reads a regular file of at most `most` bytes; never waits for a writer of a FIFO. Whoever calls
// it names the file: an error reads "open: No such file or directory" or "is a directory", and
// has code EISDIR for that, EINVAL for "is not a regular file" and EFBIG for "has N bytes", which
// are too many.
Result<std::string> ReadRegularFile(const std::string& path, std::size_t most);

}  // namespace bpf_exporter
