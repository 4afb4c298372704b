// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "host/host.h"
#include "plan/resolve.h"

namespace bpf_exporter::plan {

// What the parts of Resolve share while they work on one configuration.
struct Scope {
  const config::Config& config;
  const object::ObjectLayout& object;
  const ResolveOptions& options;
  host::Host& host;
  config::Diagnostics& diagnostics;
  std::vector<ConstantPlan> constants = {};  // what the configuration sets
  // Of all regular expressions that were compiled so far, in RE2's instructions.
  std::shared_ptr<std::size_t> expressions_size = std::make_shared<std::size_t>(0);
};

// "counter 'packets_total'".
std::string Subject(const config::MetricSpec& metric);
// "object 'x.bpf.o'".
std::string ObjectSubject(const object::ObjectLayout& object);
// "; did you mean 'op'?", or "; its fields: op, dev" if nothing is near.
std::string Suggest(const std::string& given, const std::vector<std::string>& known,
                    const std::string& what);

// " (struct key: device 4, op 1)", the fields with their bytes; nothing for other types and null.
std::string Members(const object::Type* type);
// "1 byte", "4 bytes".
std::string Bytes(std::uint64_t count);

}  // namespace bpf_exporter::plan
