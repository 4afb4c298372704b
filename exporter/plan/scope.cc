#include "plan/scope.h"

#include <fmt/core.h>

#include "base/text.h"

namespace bpf_exporter {

std::string Subject(const MetricSpec& metric) {
  const char* kind = metric.kind == MetricKind::kCounter ? "counter"
                     : metric.kind == MetricKind::kGauge ? "gauge"
                                                         : "histogram";
  return fmt::format("{} '{}'", kind, metric.name.value);
}

std::string ObjectSubject(const ObjectLayout& object) {
  return fmt::format("object '{}'", object.path.substr(object.path.rfind('/') + 1));
}

std::string Suggest(const std::string& given, const std::vector<std::string>& known,
                    const std::string& what) {
  const std::string near = Diagnostics::DidYouMean(given, known);
  return near.empty() ? fmt::format("; {}: {}", what, List(known)) : near;
}

}  // namespace bpf_exporter
