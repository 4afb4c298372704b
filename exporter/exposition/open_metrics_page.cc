// SPDX-License-Identifier: Apache-2.0
#include "exposition/open_metrics_page.h"

#include "exposition/text_family.h"

namespace bpf_exporter::exposition {

void OpenMetricsPage::Write(const metrics::Snapshot& snapshot, PageWriter& writer) {
  TextFamilyWriter families(TextFormat::kOpenMetrics, options_, writer);
  snapshot.ForEachFamily([&](const metrics::FamilySnapshot& family) { families.Write(family); });
  writer.Write("# EOF\n");
}

}  // namespace bpf_exporter::exposition
