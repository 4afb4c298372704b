// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

namespace bpf_exporter {

using Time = std::chrono::steady_clock::time_point;
using Clock = std::function<Time()>;  // tests turn the hands

}  // namespace bpf_exporter
