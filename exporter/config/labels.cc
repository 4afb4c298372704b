// SPDX-License-Identifier: Apache-2.0
// Tests: wrong_files_test.cc
#include "config/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>

#include "base/text.h"
#include "config/constants.h"
#include "config/names.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

// Prometheus itself has limits of this kind (label_limit); each label is compared with the others.
constexpr std::size_t kMaxLabels = 256;

constexpr std::int64_t kMaxField = 65'536;  // bytes: the largest record of a perf buffer

std::vector<std::pair<std::string, std::string>> ReadStaticMap(const Field& field) {
  std::vector<std::pair<std::string, std::string>> map;
  if (!ExpectMapping(field, "{0: read, 1: write}")) return map;
  std::unordered_map<std::string_view, Position> seen;
  for (const auto& [key, value] : field.node.entries) {
    const auto is_text = [](const Node& node) {
      return node.kind == Node::Kind::kScalar || node.kind == Node::Kind::kNull;
    };
    if (!is_text(*key) || !is_text(*value)) {
      const Node& wrong = is_text(*key) ? *value : *key;
      field.Item(wrong).Error(fmt::format("static_map: expected text, not {}", Describe(wrong)));
      continue;
    }
    const auto [first, inserted] = seen.emplace(key->text, key->at);
    if (!inserted) {
      field.Item(*key).Error(fmt::format("key {} is there twice; the first is in line {}",
                                         Quoted(key->text), first->second.line));
    }
    map.emplace_back(key->text, value->text);
  }
  return map;
}

constexpr Key<DecoderSpec> kDecoderKeys[] = {
    {"name", [](const Field& f, DecoderSpec& d) { d.name = ReadNonEmpty(f); }},
    {"static_map", [](const Field& f, DecoderSpec& d) { d.static_map = ReadStaticMap(f); }},
    {"allow_unknown", [](const Field& f, DecoderSpec& d) { d.allow_unknown = ReadBool(f); }},
    {"regexps", [](const Field& f, DecoderSpec& d) { d.regexps = ReadExpressions(f); }},
    {"enum", [](const Field& f, DecoderSpec& d) { d.enums = ReadTextOrTexts(f); }},
};

// ebpf_exporter ignores the options of other decoders, so they cannot be errors.
void WarnOfIdleOptions(const Field& field, const DecoderSpec& decoder) {
  const auto warn = [&](std::string_view option, std::string_view owner) {
    const std::optional<Position> at = PositionOfKey(field.node, option);
    const std::string& name = decoder.name.value;
    if (at && name != owner && !name.empty()) {
      field.diagnostics.WarningUnless(
          decoder.name.at, *at,
          fmt::format("'{}' has no effect on decoder {}", option, Quoted(name)));
    }
  };
  warn("static_map", "static_map");
  warn("allow_unknown", "static_map");
  warn("regexps", "regexp");
  warn("enum", "kernel_enum");
}

// ebpf_exporter takes these too, but nobody means them.
void WarnOfMissingOptions(const Field& field, const DecoderSpec& decoder) {
  if (decoder.name.value == "static_map" && !decoder.static_map) {
    field.diagnostics.Warning(
        decoder.name.at,
        "decoder 'static_map' has no 'static_map', so every value becomes 'empty mapping'");
  }
  if (decoder.name.value == "regexp" && decoder.regexps && decoder.regexps->empty()) {
    field.diagnostics.Warning(decoder.name.at, "'regexps' is empty, so no row makes a series");
  }
}

std::vector<DecoderSpec> ReadDecoders(const Field& field) {
  std::vector<DecoderSpec> decoders;
  if (!ExpectList(field)) return decoders;
  for (const NodePtr& item : field.node.items) {
    DecoderSpec decoder;
    const Field entry = field.Item(*item);
    const std::size_t errors_before = field.diagnostics.errors();
    if (!ReadMapping(entry, kDecoderMapping, decoder)) continue;
    Require(entry, "a decoder", {"name"});
    WarnOfIdleOptions(entry, decoder);
    // After another error the cause may be a misspelt key.
    if (field.diagnostics.errors() == errors_before) WarnOfMissingOptions(entry, decoder);
    decoders.push_back(std::move(decoder));
  }
  return decoders;
}

std::optional<std::uint32_t> ReadBytes(const Field& field, std::int64_t least) {
  const std::optional<std::int64_t> bytes = ReadInteger(field, least, kMaxField);
  if (!bytes) return std::nullopt;
  return static_cast<std::uint32_t>(*bytes);
}

constexpr Key<LabelSpec> kLabelKeys[] = {
    {"name", [](const Field& f, LabelSpec& l) { l.name = ReadNonEmpty(f); }},
    {"field", [](const Field& f, LabelSpec& l) { l.field = ReadNonEmpty(f); }},
    {"size", [](const Field& f, LabelSpec& l) { l.size = ReadBytes(f, 1); }},
    {"padding", [](const Field& f, LabelSpec& l) { l.padding = ReadBytes(f, 0); }},
    {"decoders", [](const Field& f, LabelSpec& l) { l.decoders = ReadDecoders(f); }},
    {"when", [](const Field& f, LabelSpec& l) { ReadCondition(f, l.condition); }},
    {"unless", [](const Field& f, LabelSpec& l) { ReadCondition(f, l.condition); }},
};

bool IsLabelKey(std::string_view key) {
  return std::any_of(std::begin(kLabelKeys), std::end(kLabelKeys),
                     [&](const Key<LabelSpec>& known) { return known.name == key; });
}

