// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_values_test.cc
#include "plan/value.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace bpf_exporter::plan {
namespace {

bool IsNumber(const object::Type& type) {
  const bool kind =
      type.kind == object::Type::Kind::kInt || type.kind == object::Type::Kind::kBool ||
      type.kind == object::Type::Kind::kChar || type.kind == object::Type::Kind::kEnum;
  return kind && (type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8);
}

std::string ValueOf(const object::MapLayout& map) {
  return fmt::format("the value of map '{}'", map.name);
}

std::string WhereIs(const std::optional<ElementsPlan>& elements) {
  return elements ? fmt::format("in each element of '{}'", elements->array) : "in no array";
}

std::string FieldsOf(const object::Type& type) {
  return type.kind == object::Type::Kind::kStruct
             ? "; its fields: " + List(object::FieldPaths(type))
             : "";
}

}  // namespace

std::string NounFor(const object::MapLayout& map, const config::Text& path) {
  return fmt::format("{} '{}'", IsSection(map.name) ? "variable" : "field", path.value);
}

std::optional<Variable> FindValueField(const Scope& scope, const object::MapLayout& map,
                                       const char* key, const config::Text& path) {
  if (IsSection(map.name)) return FindVariable(scope, map, key, path);
  const auto fail = [&](const std::string& text) -> std::optional<Variable> {
    scope.diagnostics.Error(path.at, fmt::format("{}: {}", key, text));
    return std::nullopt;
  };
  if (map.value == nullptr) {
    return fail(
        fmt::format("the object has no BTF for {}, so its fields are not known", ValueOf(map)));
  }
  if (map.value->kind != object::Type::Kind::kStruct) {
    return fail(fmt::format("{} is {}, which has no fields", ValueOf(map), map.value->name));
  }
  const std::optional<object::FieldLayout> field = object::FindField(*map.value, path.value);
  if (!field) {
    return fail(fmt::format("{} ({}) has no field {}{}", ValueOf(map), map.value->name,
                            Quoted(path.value),
                            Suggest(path.value, object::FieldPaths(*map.value), "its fields")));
  }
  if (field->bitfield) {
    return fail(fmt::format("field '{}' is a bitfield, which cannot be read", path.value));
  }
  return Variable{field->offset, field->type, {}};
}

