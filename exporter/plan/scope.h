#pragma once

#include <string>

#include "config/diagnostics.h"
#include "plan/resolve.h"

namespace bpf_exporter {

// What the parts of Resolve share while they work on one configuration.
struct Scope {
  const Config& config;
  const ObjectLayout& object;
  const ResolveOptions& options;
  DecoderContext& context;
  Diagnostics& diagnostics;
};

// "counter 'packets_total'".
std::string Subject(const MetricSpec& metric);
// "object 'x.bpf.o'".
std::string ObjectSubject(const ObjectLayout& object);
// "; did you mean 'op'?", or "; its fields: op, dev" if nothing is near.
std::string Suggest(const std::string& given, const std::vector<std::string>& known,
                    const std::string& what);

}  // namespace bpf_exporter
