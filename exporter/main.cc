// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <utility>

#include "app/check.h"
#include "app/cleanup.h"
#include "app/exporter.h"
#include "app/init.h"
#include "app/options.h"
#include "app/start.h"
#include "base/complain.h"
#include "base/log.h"
#include "kernel/cgroup_trace.h"
#include "process/capabilities.h"
#include "process/descriptors.h"
#include "process/post_attach_mark.h"
#include "process/run_loop.h"

namespace bpf_exporter {
namespace {

app::ExitCode Main(const std::vector<std::string>& arguments) {
  auto parsed = app::ParseOptions(arguments);
  if (const auto* exit = std::get_if<app::EarlyExit>(&parsed)) {
    fmt::print(exit->code == app::kFine ? stdout : stderr, "{}\n", exit->text);
    return exit->code;
  }
  auto& options = std::get<app::Options>(parsed);
  log::SetLevel(options.debug ? log::Level::kDebug : log::Level::kInfo);
  log::SetTimestamps(!options.no_timestamps);
  if (options.programs_dir.empty()) options.programs_dir = loader::DefaultProgramsDir();
  if (options.command == app::Command::kInit) {
    return app::Init(options.init_object, app::ResolveOptionsOf(options));
  }
  if (options.command == app::Command::kCheck) {
    app::CheckOptions check;
    check.config_dir = options.config_dir;
    check.names = options.config_names;
    check.files = options.check_files;
    check.programs_dir = options.programs_dir;
    check.resolve = app::ResolveOptionsOf(options);
    check.resolve.lint = options.lint;
    check.by_cgroup = options.by_cgroup;
    check.memory = options.check_memory;
    check.buffer_pages = options.buffer_pages;
    check.max_memory = options.max_memory;
    return app::Check(check);
  }
  if (options.cleanup) return app::Cleanup(options.config_names);

  // From here on links are let go of before the end; what only reads files ends at once.
  const sigset_t signals = process::BlockSignals();
  host::HostPaths paths;
  if (!options.btf_path.empty()) paths.btf = options.btf_path;
  host::Host host(std::move(paths));
  auto started = app::Start(options, host);
  if (const auto* code = std::get_if<app::ExitCode>(&started)) return *code;
  auto& running = std::get<app::Started>(started);
  host.SetOtherCgroupReports(kernel::CgroupTrace::Open);
  host.Open();
  loader::UpdateCgroups(running.configs);  // programs that the mark runs may ask for them
  post_attach_mark();
  if (options.config_check) {
    const Status dropped = process::DropCapabilities(options.capabilities);
    loader::LetGo(running.configs);
    if (!dropped) Complain(dropped.error().Message());
    return dropped ? app::kFine : app::kFailed;
  }
  app::Exporter exporter(options, std::move(running), host);
  return options.once ? exporter.PrintOnce(signals) : exporter.Run(signals);
}

}  // namespace
}  // namespace bpf_exporter

int main(int argc, char** argv) {
  bpf_exporter::process::OpenStandardDescriptors();
  bpf_exporter::process::RaiseDescriptorLimit();
  mallopt(M_ARENA_MAX, 2);  // an arena for each HTTP thread would keep memory in each
  // What is large goes back to the system when it is freed. Left alone, malloc raises this bound to
  // 32 MiB when it first frees something large, and then keeps what a burst of keys took.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  try {
    return bpf_exporter::Main(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    bpf_exporter::Complain(error.what());
    return bpf_exporter::app::kFailed;
  }
}
