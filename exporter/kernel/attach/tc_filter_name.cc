// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/tc_filter_name.h"

#include <fmt/core.h>

namespace bpf_exporter::kernel {
namespace {

constexpr std::string_view kPrefix = "bpf_exporter:";
constexpr std::string_view kMade = "made";
constexpr std::string_view kFound = "found";
constexpr std::size_t kMaxConfig = 120;
constexpr std::size_t kMaxProgram = 90;

// Cuts the part before the next colon off `rest`; nothing if there is none.
std::optional<std::string_view> TakePart(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view part = rest.substr(0, colon);
  rest.remove_prefix(colon + 1);
  return part;
}

}  // namespace

std::string TcFilterNameText(const TcFilterName& name) {
  return fmt::format("{}{}:{}:{}:{}", kPrefix, name.token, name.made_qdisc ? kMade : kFound,
                     std::string_view(name.config).substr(0, kMaxConfig),
                     std::string_view(name.program).substr(0, kMaxProgram));
}

std::optional<TcFilterName> ParseTcFilterName(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const std::optional<std::string_view> token = TakePart(text);
  const std::optional<std::string_view> qdisc = TakePart(text);
  // A configuration's name may have a colon; a program's is an identifier of C.
  const std::size_t colon = text.rfind(':');
  if (!token || token->empty() || !qdisc || (*qdisc != kMade && *qdisc != kFound) ||
      colon == std::string_view::npos) {
    return std::nullopt;
  }
  return TcFilterName{std::string(*token), *qdisc == kMade, std::string(text.substr(0, colon)),
                      std::string(text.substr(colon + 1))};
}

bool IsOfConfig(const TcFilterName& name, std::string_view config) {
  return name.config == config.substr(0, kMaxConfig);
}

std::uint32_t TcHandle(const TcFilterName& name) {
  // FNV-1a.
  std::uint32_t hash = 2166136261U;
  for (const char c : name.config + ':' + name.program) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash | 1;  // 0 would leave the choice to the kernel
}

}  // namespace bpf_exporter::kernel
