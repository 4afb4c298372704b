// SPDX-License-Identifier: Apache-2.0
#include "unit/config/json_schema.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

namespace bpf_exporter::config {
namespace {

using nlohmann::json;
using Problems = std::vector<std::string>;

bool HasType(const json& value, const std::string& type) {
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
  }
  if (type == "number") return value.is_number();
  return type == value.type_name();
}

std::size_t Fitting(const json& root, const json& schemas, const json& value) {
  return static_cast<std::size_t>(std::count_if(
      schemas.begin(), schemas.end(),
      [&](const json& schema) { return SchemaProblems(root, schema, value, "").empty(); }));
}

// What a keyword has against the value; nothing if it is content.
std::string Against(const json& root, const std::string& keyword, const json& rule,
                    const json& value) {
  if (keyword == "type") {
    const json types = rule.is_array() ? rule : json::array({rule});
    for (const json& type : types) {
      if (HasType(value, type)) return {};
    }
    return "is not of type " + rule.dump();
  }
  if (keyword == "enum") {
    return std::find(rule.begin(), rule.end(), value) != rule.end() ? "" : "is not in the enum";
  }
  if (keyword == "const") return value == rule ? "" : "is not the constant";
  if (keyword == "anyOf") return Fitting(root, rule, value) > 0 ? "" : "fits none of anyOf";
  if (keyword == "not") {
    return SchemaProblems(root, rule, value, "").empty() ? "fits what it must not" : "";
  }
  if (keyword == "oneOf") return Fitting(root, rule, value) == 1 ? "" : "fits not one of oneOf";
  if (keyword == "minimum" && value.is_number()) return value >= rule ? "" : "is too small";
  if (keyword == "maximum" && value.is_number()) return value <= rule ? "" : "is too large";
  if (keyword == "minItems" && value.is_array()) return value.size() >= rule ? "" : "is too short";
  if (keyword == "maxItems" && value.is_array()) return value.size() <= rule ? "" : "is too long";
  if (keyword == "minProperties" && value.is_object()) return value.size() >= rule ? "" : "empty";
  if (keyword == "maxProperties" && value.is_object()) return value.size() <= rule ? "" : "full";
  if (keyword == "uniqueItems" && value.is_array()) {
    for (const json& item : value) {
      if (std::count(value.begin(), value.end(), item) > 1) return "has an item twice";
    }
  }
  if (value.is_string()) {
    const std::string text = value;
    if (keyword == "minLength") return text.size() >= rule ? "" : "is too short";
    if (keyword == "maxLength") return text.size() <= rule ? "" : "is too long";
    if (keyword == "pattern" && !std::regex_search(text, std::regex(rule.get<std::string>()))) {
      return "does not match " + rule.get<std::string>();
    }
  }
  if (keyword == "required" && value.is_object()) {
    for (const json& key : rule) {
      if (!value.contains(key)) return "lacks " + key.get<std::string>();
    }
  }
  return {};
}

void Append(Problems& to, const Problems& from) { to.insert(to.end(), from.begin(), from.end()); }

Problems OfProperties(const json& root, const json& schema, const json& value,
                      const std::string& where) {
  Problems problems;
  if (!value.is_object()) return problems;
  const json properties = schema.value("properties", json::object());
  const json patterns = schema.value("patternProperties", json::object());
  for (const auto& [key, item] : value.items()) {
    const json* rule = nullptr;
    for (const auto& [pattern, of_pattern] : patterns.items()) {
      if (std::regex_search(key, std::regex(pattern))) rule = &of_pattern;
    }
    if (properties.contains(key)) {
      rule = &properties[key];
    } else if (rule == nullptr && schema.contains("additionalProperties")) {
      rule = &schema["additionalProperties"];
    }
    if (rule && *rule == false) {
      problems.push_back(where + "." + key + " is not allowed");
    } else if (rule) {
      Append(problems, SchemaProblems(root, *rule, item, where + "." + key));
    }
  }
  return problems;
}

}  // namespace

Problems SchemaProblems(const json& root, const json& schema, const json& value,
                        const std::string& where) {
  static const std::set<std::string> known = {"$schema",
                                              "title",
                                              "description",
                                              "$defs",
                                              "properties",
                                              "additionalProperties",
                                              "then",
                                              "else",
                                              "type",
                                              "enum",
                                              "const",
                                              "anyOf",
                                              "oneOf",
                                              "minimum",
                                              "maximum",
                                              "minItems",
                                              "maxItems",
                                              "uniqueItems",
                                              "pattern",
                                              "minLength",
                                              "maxLength",
                                              "required",
                                              "$ref",
                                              "items",
                                              "if",
                                              "patternProperties",
                                              "deprecated",
                                              "minProperties",
                                              "maxProperties",
                                              "not"};
  Problems problems;
  for (const auto& [keyword, rule] : schema.items()) {
    if (!known.count(keyword)) problems.push_back("keyword " + keyword + " is not known here");
    if (keyword == "$ref") {
      const std::string path = rule;
      Append(problems,
             SchemaProblems(root, root.at(json::json_pointer(path.substr(1))), value, where));
    } else if (keyword == "items") {
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
        Append(problems,
               SchemaProblems(root, rule, value[i], where + "[" + std::to_string(i) + "]"));
      }
    } else if (keyword == "if") {
      const bool fits = SchemaProblems(root, rule, value, where).empty();
      Append(problems, SchemaProblems(root, schema.at(fits ? "then" : "else"), value, where));
    } else {
      const std::string against = Against(root, keyword, rule, value);
      if (!against.empty()) problems.push_back(where + " " + against);
    }
  }
  Append(problems, OfProperties(root, schema, value, where));
  return problems;
}

}  // namespace bpf_exporter::config
