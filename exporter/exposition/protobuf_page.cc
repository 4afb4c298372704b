// SPDX-License-Identifier: Apache-2.0
#include "exposition/protobuf_page.h"

#include <protozero/pbf_builder.hpp>
#include <protozero/varint.hpp>
#include <string>

#include "exposition/metric_family.h"
#include "exposition/padded_text.h"
#include "exposition/protobuf_values.h"
#include "exposition/varint.h"

namespace bpf_exporter::exposition {
namespace {

constexpr std::size_t kTag = 1;
constexpr char kMetricTag = static_cast<char>(static_cast<unsigned>(FamilyField::kMetric) << 3 | 2);

std::size_t SizeOfVarint(std::size_t number) {
  return static_cast<std::size_t>(protozero::length_of_varint(number));
}

TypeOfFamily TypeOf(config::MetricKind kind) {
  switch (kind) {
    case config::MetricKind::kCounter:
      return TypeOfFamily::kCounter;
    case config::MetricKind::kGauge:
      return TypeOfFamily::kGauge;
    case config::MetricKind::kHistogram:
      break;
  }
  return TypeOfFamily::kHistogram;
}

// Returns the fields of a family that come before its series.
std::string HeadOf(const metrics::FamilySnapshot& family) {
  std::string head;
  protozero::pbf_builder<FamilyField> fields(head);
  fields.add_string(FamilyField::kName, family.name().data(), family.name().size());
  fields.add_string(FamilyField::kHelp, family.help().data(), family.help().size());
  fields.add_enum(FamilyField::kType, static_cast<std::int32_t>(TypeOf(family.kind())));
  return head;
}

// The length of a message comes before it, so the series are walked over twice. `Value` is one of
// protobuf_values.h.
template <typename Value>
void WriteFamily(const metrics::FamilySnapshot& family, EncodedLabels::Cursor labels, Value value,
                 PageWriter& page) {
  const std::string head = HeadOf(family);
  std::size_t size = head.size();
  family.ForEachWith(labels, [&](std::string_view text, const metrics::SampleValues& values) {
    const std::size_t metric = text.size() + value.Prepare(values);
    size += kTag + SizeOfVarint(metric) + metric;
  });
  page.Advance(WriteVarint(size, page.Room(kMaxVarint)));
  page.Write(head);

  const std::size_t room = kTag + kMaxVarint + kBlock + value.Room();
  family.ForEachWith(labels, [&](std::string_view text, const metrics::SampleValues& values) {
    char* out = page.Room(room + text.size());
    *out++ = kMetricTag;
    out = CopyText(text, WriteVarint(text.size() + value.Prepare(values), out));
    page.Advance(value.Write(out));
  });
}

}  // namespace

void ProtobufPage::Write(const metrics::Snapshot& snapshot, PageWriter& writer) {
  snapshot.ForEachFamily([&](const metrics::FamilySnapshot& family) {
    const EncodedLabels::Cursor labels = labels_.Of(family);
    if (family.kind() == config::MetricKind::kHistogram) {
      WriteFamily(family, labels, ProtobufHistogram(family), writer);
    } else {
      WriteFamily(family, labels, ProtobufNumber(family), writer);
    }
  });
  labels_.ForgetVanished();
}

}  // namespace bpf_exporter::exposition
