// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/result.h"

namespace bpf_exporter::object {

// Runs `work` in a child process that may use 10 s and 1 GiB, and returns its Status. A child that
// crashes is an error: "libbpf crashed on it (signal 11); the file is corrupt". Whatever `work`
// changes is lost; what it prints, too. Call before threads exist.
Status TryInChild(const std::function<Status()>& work);

}  // namespace bpf_exporter::object
