// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_labels_test.cc
#include "plan/labels.h"

#include <fmt/core.h>

#include <algorithm>

#include "plan/constants.h"
#include "plan/label_decoders.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::uint32_t kCpuSize = 2;  // ebpf_exporter appends the CPU's number to the key as a u16
constexpr const char* kCpu = "cpu";

std::vector<const config::LabelSpec*> Without(const std::vector<config::LabelSpec>& labels,
                                              const config::LabelSpec* out) {
  std::vector<const config::LabelSpec*> rest;
  for (const config::LabelSpec& label : labels) {
    if (&label != out) rest.push_back(&label);
  }
  return rest;
}

// The label of a per-CPU map that is the CPU's number; null if none is, or `cpu` is a field.
const config::LabelSpec* CpuLabel(const LabelBytes& bytes,
                                  const std::vector<config::LabelSpec>& labels) {
  const auto found = std::find_if(labels.begin(), labels.end(), [](const config::LabelSpec& label) {
    return label.name.value == kCpu && label.field.value.empty();
  });
  if (found == labels.end()) return nullptr;
  const bool has_field = bytes.type != nullptr && object::FindField(*bytes.type, kCpu).has_value();
  if (!found->size) return has_field ? nullptr : &*found;
  if (*found->size != kCpuSize) return nullptr;
  if (&*found == &labels.back()) return &*found;
  const std::vector<const config::LabelSpec*> others = Without(labels, &*found);
  if (AreSized(others)) return TakenBytes(others) == bytes.size ? &*found : nullptr;
  return has_field ? nullptr : &*found;
}

std::optional<LabelPlan> CpuPlan(const Scope& scope, const config::LabelSpec& label) {
  static const object::Type number{object::Type::Kind::kInt, "u16", kCpuSize};
  const ByteRange range{0, kCpuSize, std::make_shared<object::Type>(number)};
  const LabelBytes bytes{"the CPU's number", range.type, kCpuSize};
  std::optional<Decoders> decoders = MakeDecoders(scope, bytes, label, range);
  if (!decoders) return std::nullopt;
  return LabelPlan{label.name.value, true, 0, kCpuSize, *std::move(decoders)};
}

// Bucket numbers are integers; a label that BTF knows to be something else is a mistake.
bool CanBeBucket(const Scope& scope, const config::LabelSpec& label, const ByteRange& range) {
  if (!label.decoders.empty() || range.type == nullptr ||
      range.type->kind == object::Type::Kind::kInt) {
    return true;
  }
  scope.diagnostics.Error(
      label.name.at, fmt::format("label '{}', the last of a histogram, is the bucket number; it "
                                 "must be an integer, and here it is {}",
                                 label.name.value, range.type->name));
  return false;
}

// One called `bucket` that is not the last is most likely meant to be; ebpf_exporter takes the
// last.
void CheckBucketIsLast(const Scope& scope, const std::vector<const config::LabelSpec*>& labels) {
  for (const config::LabelSpec* label : labels) {
    if (label == labels.back() || label->name.value != "bucket") continue;
    const std::string text = fmt::format(
        "label 'bucket' is not the last; the bucket number is taken from the last label, '{}'",
        labels.back()->name.value);
    if (AreSized(labels)) {
      scope.diagnostics.Warning(label->name.at, text);
    } else {
      scope.diagnostics.Error(label->name.at, text);
    }
  }
}

// Reports what is wrong with the decoders of a label that a condition leaves out, without having
// the host get ready for them.
void CheckLeftOut(const Scope& scope, const LabelBytes& bytes, const config::LabelSpec& label,
                  const ByteRange& range) {
  host::Host unused;
  MakeDecoders({scope.config, scope.object, scope.options, unused, scope.diagnostics,
                scope.constants, scope.expressions_size},
               bytes, label, range);
}

}  // namespace

std::optional<LabelPlans> ResolveLabels(const Scope& scope, const LabelBytes& bytes,
                                        const std::vector<config::LabelSpec>& labels,
                                        LastLabel last) {
  const bool has_bucket = last == LastLabel::kBucketNumber;
  const std::size_t errors_before = scope.diagnostics.errors();
  const config::LabelSpec* cpu = bytes.per_cpu ? CpuLabel(bytes, labels) : nullptr;
  const std::vector<const config::LabelSpec*> taken = Without(labels, cpu);
  LabelPlans plans;
  plans.of_key = !taken.empty();
  if (has_bucket && taken.empty()) {
    scope.diagnostics.Error(labels.front().name.at,
                            "the only label is the CPU's number; a histogram needs one more, the "
                            "bucket number");
    return std::nullopt;
  }
  if (has_bucket) CheckBucketIsLast(scope, taken);
  const std::optional<std::vector<ByteRange>> ranges = FindLabelRanges(scope, bytes, taken);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const config::LabelSpec& label = *taken[i];
    if (!ranges) {
      MakeNamedDecoders(scope, label, label.size.value_or(0));
      continue;
    }
    const ByteRange& range = (*ranges)[i];
    const bool is_bucket = has_bucket && i + 1 == taken.size();
    if (is_bucket && !CanBeBucket(scope, label, range)) continue;
    if (is_bucket && label.condition) {
      scope.diagnostics.Error(
          label.condition->constant.at,
          fmt::format("label '{}' is the bucket number, which is always there", label.name.value));
    }
    if (!is_bucket && !Holds(scope, label.condition)) {
      CheckLeftOut(scope, bytes, label, range);
      continue;
    }
    std::optional<Decoders> decoders = MakeDecoders(scope, bytes, label, range);
    if (!decoders) continue;
    LabelPlan plan{label.name.value, false, range.offset, range.size, *std::move(decoders)};
    if (is_bucket) {
      plans.bucket = std::move(plan);
    } else {
      plans.exposed.push_back(std::move(plan));
    }
  }
  if (cpu != nullptr && Holds(scope, cpu->condition)) {
    if (std::optional<LabelPlan> plan = CpuPlan(scope, *cpu)) plans.exposed.push_back(*plan);
  }
  if (scope.diagnostics.errors() != errors_before) return std::nullopt;
  std::sort(plans.exposed.begin(), plans.exposed.end(),
            [](const LabelPlan& a, const LabelPlan& b) { return a.name < b.name; });
  return plans;
}

void CheckDecoders(const Scope& scope, const std::vector<config::LabelSpec>& labels) {
  for (const config::LabelSpec& label : labels) {
    MakeNamedDecoders(scope, label, label.size.value_or(0));
  }
}

}  // namespace bpf_exporter::plan
