// SPDX-License-Identifier: Apache-2.0
// Tests: load_failure_test.cc
#include "kernel/load/pin_remedy.h"

#include <fmt/core.h>

#include <cerrno>
#include <optional>
#include <string_view>

namespace bpf_exporter::kernel {
namespace {

// Returns what stands in quotes after those words of a line; nothing if it does not have them.
std::optional<std::string_view> PathAfter(std::string_view line, std::string_view words) {
  const std::size_t at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view path = line.substr(at + words.size());
  return path.substr(0, path.find('\''));
}

std::string NotPinned(std::string_view path, bool on_bpffs, int code) {
  if (!on_bpffs) {
    return fmt::format(
        "no bpffs is mounted at the pin '{}': mount -t bpf bpffs /sys/fs/bpf; a container needs "
        "the "
        "host's mounted there",
        path);
  }
  if (code == EROFS) {
    return fmt::format(
        "the bpffs of the pin '{}' is mounted read-only: mount -o remount,rw /sys/fs/bpf", path);
  }
  return fmt::format(
      "the pin '{}' cannot be made: ls -ld \"$(dirname {})\" tells who may write there", path,
      path);
}

}  // namespace

std::string PinRemedy(const std::vector<std::string>& lines, int code) {
  bool on_bpffs = true;
  for (const std::string& line : lines) {
    if (line.find("is not on BPF FS") != std::string::npos) on_bpffs = false;
    if (const auto path = PathAfter(line, "couldn't reuse pinned map at '")) {
      return fmt::format(
          "the map pinned at '{}' has another type, size or flags, as it is another's or an older "
          "program's: rm {} lets it begin anew, at 0",
          *path, *path);
    }
    if (const auto path = PathAfter(line, "couldn't retrieve pinned map '")) {
      return fmt::format(
          "what is pinned at '{}' cannot be opened as a map: ls -l {} tells whose it is", *path,
          *path);
    }
    if (const auto path = PathAfter(line, "failed to auto-pin at '")) {
      return NotPinned(*path, on_bpffs, code);
    }
  }
  return {};
}

}  // namespace bpf_exporter::kernel
