// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bpf_exporter::app {

// What the process ends with. systemd restarts it after kFailed only.
enum ExitCode : int {
  kFine = 0,
  kFailed = 1,      // at run time: the port is taken, no privilege
  kWrongUse = 2,    // of the command line
  kCannotWork = 3,  // the configurations, whenever it is tried again
};

}  // namespace bpf_exporter::app
