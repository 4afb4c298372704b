// SPDX-License-Identifier: Apache-2.0
// Tests: majorminor_test.cc
#include "host/block_devices.h"

#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/log.h"
#include "base/result.h"

namespace bpf_exporter::host {
namespace {

constexpr std::chrono::seconds kMissingAfter{1};
constexpr std::chrono::seconds kStaleAfter{10};
constexpr std::size_t kMaxDevices = 1'000'000;

}  // namespace

BlockDevices::BlockDevices(std::string path, Clock now)
    : path_(std::move(path)), now_(std::move(now)) {}

std::optional<std::string> BlockDevices::Name(std::uint32_t major, std::uint32_t minor) {
  const std::lock_guard lock(mutex_);
  auto found = devices_.find({major, minor});
  if (!read_at_ || now_() - *read_at_ >= (found == devices_.end() ? kMissingAfter : kStaleAfter)) {
    ReadLocked();
    found = devices_.find({major, minor});
  }
  if (found == devices_.end()) return std::nullopt;
  return found->second.name;
}

void BlockDevices::ReadLocked() {
  const Time now = now_();
  read_at_ = now;
  ForgetExpired(devices_, now);
  std::ifstream file(path_);
  if (!file && !std::exchange(warned_, true)) {
    log::Warn("{}: block devices stay unknown",
              ErrnoError("open '" + path_ + "'", errno).Message());
  }
  // "major minor  #blocks  name", an empty line, then one line a device.
  for (std::string line; devices_.size() < kMaxDevices && std::getline(file, line);) {
    std::istringstream fields(line);
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::uint64_t blocks = 0;
    std::string name;
    if (fields >> major >> minor >> blocks >> name) {
      devices_.insert_or_assign({major, minor}, KeptName{name, now});
    }
  }
}

}  // namespace bpf_exporter::host
