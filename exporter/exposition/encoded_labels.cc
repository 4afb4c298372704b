// SPDX-License-Identifier: Apache-2.0
// Tests: protobuf_page_test.cc
#include "exposition/encoded_labels.h"

#include <cstring>
#include <protozero/pbf_builder.hpp>

#include "exposition/metric_family.h"

namespace bpf_exporter::exposition {

EncodedLabels::Cursor EncodedLabels::Of(const metrics::FamilySnapshot& family) {
  auto found = kept_.find(family.texts.get());
  // An arena may have the address of one that is gone.
  if (found != kept_.end() && found->second.texts.expired()) {
    kept_.erase(found);
    found = kept_.end();
  }
  if (found == kept_.end()) {
    found = kept_.emplace(family.texts.get(), Kept(family.texts)).first;
    found->second.bytes.Reserve(1);  // so that there is an address, be they all empty
  }
  Kept& kept = found->second;
  const std::size_t series = family.cells->present.size();
  kept.sizes.reserve(series);
  while (kept.sizes.size() < series) Append(kept, metrics::LabelSet(kept.next.Next()));
  return {kept.bytes.data(), kept.sizes.data()};
}

void EncodedLabels::Append(Kept& kept, metrics::LabelSet labels) {
  series_.clear();
  protozero::pbf_builder<MetricField> metric(series_);
  labels.ForEachLabel([&](std::string_view name, std::string_view value) {
    protozero::pbf_builder<LabelField> label(metric, MetricField::kLabel);
    label.add_string(LabelField::kName, name.data(), name.size());
    label.add_string(LabelField::kValue, value.data(), value.size());
  });
  TextBuffer& bytes = kept.bytes;
  const std::size_t used = bytes.size();
  if (bytes.capacity() < used + series_.size()) {
    bytes.Reserve(used + used / 2 + series_.size());
  }
  if (!series_.empty()) std::memcpy(bytes.data() + used, series_.data(), series_.size());
  bytes.SetSize(used + series_.size());
  kept.sizes.push_back(static_cast<std::uint32_t>(series_.size()));
}

void EncodedLabels::ForgetVanished() {
  std::erase_if(kept_, [](const auto& entry) { return entry.second.texts.expired(); });
}

}  // namespace bpf_exporter::exposition
