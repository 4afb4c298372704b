// SPDX-License-Identifier: Apache-2.0
// Tests: load_test.cc
#include "kernel/load/program_info.h"

#include <bpf/bpf.h>
#include <fmt/core.h>

#include <cerrno>

namespace bpf_exporter::kernel {

Result<ProgramInfo> ReadProgramInfo(int fd) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) {
    return ErrnoError("read the program's description", errno);
  }
  ProgramInfo program;
  program.id = info.id;
  for (const unsigned char byte : info.tag) program.tag += fmt::format("{:02x}", byte);
  program.run = {info.run_time_ns, info.run_cnt};
  return program;
}

std::map<std::uint32_t, ProgramRun> ReadProgramRuns(std::span<const int> descriptors) {
  std::map<std::uint32_t, ProgramRun> runs;
  for (const int fd : descriptors) {
    if (const Result<ProgramInfo> info = ReadProgramInfo(fd)) runs.emplace(info->id, info->run);
  }
  return runs;
}

Result<Fd> EnableStats() {
  Fd stats(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (stats.valid()) return stats;
  Error error = ErrnoError("BPF run statistics: enable", errno);
  if (error.code == EPERM) error.AddRemedy("it needs CAP_SYS_ADMIN");
  if (error.code == EINVAL) error.AddRemedy("it needs kernel 5.8 (CONFIG_BPF_SYSCALL)");
  return error;
}

}  // namespace bpf_exporter::kernel
