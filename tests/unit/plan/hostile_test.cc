// SPDX-License-Identifier: Apache-2.0
// Files that are made to take long: the work is bounded, and so are the messages.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "unit/plan/resolved.h"

namespace bpf_exporter::plan {
namespace {

std::string Items(int count, const std::function<std::string(int)>& item) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i > 0 ? ", " : "") + item(i);
  return text;
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

Resolved ResolveRegexps(int count, const std::function<std::string(int)>& expression) {
  return ResolveYaml("test.yaml",
                     "metrics: {counters: [{name: hits, help: Hits, labels: [{name: slot, "
                     "decoders: [{name: uint}, {name: regexp, regexps: [" +
                         Items(count, expression) + "]}]}]}]}\n",
                     kUsualOptions, "probe_hooks");
}

TEST(HostileFiles, MayHaveExpressionsUpToASizeInAll) {
  EXPECT_TRUE(ResolveRegexps(300, [](int i) { return fmt::format("'^name{}$'", i); }).plan);
  const Resolved large =
      ResolveRegexps(2000, [](int i) { return fmt::format("'x{{1000}}{}'", i); });
  EXPECT_FALSE(large.plan);
  EXPECT_EQ(Count(large.messages, " error: "), 1u) << large.messages;
  EXPECT_EQ(Count(large.messages,
                  "label 'slot': regexps: with this one the expressions of the file are too many, "
                  "or too large; repetitions such as {1000} count as often as they repeat\n"),
            1u)
      << large.messages;
}

TEST(HostileFiles, MayHaveWrongExpressionsUpToANumber) {
  const Resolved wrong = ResolveRegexps(20'000, [](int i) { return fmt::format("'({}'", i); });
  EXPECT_FALSE(wrong.plan);
  EXPECT_EQ(Count(wrong.messages, " error: label 'slot': regexps: missing ): ("), 100u);
  EXPECT_EQ(Count(wrong.messages, "\n… and 4901 more errors"), 1u)
      << wrong.messages.substr(wrong.messages.size() - 200);
}

TEST(HostileFiles, MayHaveAPlaceForAProgramUpToANumber) {
  const auto interface = [](int i) { return fmt::format("i{}", i); };
  const auto on = [&](int count) {
    return ResolveProbes("probe_hooks", "  - {program: by_socket, socket_filter: {interface: [" +
                                            Items(count, interface) + "]}}\n");
  };
  EXPECT_TRUE(on(4096).plan) << on(4096).messages.substr(0, 1000);
  EXPECT_NE(on(4097).messages.find(
                "program 'by_socket': 4097 places; a program may be attached in 4096 at most\n"),
            std::string::npos);
  // Places in binaries are as many as binaries times symbols.
  const std::string many = Items(10'000, [](int i) { return fmt::format("a{}", i); });
  const Resolved product =
      ResolveProbes("probe_hooks", "  - {program: by_uprobe, uprobe: {binary: [" + many +
                                       "], symbol: {all: [" + many + "]}}}\n");
  EXPECT_NE(product.messages.find("program 'by_uprobe': 100000000 places; "), std::string::npos)
      << product.messages.substr(0, 1000);
}

TEST(HostileFiles, MayHaveLabelsUpToANumber) {
  const auto with = [](int count) {
    return ResolveYaml("test.yaml",
                       "metrics: {counters: [{name: hits, help: Hits, labels: [{slot: [" +
                           Items(count, [](int i) { return fmt::format("l{}", i); }) + "]}]}]}\n",
                       kUsualOptions, "probe_hooks");
  };
  EXPECT_EQ(with(256).messages.find("at most"), std::string::npos);
  EXPECT_NE(with(257).messages.find(" error: 257 labels; at most 256 are possible\n"),
            std::string::npos)
      << with(257).messages;
}

}  // namespace
}  // namespace bpf_exporter::plan
