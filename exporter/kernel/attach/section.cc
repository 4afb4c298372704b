// SPDX-License-Identifier: Apache-2.0
#include "kernel/attach/section.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace bpf_exporter::kernel {
namespace {

constexpr std::string_view kPerfEvent = "perf_event/";

bool Number(std::string_view text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && at == end;
}

}  // namespace

std::optional<Result<PerfEvent>> ParsePerfEventSection(std::string_view section) {
  if (!section.starts_with(kPerfEvent)) return std::nullopt;
  const auto wrong = [&](std::string_view why) {
    Error error(fmt::format("section '{}'", section), std::string(why), 0);
    error.AddRemedy("it reads perf_event/type=T,config=C,frequency=F");
    return Result<PerfEvent>(std::move(error));
  };
  PerfEvent event;
  bool type = false, config = false, frequency = false;
  std::string_view rest = section.substr(kPerfEvent.size());
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view pair = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    std::uint64_t number = 0;
    if (equals == std::string_view::npos || !Number(pair.substr(equals + 1), number)) {
      return wrong(fmt::format("'{}' is not KEY=NUMBER", pair));
    }
    const std::string_view key = pair.substr(0, equals);
    bool* seen = key == "type"        ? &type
                 : key == "config"    ? &config
                 : key == "frequency" ? &frequency
                                      : nullptr;
    if (seen == nullptr) return wrong(fmt::format("unknown key '{}'", key));
    if (*seen) return wrong(fmt::format("'{}' is given twice", key));
    *seen = true;
    if (seen == &type && number > UINT32_MAX) return wrong("the type is too large");
    if (seen == &type) event.type = static_cast<std::uint32_t>(number);
    if (seen == &config) event.config = number;
    if (seen == &frequency) event.frequency = number;
  }
  // As in ebpf_exporter, what is not named is 0.
  if (!type && !config && !frequency) return wrong("nothing is named");
  return Result<PerfEvent>(event);
}

}  // namespace bpf_exporter::kernel
