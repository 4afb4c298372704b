// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "host/host.h"
#include "plan/labels.h"

// Labels that are taken from the records of buffers, not from the keys of maps.
namespace bpf_exporter::plan {
namespace {

config::LabelSpec Label(const std::string& name, std::optional<std::uint32_t> size,
                        std::uint32_t padding = 0, const std::string& decoder = "uint") {
  config::LabelSpec label;
  label.name = {name, {1, 1}};
  label.size = size;
  label.padding = padding;
  if (!decoder.empty()) label.decoders.push_back({config::Text{decoder, {1, 9}}});
  return label;
}

class Records : public testing::Test {
 protected:
  std::optional<LabelPlans> Resolve(const std::vector<config::LabelSpec>& labels) {
    return ResolveLabels(scope_, {"a record of map 'events'"}, labels, LastLabel::kExposed);
  }
  std::string Messages() { return diagnostics_.Render(); }

  config::Config config_;
  object::ObjectLayout object_;
  ResolveOptions options_;
  host::Host host_;
  config::Diagnostics diagnostics_{"x.yaml", ""};
  Scope scope_{config_, object_, options_, host_, diagnostics_};
};

TEST_F(Records, TakeLabelsOneAfterTheOther) {
  const std::optional<LabelPlans> plans =
      Resolve({Label("pid", 4), Label("kind", 1, 3), Label("address", 8, 0, "hex")});
  ASSERT_TRUE(plans.has_value()) << Messages();
  ASSERT_EQ(plans->exposed.size(), 3u);
  EXPECT_EQ(plans->exposed[0].name, "address");
  EXPECT_EQ(plans->exposed[0].offset, 8u);
  EXPECT_EQ(plans->exposed[1].name, "kind");
  EXPECT_EQ(plans->exposed[1].offset, 4u);
  EXPECT_EQ(plans->exposed[2].offset, 0u);
}

TEST_F(Records, MayHaveNoLabels) {
  ASSERT_TRUE(Resolve({}).has_value());
  EXPECT_FALSE(Resolve({})->of_key);
}

TEST_F(Records, NeedSizesAndDecodersAsNoBtfTellsThem) {
  EXPECT_FALSE(Resolve({Label("pid", std::nullopt)}).has_value());
  EXPECT_FALSE(Resolve({Label("pid", 4, 0, "")}).has_value());
  EXPECT_EQ(
      Messages(),
      "x.yaml:1:1: error: label 'pid': size is needed, as the object has no BTF for a record "
      "of map 'events'\n"
      "x.yaml:1:1: error: label 'pid' needs 'decoders', as the object has no BTF for a record "
      "of map 'events'\n");
}

TEST_F(Records, AreNoLargerThanABuffersRecord) {
  EXPECT_FALSE(Resolve({Label("a", 65'535, 0, "hex"), Label("b", 2)}).has_value());
  EXPECT_EQ(Messages(),
            "x.yaml:1:1: error: the labels take 65537 bytes, more than a record can have\n");
}

}  // namespace
}  // namespace bpf_exporter::plan
