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

std::string FieldsOf(const object::Type& type) {
  return type.kind == object::Type::Kind::kStruct
             ? "; its fields: " + List(object::FieldPaths(type))
             : "";
}

}  // namespace

std::optional<object::FieldLayout> FindValueField(const Scope& scope, const object::MapLayout& map,
                                                  const char* key, const config::Text& path) {
  const auto fail = [&](const std::string& text) -> std::optional<object::FieldLayout> {
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
  std::optional<object::FieldLayout> field = object::FindField(*map.value, path.value);
  if (!field) {
    return fail(fmt::format("{} ({}) has no field {}{}", ValueOf(map), map.value->name,
                            Quoted(path.value),
                            Suggest(path.value, object::FieldPaths(*map.value), "its fields")));
  }
  if (field->bitfield) {
    return fail(fmt::format("field '{}' is a bitfield, which cannot be read", path.value));
  }
  return field;
}

namespace {

// What becomes of a sign that the type has: counts have none.
enum class Sign { kIgnored, kAsDeclared };

std::optional<ValueField> FindNumber(const Scope& scope, const object::MapLayout& map,
                                     const char* key, const config::Text& path, Sign sign) {
  const std::optional<object::FieldLayout> field = FindValueField(scope, map, key, path);
  if (!field) return std::nullopt;
  const object::Type& type = *field->type;
  if (IsNumber(type)) {
    return ValueField{field->offset, type.size, sign == Sign::kAsDeclared && type.is_signed};
  }
  scope.diagnostics.Error(
      path.at, fmt::format("{}: field '{}' is {}, not an integer of 1, 2, 4 or 8 bytes{}", key,
                           path.value, type.name, FieldsOf(type)));
  return std::nullopt;
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
  if (map.value == nullptr && map.value_size == 8) return ValueField{};
  if (map.value == nullptr) {
    scope.diagnostics.Error(where.at, fmt::format("{} has {} bytes and no BTF; without BTF it must "
                                                  "have 8",
                                                  ValueOf(map), map.value_size));
    return std::nullopt;
  }
  const object::Type& type = *Unwrapped(*map.value);
  const bool gauge = metric.kind == config::MetricKind::kGauge;
  if (IsNumber(type)) return ValueField{0, type.size, gauge && type.is_signed};
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

std::optional<ValueField> ResolveValue(const Scope& scope, const config::MetricSpec& metric,
                                       const object::MapLayout& map) {
  if (metric.value.value.empty()) return WholeValue(scope, metric, map);
  const bool gauge = metric.kind == config::MetricKind::kGauge;
  return FindNumber(scope, map, "value", metric.value, gauge ? Sign::kAsDeclared : Sign::kIgnored);
}

bool ResolveBucketArray(const Scope& scope, const config::MetricSpec& metric,
                        const object::MapLayout& map, HistogramPlan& histogram) {
  const config::Text& buckets = *metric.histogram.buckets_field;
  const std::optional<object::FieldLayout> field = FindValueField(scope, map, "buckets", buckets);
  const bool is_array = field && field->type->kind == object::Type::Kind::kArray &&
                        field->type->count > 0 && IsNumber(*field->type->element);
  if (is_array) {
    histogram.array = ValueField{field->offset, field->type->element->size, false};
    histogram.array_size = field->type->count;
  } else if (field) {
    scope.diagnostics.Error(buckets.at,
                            fmt::format("buckets: field '{}' is {}, not an array of integers",
                                        buckets.value, field->type->name));
  }
  if (!metric.histogram.sum_field) return is_array;
  histogram.sum = FindNumber(scope, map, "sum", *metric.histogram.sum_field, Sign::kAsDeclared);
  return is_array && histogram.sum;
}

}  // namespace bpf_exporter::plan
