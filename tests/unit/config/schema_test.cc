// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "config/accepted.h"
#include "config/files.h"
#include "config/node.h"
#include "config/numbers.h"
#include "config/yaml.h"
#include "support/paths.h"
#include "unit/config/json_schema.h"
#include "unit/config/parsed.h"

// Holds config/schema.json and the reader together.
namespace bpf_exporter::config {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;

json Schema() {
  std::ifstream file(SourcePath("config/schema.json"));
  return json::parse(file);
}

// The reader's mappings by name; the file itself is the schema's root.
std::map<std::string, json> SchemaMappings(const json& schema) {
  std::map<std::string, json> mappings = {{"config", schema}};
  for (const auto& [name, definition] : schema["$defs"].items()) {
    if (definition.contains("properties")) mappings[name] = definition;
  }
  return mappings;
}

Names Keys(const json& object) {
  Names names;
  for (const auto& [key, value] : object.items()) names.insert(key);
  return names;
}

TEST(Schema, HasTheMappingsAndKeysOfTheReader) {
  const auto mappings = SchemaMappings(Schema());
  std::map<std::string, Names> of_schema;
  for (const auto& [name, mapping] : mappings) of_schema[name] = Keys(mapping["properties"]);
  std::map<std::string, Names> of_reader;
  for (const Accepted& mapping : AcceptedKeys()) {
    of_reader[mapping.name] = Names(mapping.words.begin(), mapping.words.end());
  }
  EXPECT_EQ(of_reader, of_schema);
}

TEST(Schema, HasTheWordsOfTheReader) {
  std::map<std::string, Names> of_schema;
  for (const auto& [name, mapping] : SchemaMappings(Schema())) {
    for (const auto& [key, property] : mapping["properties"].items()) {
      if (property.contains("enum")) of_schema[name + "." + key] = property["enum"].get<Names>();
    }
  }
  std::map<std::string, Names> of_reader;
  for (const Accepted& key : AcceptedWords()) {
    of_reader[key.name] = Names(key.words.begin(), key.words.end());
  }
  EXPECT_EQ(of_reader, of_schema);
}

TEST(Schema, DescribesEveryKeyAndAllowsNoOthers) {
  for (const auto& [name, mapping] : SchemaMappings(Schema())) {
    EXPECT_EQ(json(false), mapping.value("additionalProperties", json())) << name;
    EXPECT_GT(mapping.value("description", "").size(), 5u) << name;
    for (const auto& [key, property] : mapping["properties"].items()) {
      EXPECT_GT(property.value("description", "").size(), 5u) << name << "." << key;
    }
  }
}

// What the schema requires must be what the reader misses.
TEST(Schema, RequiresWhatTheReaderRequires) {
  const std::map<std::string, std::string> empty = {
      {"counter", "metrics: {counters: [{}]}"},
      {"gauge", "metrics: {gauges: [{}]}"},
      {"histogram", "metrics: {histograms: [{}]}"},
      {"array_value", "metrics: {histograms: [{value: {}}]}"},
      {"label", "metrics: {counters: [{labels: [{}]}]}"},
      {"decoder", "metrics: {counters: [{labels: [{decoders: [{}]}]}]}"},
      {"probe", "probes: [{}]"},
      {"each_of", "probes: [{kprobe: {}}]"},
      {"either_of", "probes: [{any: ~}]"},
      {"both", "probes: [{both: ~}]"},
      {"socket_filter", "probes: [{socket_filter: {}}]"},
      {"xdp", "probes: [{xdp: {}}]"},
      {"tc", "probes: [{tc: {}}]"},
      {"cgroup", "probes: [{cgroup: {}}]"},
      {"perf_event", "probes: [{perf_event: {}}]"},
      {"uprobe", "probes: [{uprobe: {}}]"},
      {"usdt", "probes: [{usdt: {}}]"},
      {"span", "tracing: {spans: [{}]}"}};
  for (const auto& [name, mapping] : SchemaMappings(Schema())) {
    if (!mapping.contains("required")) continue;
    ASSERT_TRUE(empty.count(name)) << name;
    const std::string complaints = Complaints(empty.at(name) + "\n");
    for (const auto& [key, property] : mapping["properties"].items()) {
      const json& required = mapping["required"];
      const bool wanted = std::find(required.begin(), required.end(), key) != required.end();
      const bool missed = complaints.find(" needs '" + key + "'\n") != std::string::npos;
      EXPECT_EQ(wanted, missed) << name << "." << key << "\n" << complaints;
    }
  }
}

json ToJson(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kNull:
      return nullptr;
    case Node::Kind::kList: {
      json list = json::array();
      for (const NodePtr& item : node.items) list.push_back(ToJson(*item));
      return list;
    }
    case Node::Kind::kMapping: {
      json object = json::object();
      for (const auto& [key, value] : node.entries) object[key->text] = ToJson(*value);
      return object;
    }
    case Node::Kind::kScalar:
      break;
  }
  if (node.quoted) return node.text;
  if (node.text == "true" || node.text == "false") return node.text == "true";
  if (const auto whole = ParseInteger(node.text); whole.problem == NumberProblem::kNone) {
    return whole.value;
  }
  if (const auto number = ParseDouble(node.text); number.problem == NumberProblem::kNone) {
    return number.value;
  }
  return node.text;
}

std::vector<std::string> ProblemsOf(const std::string& path) {
  const Result<std::string> source = ReadConfigFile(path);
  if (!source.ok()) return {source.error().Message()};
  Diagnostics diagnostics(path, *source);
  const NodePtr root = ReadYaml(*source, diagnostics);
  if (!root) return {diagnostics.Render()};
  const json schema = Schema();
  return SchemaProblems(schema, schema, ToJson(*root), "");
}

TEST(Schema, FitsWhatTheReaderTakes) {
  int files = 0;
  for (const char* folder : {"config", "tests/unit/config/good", "tests/e2e/compatibility"}) {
    for (const auto& entry : std::filesystem::directory_iterator(SourcePath(folder))) {
      if (entry.path().extension() != ".yaml") continue;
      EXPECT_EQ(ProblemsOf(entry.path()), std::vector<std::string>{}) << entry.path();
      ++files;
    }
  }
  EXPECT_GE(files, 50);
}

TEST(Schema, RefusesWhatAnEditorCanKnow) {
  for (const char* name : {"array_value",
                           "booleans",
                           "cgroup_id_map",
                           "counter_array_value",
                           "events",
                           "help",
                           "histogram_keys",
                           "histogram_multipliers",
                           "histogram_ranges",
                           "histogram_unknown_type",
                           "histogram_without_type",
                           "idle_decoder_options",
                           "label_names",
                           "metric_names",
                           "nothing_to_export",
                           "numbers",
                           "probe_kinds",
                           "probe_places",
                           "tracing",
                           "unknown_key",
                           "unknown_key_in_decoder",
                           "unknown_key_top",
                           "wrong_types"}) {
    EXPECT_NE(std::vector<std::string>{}, ProblemsOf(DataPath("wrong/") + name + ".yaml")) << name;
  }
}

}  // namespace
}  // namespace bpf_exporter::config
