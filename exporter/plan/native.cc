// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_histograms_test.cc
#include "plan/native.h"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "plan/value.h"

namespace bpf_exporter::plan {
namespace {

// What the type of a histogram says, see BX_NATIVE_ in programs/bx_native.bpf.h.
struct Shape {
  std::int32_t schema = 0;
  std::int32_t first = 0;  // exponents of two, in base units
  std::int32_t last = 0;
  std::int32_t decimals = 0;  // of the base unit in a value: none, or kNanoseconds
  std::uint32_t buckets = 0;  // where these are, in bytes
  std::uint32_t sum = 0;
};

constexpr std::int32_t kBias = 64;  // what the type adds to exponents
constexpr std::int32_t kNanoseconds = 9;

const object::FieldLayout* FieldOf(const object::Type& type, std::string_view name) {
  for (const object::FieldLayout& field : type.fields) {
    if (field.name == name && !field.bitfield) return &field;
  }
  return nullptr;
}

bool IsArray(const object::FieldLayout* field) {
  return field != nullptr && field->type->kind == object::Type::Kind::kArray;
}

bool IsU64(const object::Type& type) {
  return type.kind == object::Type::Kind::kInt && type.size == 8;
}

// Returns what the array of that name in a shape stands for, which is its length less one.
std::optional<std::int32_t> Read(const object::Type& shape, std::string_view name,
                                 std::int32_t most) {
  const object::FieldLayout* field = FieldOf(shape, name);
  if (!IsArray(field) || field->type->count == 0) return std::nullopt;
  const std::uint32_t number = field->type->count - 1;
  if (number > static_cast<std::uint32_t>(most)) return std::nullopt;
  return static_cast<std::int32_t>(number);
}

std::optional<Shape> ShapeOf(const object::Type& type) {
  const object::FieldLayout* shape = FieldOf(type, "shape");
  const object::FieldLayout* buckets = FieldOf(type, "buckets");
  const object::FieldLayout* sum = FieldOf(type, "sum");
  if (!IsArray(shape) || !IsArray(buckets) || sum == nullptr) return std::nullopt;
  const auto schema = Read(*shape->type->element, "schema", 3);
  const auto first = Read(*shape->type->element, "first", 2 * kBias);
  const auto last = Read(*shape->type->element, "last", 2 * kBias);
  const auto decimals = Read(*shape->type->element, "decimals", kNanoseconds);
  if (!schema || !first || !last || !decimals || *first >= *last) return std::nullopt;
  if (*decimals != 0 && *decimals != kNanoseconds) return std::nullopt;
  const std::uint32_t count = (static_cast<std::uint32_t>(*last - *first) << *schema) + 2;
  if (buckets->type->count != count || !IsU64(*buckets->type->element) || !IsU64(*sum->type)) {
    return std::nullopt;
  }
  return Shape{*schema, *first - kBias, *last - kBias, *decimals, buckets->offset, sum->offset};
}

// Returns the histograms among the fields of `type`, by the paths that `value:` would name.
std::vector<std::string> Histograms(const object::Type& type, const std::string& before) {
  std::vector<std::string> paths;
  for (const object::FieldLayout& field : type.fields) {
    if (field.type->kind != object::Type::Kind::kStruct) continue;
    const std::string path = before + field.name;
    if (ShapeOf(*field.type)) {
      paths.push_back(path);
    } else {
      for (std::string& inner : Histograms(*field.type, path + ".")) {
        paths.push_back(std::move(inner));
      }
    }
  }
  return paths;
}

// Returns the shape with its offsets from the start of the map's value.
std::optional<Shape> FindShape(const Scope& scope, const config::MetricSpec& metric,
                               const object::MapLayout& map,
                               std::optional<ElementsPlan>& elements) {
  const bool named = !metric.value.value.empty();
  if (!named && IsSection(map.name)) {
    scope.diagnostics.Error(metric.map.at, NameAVariable(map));
    return std::nullopt;
  }
  std::string what = fmt::format("the value of map '{}'", map.name);
  std::uint32_t offset = 0;
  std::shared_ptr<const object::Type> type = map.value;
  if (named) {
    std::optional<Variable> field = FindValueField(scope, map, "value", metric.value);
    if (!field) return std::nullopt;
    if (IsSection(map.name)) TakeElements(metric.value.value, *field);
    elements = std::move(field->elements);
    what = NounFor(map, metric.value);
    offset = field->offset;
    type = field->type;
  }
  std::optional<Shape> shape = type == nullptr ? std::nullopt : ShapeOf(*type);
  if (shape) {
    shape->buckets += offset;
    shape->sum += offset;
    return shape;
  }
  if (type == nullptr) {
    scope.diagnostics.Error(metric.histogram.type_at,
                            what +
                                " has no BTF, which would tell the buckets of a "
                                "BX_NATIVE_HISTOGRAM or BX_NATIVE_SECONDS");
    return std::nullopt;
  }
  const std::vector<std::string> others = Histograms(*map.value, "");
  scope.diagnostics.Error(
      named ? metric.value.at : metric.histogram.type_at,
      fmt::format(
          "{} is {}, not a BX_NATIVE_HISTOGRAM or BX_NATIVE_SECONDS of bpf_exporter.bpf.h{}", what,
          type->name, others.empty() ? "" : "; fields that are: " + List(others)));
  return std::nullopt;
}

}  // namespace

bool ResolveNative(const Scope& scope, const config::MetricSpec& metric,
                   const object::MapLayout& map, MetricPlan& plan) {
  HistogramPlan& histogram = plan.histogram;
  const std::optional<Shape> shape = FindShape(scope, metric, map, plan.elements);
  if (!shape) return false;
  histogram.type = config::BucketType::kNative;
  histogram.native = NativeBuckets{shape->schema, shape->first * (1 << shape->schema) + 1};
  histogram.array = ValueField{shape->buckets, 8, false};
  histogram.array_size =
      (static_cast<std::uint32_t>(shape->last - shape->first) << shape->schema) + 2;
  histogram.sum = ValueField{shape->sum, 8, false};
  histogram.sum_number = std::numeric_limits<std::uint64_t>::max();
  histogram.multiplier = shape->decimals == kNanoseconds ? 1e-9 : 1;
  histogram.numbers.resize(histogram.array_size);
  std::iota(histogram.numbers.begin(), histogram.numbers.end(), 0);
  for (std::int32_t exponent = shape->first; exponent <= shape->last; ++exponent) {
    histogram.bounds.push_back(std::ldexp(1.0, exponent));
  }
  return true;
}

}  // namespace bpf_exporter::plan
