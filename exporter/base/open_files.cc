// SPDX-License-Identifier: Apache-2.0
#include "base/open_files.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <cerrno>

namespace bpf_exporter {

std::string OpenFilesRemedy(int code) {
  if (code == ENFILE) return "the host has as many open files as sysctl fs.file-max allows";
  rlimit limit{};
  if (code != EMFILE || getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  return fmt::format(
      "the process may have {} open files (ulimit -n, LimitNOFILE= of a systemd unit)",
      limit.rlim_cur);
}

}  // namespace bpf_exporter
