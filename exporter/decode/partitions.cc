#include "decode/partitions.h"

#include <fmt/core.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"
#include "decode/context.h"
#include "decode/families.h"

namespace bpf_exporter {
namespace {

constexpr std::chrono::seconds kMissingAfter{1};
constexpr std::chrono::seconds kStaleAfter{10};
constexpr std::chrono::minutes kKeepGone{10};
constexpr std::size_t kMaxDevices = 1'000'000;

}  // namespace

Partitions::Partitions(std::string path, Clock now)
    : path_(std::move(path)), now_(std::move(now)) {}

std::optional<std::string> Partitions::Name(std::uint32_t major, std::uint32_t minor) {
  const std::lock_guard lock(mutex_);
  auto found = devices_.find({major, minor});
  if (!read_at_ || now_() - *read_at_ >= (found == devices_.end() ? kMissingAfter : kStaleAfter)) {
    ReadLocked();
    found = devices_.find({major, minor});
  }
  if (found == devices_.end()) return std::nullopt;
  return found->second.name;
}

void Partitions::ReadLocked() {
  const Time now = now_();
  read_at_ = now;
  std::erase_if(devices_,
                [&](const auto& device) { return now - device.second.seen_at >= kKeepGone; });
  std::ifstream file(path_);
  if (!file && !std::exchange(warned_, true)) {
    log::Warn("{}: block devices stay unknown", ErrnoError("open '" + path_ + "'", errno).text);
  }
  // "major minor  #blocks  name", an empty line, then one line a device.
  for (std::string line; devices_.size() < kMaxDevices && std::getline(file, line);) {
    std::istringstream fields(line);
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::uint64_t blocks = 0;
    std::string name;
    if (fields >> major >> minor >> blocks >> name)
      devices_.insert_or_assign({major, minor}, Device{name, now});
  }
}

Result<DecodeFunction> MakeMajorMinor(const DecoderRequest& request) {
  return DecodeFunction(
      [&partitions = request.context.partitions()](std::string_view in, std::string& out) {
        // The kernel's new_encode_dev(): minor 20..31 | major 8..19 | minor 0..7.
        const auto device = Load<std::uint32_t>(in.data());
        const std::uint32_t major = device >> 8 & 0xfff;
        const std::uint32_t minor = (device & 0xff) | (device >> 12 & 0xfff00);
        if (std::optional<std::string> name = partitions.Name(major, minor)) {
          out = *std::move(name);
          return Decoded::kOk;
        }
        out = fmt::format("unknown:{}:{}", major, minor);
        return Decoded::kProvisional;
      });
}

}  // namespace bpf_exporter
