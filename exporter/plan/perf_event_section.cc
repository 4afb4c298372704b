// SPDX-License-Identifier: Apache-2.0
#include "plan/perf_event_section.h"

#include <fmt/core.h>

#include "base/text.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::string_view kPerfEvent = "perf_event/";

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
  std::string_view pairs = section.substr(kPerfEvent.size());
  if (pairs.empty()) return wrong("nothing is named");
  if (pairs.ends_with(',')) pairs.remove_suffix(1);
  for (const std::string_view pair : Split(pairs, ',')) {
    const std::size_t equals = pair.find('=');
    std::optional<std::uint64_t> number;
    if (equals != std::string_view::npos) {
      number = ParseWhole<std::uint64_t>(pair.substr(equals + 1));
    }
    if (!number) return wrong(fmt::format("'{}' is not KEY=NUMBER", pair));
    const std::string_view key = pair.substr(0, equals);
    bool* seen = key == "type"        ? &type
                 : key == "config"    ? &config
                 : key == "frequency" ? &frequency
                                      : nullptr;
    if (seen == nullptr) return wrong(fmt::format("unknown key '{}'", key));
    if (*seen) return wrong(fmt::format("'{}' is given twice", key));
    *seen = true;
    if (seen == &type && *number > UINT32_MAX) return wrong("the type is too large");
    if (seen == &type) event.type = static_cast<std::uint32_t>(*number);
    if (seen == &config) event.config = *number;
    if (seen == &frequency) event.frequency = *number;
  }
  return Result<PerfEvent>(event);  // as in ebpf_exporter, what is not named is 0
}

}  // namespace bpf_exporter::plan
