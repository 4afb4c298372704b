// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <csignal>
#include <functional>

namespace bpf_exporter::process {

// Blocks SIGTERM, SIGINT and SIGHUP, for this thread and those that it starts, so that RunLoop can
// wait for them; ignores SIGPIPE. Call first of all.
sigset_t BlockSignals();

// Waits for one of `signals` for that time. Returns the signal that came; 0 if none did.
int WaitForSignal(const sigset_t& signals, std::chrono::nanoseconds time);

// Calls `work` every `period`, but waits at least 20 times as long as the last call took, so that
// it uses at most 5 % of one CPU. Returns when SIGTERM or SIGINT comes, with its number.
int RunLoop(const sigset_t& signals, std::chrono::nanoseconds period,
            const std::function<void()>& work);

}  // namespace bpf_exporter::process