// Returns the entry of `{FIELD: [LABEL, …]}` that names the field; null if the mapping is one
// label.
const std::pair<NodePtr, NodePtr>* FieldOfSeveral(const Node& mapping) {
  if (ValueOf(mapping, "name") != nullptr) return nullptr;
  for (const auto& entry : mapping.entries) {
    const bool scalar = entry.first->kind == Node::Kind::kScalar;
    if (scalar && entry.second->kind == Node::Kind::kList && !IsLabelKey(entry.first->text)) {
      return &entry;
    }
  }
  return nullptr;
}

// Reads one label of several: the name of a decoder, which is the label's too, or a mapping.
LabelSpec ReadLabelOfField(const Field& field) {
  LabelSpec label;
  if (field.node.kind == Node::Kind::kScalar) {
    label.name = ReadNonEmpty(field);
    label.decoders.push_back({label.name});
  } else if (field.node.kind != Node::Kind::kMapping) {
    field.Error(
        fmt::format("{}: expected a decoder or a label such as "
                    "{{name: pod, decoders: [{{name: pod_uid}}]}}, not {}",
                    field.name, Describe(field.node)));
  } else if (ReadMapping(field, kLabelMapping, label)) {
    Require(field, "a label", {"name"});
    for (const std::string_view idle : {"field", "size", "padding", "when", "unless"}) {
      if (const auto at = PositionOfKey(field.node, idle)) {
        field.diagnostics.Error(
            *at, fmt::format("'{}' has no place in a label of {}", idle, Quoted(field.name)));
      }
    }
  }
  return label;
}

void ReadLabelsOfField(const Field& entry, const std::pair<NodePtr, NodePtr>& of,
                       std::vector<LabelSpec>& labels) {
  LabelSpec common;
  common.field = {of.first->text, of.first->at};
  common.one_of_field = true;
  const std::vector<std::string> known = {common.field.value, "when", "unless"};
  for (const auto& [index, value] :
       MatchKeys(entry, "labels of one field", known, Extensions::kRefused)) {
    const Field field{known[index], *value, entry.diagnostics};
    if (index > 0) ReadCondition(field, common.condition);
  }
  const Field list{of.first->text, *of.second, entry.diagnostics};
  if (of.second->items.empty()) list.Error(fmt::format("{}: the list is empty", list.name));
  for (const NodePtr& item : of.second->items) {
    LabelSpec label = ReadLabelOfField(list.Item(*item));
    label.field = common.field;
    label.one_of_field = true;
    label.condition = common.condition;
    labels.push_back(std::move(label));
  }
}

}  // namespace

constinit const Mapping<DecoderSpec> kDecoderMapping = {"decoder", "a decoder", "{name: uint}",
                                                        kDecoderKeys};
constinit const Mapping<LabelSpec> kLabelMapping = {
    "label", "a label", "{name: device, size: 4, decoders: [{name: uint}]}", kLabelKeys};

std::vector<LabelSpec> ReadLabels(const Field& field) {
  std::vector<LabelSpec> labels;
  if (!ExpectList(field)) return labels;
  for (const NodePtr& item : field.node.items) {
    LabelSpec label;
    const Field entry = field.Item(*item);
    if (item->kind == Node::Kind::kScalar) {
      label.name = ReadNonEmpty(entry);
    } else if (item->kind != Node::Kind::kMapping) {
      entry.Error(fmt::format("labels: expected a name or a mapping such as {}, not {}",
                              kLabelMapping.example, Describe(*item)));
    } else if (const auto* several = FieldOfSeveral(*item)) {
      ReadLabelsOfField(entry, *several, labels);
      continue;
    } else if (ReadMapping(entry, kLabelMapping, label)) {
      Require(entry, "a label", {"name"});
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

void CheckLabelsDiffer(const std::vector<LabelSpec>& labels, Diagnostics& diagnostics) {
  if (labels.size() > kMaxLabels) {
    diagnostics.Error(labels[kMaxLabels].name.at,
                      fmt::format("{} labels; at most {} are possible", labels.size(), kMaxLabels));
    return;
  }
  std::unordered_map<std::string_view, Position> seen;
  for (const LabelSpec& label : labels) {
    if (label.name.value.empty()) continue;  // already reported
    const auto [first, inserted] = seen.emplace(label.name.value, label.name.at);
    if (!inserted) {
      diagnostics.Error(label.name.at,
                        fmt::format("label {} is there twice; the first is in line {}",
                                    Quoted(label.name.value), first->second.line));
    }
  }
}

void CheckMetricLabels(const std::vector<LabelSpec>& labels, bool histogram, bool last_is_bucket,
                       Diagnostics& diagnostics) {
  CheckLabelsDiffer(labels, diagnostics);
  for (const LabelSpec& label : labels) {
    const std::string& name = label.name.value;
    const bool bucket = last_is_bucket && &label == &labels.back();
    if (name.empty()) continue;
    if (!IsLabelName(name)) {
      diagnostics.Error(label.name.at,
                        fmt::format("{} is not a label name: letters, digits and _, no digit first",
                                    Quoted(name)));
    } else if (name.starts_with("__")) {
      diagnostics.Error(label.name.at, fmt::format("label {}: names that start with __ belong to "
                                                   "Prometheus",
                                                   Quoted(name)));
    } else if (name == "le" && histogram && !bucket) {
      diagnostics.Error(label.name.at,
                        "label 'le' of a histogram is its bucket bound; name this one otherwise");
    }
  }
}

}  // namespace bpf_exporter::config
