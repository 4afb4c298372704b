// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bpf_exporter::kernel {

// Whose a filter on a qdisc is, as its name in the kernel tells: "bpf_exporter:TOKEN:made:CONFIG:
// PROGRAM". By it a later run knows what one that was killed left.
struct TcFilterName {
  std::string token;        // of the process that made it, see ProcessToken
  bool made_qdisc = false;  // whether that process also made the qdisc
  std::string config;
  std::string program;
};

// Returns the name for the kernel. Long parts are cut, so that it fits the 255 bytes there are.
std::string TcFilterNameText(const TcFilterName& name);

// Returns whose the filter of that name is; nothing if it is not one of this program's.
std::optional<TcFilterName> ParseTcFilterName(std::string_view text);

// Returns whether the filter is for that configuration, whose name may have been cut.
bool IsOfConfig(const TcFilterName& name, std::string_view config);

// The priority at which all our filters are, and the handle of the first for a program, which is
// always the same.
inline constexpr std::uint32_t kTcPriority = 9435;
std::uint32_t TcHandle(const TcFilterName& name);

}  // namespace bpf_exporter::kernel
