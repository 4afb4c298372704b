// SPDX-License-Identifier: Apache-2.0
#include "exposition/text_page.h"

#include <algorithm>
#include <vector>

#include "exposition/map_families.h"
#include "exposition/own_families.h"

namespace bpf_exporter::exposition {
namespace {

class BufferWriter : public PageWriter {
 public:
  explicit BufferWriter(TextBuffer& page) : page_(page) {
    at_ = page_.data();
    end_ = at_ + page_.capacity();
  }
  std::size_t size() const { return static_cast<std::size_t>(at_ - page_.data()); }

 protected:
  void MakeRoom(std::size_t size) override {
    constexpr std::size_t kLeast = 65536;
    const std::size_t used = static_cast<std::size_t>(at_ - page_.data());
    page_.Reserve(std::max(used + size, 2 * page_.capacity()) + kLeast);
    at_ = page_.data() + used;
    end_ = page_.data() + page_.capacity();
  }

 private:
  TextBuffer& page_;
};

}  // namespace

void WriteTextPage(const metrics::Snapshot& snapshot, PageWriter& writer) {
  const std::vector<OwnFamily> own = OwnFamilies(snapshot);
  std::string_view before;
  const auto write = [&](std::string_view name, std::string_view help, std::string_view type,
                         const auto& family) {
    if (name != before) WriteHeader(name, help, type, writer);
    before = name;
    WriteSamples(family, writer);
  };
  auto next = own.begin();
  for (const metrics::FamilySnapshot& family : snapshot.families) {
    if (family.series == 0) continue;
    const plan::MetricPlan& metric = *family.metric;
    for (; next != own.end() && next->name <= metric.family; ++next) {
      write(next->name, next->help, next->type, *next);
    }
    write(metric.family, metric.help, config::KindName(metric.kind), family);
  }
  for (; next != own.end(); ++next) write(next->name, next->help, next->type, *next);
}

void RenderTextPage(const metrics::Snapshot& snapshot, TextBuffer& page) {
  page.SetSize(0);
  BufferWriter writer(page);
  WriteTextPage(snapshot, writer);
  page.SetSize(writer.size());
  page.Trim();
}

}  // namespace bpf_exporter::exposition
