// SPDX-License-Identifier: Apache-2.0
// Tests: probes_test.cc, wrong_files_test.cc
#include "config/either_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

void ReadAlternatives(const Field& field, EitherOfSpec& group) {
  if (!ExpectList(field)) return;
  for (const NodePtr& item : field.node.items) {
    std::vector<Text> programs = ReadTextOrTexts(field.Item(*item));
    if (!programs.empty()) group.alternatives.push_back(std::move(programs));
  }
  if (field.node.items.size() < 2) {
    field.Error(fmt::format("{}: one of at least two programs is taken", field.name));
  }
}

constexpr Key<EitherOfSpec> kEitherOfKeys[] = {
    {"any", ReadAlternatives},
    {"optional", [](const Field& f, EitherOfSpec& g) { g.optional = ReadBool(f); }},
};

constexpr Key<std::vector<Text>> kBothKeys[] = {
    {"both",
     [](const Field& f, std::vector<Text>& programs) {
       programs = ReadTexts(f);
       if (f.node.kind != Node::Kind::kList) return;
       if (programs.size() < 2) f.Error(fmt::format("{}: name at least two programs", f.name));
     }},
};

bool HasKey(const Node& entry, std::string_view key) {
  return std::any_of(entry.entries.begin(), entry.entries.end(),
                     [&](const auto& one) { return one.first->text == key; });
}

// Returns whether the entry is meant to have that key: it has it, or one like it and no program.
bool MeansKey(const Node& entry, std::string_view key) {
  if (HasKey(entry, key)) return true;
  return !HasKey(entry, "program") &&
         std::any_of(entry.entries.begin(), entry.entries.end(), [&](const auto& one) {
           return one.second->kind == Node::Kind::kList &&
                  !DidYouMean(one.first->text, {std::string(key)}).empty();
         });
}

}  // namespace

constinit const Mapping<EitherOfSpec> kEitherOfMapping = {
    "either_of", "an either-of group", "{any: [by_fentry, by_kprobe]}", kEitherOfKeys};
constinit const Mapping<std::vector<Text>> kBothMapping = {"both", "an entry of both",
                                                           "{both: [start, end]}", kBothKeys};

bool ReadProgramGroup(const Field& entry, Config& config) {
  if (MeansKey(entry.node, "any")) {
    EitherOfSpec group;
    group.at = PositionOfKey(entry.node, "any").value_or(entry.node.at);
    ReadMapping(entry, kEitherOfMapping, group);
    Require(entry, "an either-of group", {"any"});
    config.either_of.push_back(std::move(group));
    return true;
  }
  if (!MeansKey(entry.node, "both")) return false;
  ReadMapping(entry, kBothMapping, config.both.emplace_back());
  Require(entry, "an entry of both", {"both"});
  return true;
}

}  // namespace bpf_exporter::config
