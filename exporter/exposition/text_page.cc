// SPDX-License-Identifier: Apache-2.0
#include "exposition/text_page.h"

#include "exposition/text_family.h"

namespace bpf_exporter::exposition {

void TextPage::Write(const metrics::Snapshot& snapshot, PageWriter& writer) {
  TextFamilyWriter families(TextFormat::kPrometheus, {}, writer);
  snapshot.ForEachFamily([&](const metrics::FamilySnapshot& family) { families.Write(family); });
}

}  // namespace bpf_exporter::exposition
