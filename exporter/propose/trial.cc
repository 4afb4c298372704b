// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/trial.h"

#include <optional>

#include "config/diagnostics.h"
#include "config/parse.h"
#include "host/host.h"
#include "plan/families.h"

namespace bpf_exporter::propose {
namespace {

constexpr const char* kFile = "proposal";

// Returns the text of the first error among rendered messages.
std::string FirstError(const std::string& messages) {
  constexpr std::string_view kMark = ": error: ";
  const std::size_t start = messages.find(kMark);
  if (start == std::string::npos) return "";
  const std::size_t text = start + kMark.size();
  return messages.substr(text, messages.find('\n', text) - text);
}

}  // namespace

std::string Trial::Problem(const std::string& parts, const std::string& metrics) const {
  const std::string yaml =
      base_ + parts + "metrics:\n" + (metrics.empty() ? "  counters: []\n" : metrics);
  config::Diagnostics diagnostics(kFile, yaml);
  host::Host host;
  const std::optional<config::Config> config = config::ParseConfig(kFile, kFile, yaml, diagnostics);
  if (config) {
    const auto plan = plan::Resolve(*config, object_, options_, host, diagnostics);
    if (plan) plan::CheckFamilies({}, *plan, diagnostics);
  }
  return FirstError(diagnostics.Render());
}

}  // namespace bpf_exporter::propose