namespace {

// What becomes of a sign that the type has.
enum class Sign { kIgnored, kAsDeclared };

// Counters have none; a gauge has, and so has the sum of a histogram, whose counts are not
// negative.
Sign SignOf(config::MetricKind kind) {
  return kind == config::MetricKind::kCounter ? Sign::kIgnored : Sign::kAsDeclared;
}

// Fills `elements` with those that the number is in, and `number`. False if an error was reported.
bool FindNumber(const Scope& scope, const object::MapLayout& map, const char* key,
                const config::Text& path, Sign sign, ValueField& number,
                std::optional<ElementsPlan>& elements) {
  std::optional<Variable> field = FindValueField(scope, map, key, path);
  if (!field) return false;
  const object::Type whole = *field->type;
  if (IsSection(map.name)) TakeElements(path.value, *field);
  const object::Type& type = *field->type;
  if (IsNumber(type)) {
    number = ValueField{field->offset, type.size, sign == Sign::kAsDeclared && type.is_signed};
    elements = std::move(field->elements);
    return true;
  }
  scope.diagnostics.Error(path.at,
                          fmt::format("{}: {} is {}, not an integer of 1, 2, 4 or 8 bytes{}", key,
                                      NounFor(map, path), whole.name, FieldsOf(type)));
  return false;
}

// ebpf_exporter reads any value of 8 bytes as a number; a struct around one number and a union that
// has one of this size are the cases in which that is right.
const object::Type* Unwrapped(const object::Type& value) {
  const object::Type* type = &value;
  while (type->kind == object::Type::Kind::kStruct) {
    const auto whole = [&](auto&& fits) {
      return std::find_if(
          type->fields.begin(), type->fields.end(), [&](const object::FieldLayout& field) {
            return !field.bitfield && field.type->size == value.size && fits(*field.type);
          });
    };
    auto field = whole(IsNumber);
    if (field == type->fields.end()) {
      field =
          whole([](const object::Type& one) { return one.kind == object::Type::Kind::kStruct; });
    }
    if (field == type->fields.end()) break;
    type = field->type.get();
  }
  return type;
}

std::optional<ValueField> WholeValue(const Scope& scope, const config::MetricSpec& metric,
                                     const object::MapLayout& map) {
  const config::Text& where = metric.map.value.empty() ? metric.name : metric.map;
  if (IsSection(map.name)) {
    scope.diagnostics.Error(where.at, NameAVariable(map));
    return std::nullopt;
  }
  if (map.value == nullptr && map.value_size == 8) return ValueField{};
  if (map.value == nullptr) {
    scope.diagnostics.Error(where.at, fmt::format("{} has {} bytes and no BTF; without BTF it must "
                                                  "have 8",
                                                  ValueOf(map), map.value_size));
    return std::nullopt;
  }
  const object::Type& type = *Unwrapped(*map.value);
  const bool has_sign = SignOf(metric.kind) == Sign::kAsDeclared && type.is_signed;
  if (IsNumber(type)) return ValueField{0, type.size, has_sign};
  if (map.value->kind == object::Type::Kind::kStruct) {
    scope.diagnostics.Error(
        where.at, fmt::format("{} is {}; name one of its fields with 'value': {}", ValueOf(map),
                              map.value->name, List(object::FieldPaths(*map.value))));
  } else {
    scope.diagnostics.Error(where.at, fmt::format("{} is {}, not an integer of 1, 2, 4 or 8 bytes",
                                                  ValueOf(map), map.value->name));
  }
  return std::nullopt;
}

}  // namespace

bool ResolveValue(const Scope& scope, const config::MetricSpec& metric,
                  const object::MapLayout& map, MetricPlan& plan) {
  if (!metric.value.value.empty()) {
    return FindNumber(scope, map, "value", metric.value, SignOf(metric.kind), plan.value,
                      plan.elements);
  }
  const std::optional<ValueField> whole = WholeValue(scope, metric, map);
  if (whole) plan.value = *whole;
  return whole.has_value();
}

bool ResolveBucketArray(const Scope& scope, const config::MetricSpec& metric,
                        const object::MapLayout& map, MetricPlan& plan) {
  HistogramPlan& histogram = plan.histogram;
  const config::Text& buckets = *metric.histogram.buckets_field;
  std::optional<Variable> field = FindValueField(scope, map, "buckets", buckets);
  const bool arrays = field && field->type->kind == object::Type::Kind::kArray &&
                      field->type->element->kind == object::Type::Kind::kArray;
  if (arrays && IsSection(map.name)) TakeElements(buckets.value, *field);
  const bool is_array = field && field->type->kind == object::Type::Kind::kArray &&
                        field->type->count > 0 && IsNumber(*field->type->element);
  if (is_array) {
    histogram.array = ValueField{field->offset, field->type->element->size, false};
    histogram.array_size = field->type->count;
    plan.elements = std::move(field->elements);
  } else if (field) {
    scope.diagnostics.Error(buckets.at, fmt::format("buckets: {} is {}, not an array of integers",
                                                    NounFor(map, buckets), field->type->name));
  }
  if (!metric.histogram.sum_field) return is_array;
  const config::Text& path = *metric.histogram.sum_field;
  ValueField sum;
  std::optional<ElementsPlan> elements;
  if (!FindNumber(scope, map, "sum", path, Sign::kAsDeclared, sum, elements)) return false;
  histogram.sum = sum;
  if (!is_array || elements == plan.elements) return is_array;
  scope.diagnostics.Error(
      path.at, fmt::format("sum: {} is {}; it must be beside the buckets, {}", NounFor(map, path),
                           WhereIs(elements), WhereIs(plan.elements)));
  return false;
}

}  // namespace bpf_exporter::plan
