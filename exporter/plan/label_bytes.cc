// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_labels_test.cc
#include "plan/label_bytes.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace bpf_exporter::plan {
namespace {

constexpr std::uint64_t kMaxRecordSize = 65'536;  // of a perf buffer

// The field that is exactly these bytes; null if there is none.
std::shared_ptr<const object::Type> TypeAt(const std::shared_ptr<const object::Type>& type,
                                           std::uint32_t offset, std::uint32_t size) {
  if (type == nullptr) return nullptr;
  if (offset == 0 && size == type->size && type->kind != object::Type::Kind::kStruct) return type;
  for (const object::FieldLayout& field : type->fields) {
    if (field.bitfield || offset < field.offset) continue;
    if (std::uint64_t{offset} + size > std::uint64_t{field.offset} + field.type->size) continue;
    if (auto found = TypeAt(field.type, offset - field.offset, size)) return found;
  }
  return nullptr;
}

// For those who meant the number of a per-CPU map's CPU.
std::string CpuHint(const LabelBytes& bytes, const std::vector<const config::LabelSpec*>& labels) {
  const config::LabelSpec& last = *labels.back();
  const bool fits_without = TakenBytes(labels) - TakenBytes({&last}) == bytes.size;
  if (!bytes.per_cpu || last.name.value != "cpu" || !fits_without) return "";
  return "; the CPU's number, which is not in the key, is a label of size 2";
}

// Returns the bytes between a field and the next one, or the end.
std::uint32_t PaddingAfter(const object::Type& type, const ByteRange& range) {
  std::uint32_t next = type.size;
  const std::uint32_t end = range.offset + range.size;
  for (const std::string& path : object::FieldPaths(type)) {
    const std::optional<object::FieldLayout> field = object::FindField(type, path);
    if (field && field->offset >= end) next = std::min(next, field->offset);
  }
  return next - end;
}

// For those who did not know that the compiler leaves bytes free: which labels want a `padding`.
std::string PaddingHint(const LabelBytes& bytes,
                        const std::vector<const config::LabelSpec*>& labels) {
  if (bytes.type == nullptr || bytes.type->kind != object::Type::Kind::kStruct) return "";
  std::string hint;
  std::uint32_t offset = 0;
  for (const config::LabelSpec* label : labels) {
    const ByteRange range{offset, *label->size, nullptr};
    if (TypeAt(bytes.type, offset, *label->size) == nullptr) return "";
    const std::uint32_t after = PaddingAfter(*bytes.type, range);
    if (after > 0 && !label->padding) {
      hint += fmt::format("{}'padding: {}' in label '{}'", hint.empty() ? "; " : ", ", after,
                          label->name.value);
    }
    offset += *label->size + after;
  }
  return offset == bytes.size && !hint.empty() ? hint + " is missing" : "";
}

// ebpf_exporter takes the last label for the CPU's number whatever its size, and then has no
// series.
bool IsMistakenForCpu(const LabelBytes& bytes, const config::LabelSpec& last) {
  const bool has_field = bytes.type != nullptr && object::FindField(*bytes.type, "cpu").has_value();
  return bytes.per_cpu && last.name.value == "cpu" && !has_field;
}

// "4 + (1 + 3) = 8".
std::string Arithmetic(const std::vector<const config::LabelSpec*>& labels) {
  std::string terms;
  for (const config::LabelSpec* label : labels) {
    if (!terms.empty()) terms += " + ";
    const std::uint32_t padding = label->padding.value_or(0);
    terms += padding > 0 ? fmt::format("({} + {})", *label->size, padding)
                         : fmt::format("{}", *label->size);
  }
  const bool sum = labels.size() > 1 || labels.front()->padding.value_or(0) > 0;
  return sum ? fmt::format("{} = {}", terms, TakenBytes(labels)) : terms;
}

// Names do not count where all labels have sizes, but one that names another field is a trap.
void WarnIfMisplaced(const Scope& scope, const LabelBytes& bytes, const config::LabelSpec& label,
                     const ByteRange& range) {
  if (bytes.type == nullptr) return;
  const std::optional<object::FieldLayout> field = object::FindField(*bytes.type, label.name.value);
  if (!field || field->offset == range.offset) return;
  scope.diagnostics.Warning(
      label.name.at,
      fmt::format("label '{}' reads bytes {} to {} of {}, as all labels have sizes; the field of "
                  "that name begins at byte {}",
                  label.name.value, range.offset, range.offset + range.size - 1, bytes.what,
                  field->offset));
}

std::optional<std::vector<ByteRange>> RangesInOrder(
    const Scope& scope, const LabelBytes& bytes,
    const std::vector<const config::LabelSpec*>& labels) {
  if (const std::uint64_t taken = TakenBytes(labels); bytes.size > 0 && taken != bytes.size) {
    scope.diagnostics.Error(
        labels.front()->name.at,
        fmt::format("the labels take {} bytes, but {} has {}{}{}{}", Arithmetic(labels), bytes.what,
                    bytes.size, Members(bytes.type.get()), CpuHint(bytes, labels),
                    PaddingHint(bytes, labels)));
    return std::nullopt;
  }
  if (TakenBytes(labels) > kMaxRecordSize) {
    scope.diagnostics.Error(
        labels.front()->name.at,
        fmt::format("the labels take {} bytes, more than a record can have", TakenBytes(labels)));
    return std::nullopt;
  }
  if (const config::LabelSpec& last = *labels.back(); IsMistakenForCpu(bytes, last)) {
    scope.diagnostics.Error(
        last.name.at, fmt::format("label 'cpu' reads {} of {}; the CPU's number, which is not in "
                                  "the key, is a label of size 2",
                                  Bytes(*last.size), bytes.what));
    return std::nullopt;
  }
  std::vector<ByteRange> ranges;
  std::uint32_t offset = 0;
  for (const config::LabelSpec* label : labels) {
    ranges.push_back({offset, *label->size, TypeAt(bytes.type, offset, *label->size)});
    WarnIfMisplaced(scope, bytes, *label, ranges.back());
    offset += *label->size + label->padding.value_or(0);
  }
  return ranges;
}

const config::Text& PathOf(const config::LabelSpec& label) {
  return label.field.value.empty() ? label.name : label.field;
}

class ByName {
 public:
  ByName(const Scope& scope, const LabelBytes& bytes,
         const std::vector<const config::LabelSpec*>& labels)
      : scope_(scope), bytes_(bytes), labels_(labels) {}

  std::optional<std::vector<ByteRange>> Run() {
    std::vector<ByteRange> ranges;
    for (const config::LabelSpec* label : labels_) {
      const std::optional<ByteRange> range = Find(*label);
      if (range && Fits(*label, *range)) ranges.push_back(*range);
    }
    if (ranges.size() != labels_.size() || Overlap(ranges)) return std::nullopt;
    return ranges;
  }

 private:
  std::optional<ByteRange> Find(const config::LabelSpec& label) {
    const config::Text& path = PathOf(label);
    if (bytes_.type == nullptr) {
      return Fail(label.name, fmt::format("label '{}': size is needed, as the object has no BTF "
                                          "for {}",
                                          label.name.value, bytes_.what));
    }
    if (bytes_.type->kind != object::Type::Kind::kStruct) return FindWhole(label);
    const std::optional<object::FieldLayout> field = object::FindField(*bytes_.type, path.value);
    if (!field) {
      if (scope_.diagnostics.HasErrorAt(path.at)) return std::nullopt;  // of a label beside it
      return Fail(
          path,
          fmt::format("label '{}': {} ({}) has no field {}{}{}", label.name.value, bytes_.what,
                      bytes_.type->name, Quoted(path.value),
                      Suggest(path.value, object::FieldPaths(*bytes_.type), "its fields"), Why()));
    }
    if (field->bitfield || field->type->size == 0) {
      return Fail(path, fmt::format("label '{}': field '{}' is {}, which cannot be read as bytes",
                                    label.name.value, path.value,
                                    field->bitfield ? "a bitfield" : field->type->name));
    }
    return ByteRange{field->offset, field->type->size, field->type};
  }

  // A key that is no struct has no fields; then one label, or several of one field by any name, can
  // be all of it.
  std::optional<ByteRange> FindWhole(const config::LabelSpec& label) {
    const bool alone = labels_.size() == 1 && label.field.value.empty();
    const bool one_field =
        std::all_of(labels_.begin(), labels_.end(), [&](const config::LabelSpec* other) {
          return other->one_of_field && other->field.value == label.field.value;
        });
    if ((alone || one_field) && bytes_.type->size > 0) {
      return ByteRange{0, bytes_.type->size, bytes_.type};
    }
    return Fail(PathOf(label),
                fmt::format("label '{}': {} is {}, which has no fields{}", label.name.value,
                            bytes_.what, bytes_.type->name,
                            labels_.size() > 1 ? "; one label is all that it can make" : ""));
  }

  bool Fits(const config::LabelSpec& label, const ByteRange& range) {
    const std::string& path = PathOf(label).value;
    const std::uint32_t padding = label.padding.value_or(0);
    if (label.size && *label.size != range.size) {
      Fail(label.name, fmt::format("label '{}': field '{}' ({}) has {}, not {}{}", label.name.value,
                                   path, range.type->name, Bytes(range.size), *label.size, Why()));
      return false;
    }
    const std::uint32_t after = PaddingAfter(*bytes_.type, range);
    if (label.padding && padding != after) {
      Fail(label.name, fmt::format("label '{}': {} of padding follow field '{}', not {}",
                                   label.name.value, Bytes(after), path, padding));
      return false;
    }
    return true;
  }

  bool Overlap(const std::vector<ByteRange>& ranges) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const std::uint32_t first = std::max(ranges[i].offset, ranges[j].offset);
        const std::uint32_t end =
            std::min(ranges[i].offset + ranges[i].size, ranges[j].offset + ranges[j].size);
        if (first >= end) continue;
        if (labels_[i]->one_of_field && labels_[j]->one_of_field &&
            labels_[i]->field.value == labels_[j]->field.value) {
          continue;
        }
        Fail(labels_[i]->name, fmt::format("labels '{}' and '{}' both read bytes {} to {} of {}",
                                           labels_[j]->name.value, labels_[i]->name.value, first,
                                           end - 1, bytes_.what));
        return true;
      }
    }
    return false;
  }

  // For those who gave sizes and did not expect names to matter.
  std::string Why() const {
    const auto unsized = std::find_if(labels_.begin(), labels_.end(),
                                      [](const config::LabelSpec* label) { return !label->size; });
    const bool some_sized = std::any_of(labels_.begin(), labels_.end(),
                                        [](const config::LabelSpec* label) { return label->size; });
    if (!some_sized || unsized == labels_.end()) return "";
    return fmt::format(" (labels are found by name here, as '{}' has no size)",
                       (*unsized)->name.value);
  }

  std::nullopt_t Fail(const config::Text& where, std::string text) {
    scope_.diagnostics.Error(where.at, std::move(text));
    return std::nullopt;
  }

  const Scope& scope_;
  const LabelBytes& bytes_;
  const std::vector<const config::LabelSpec*>& labels_;
};

}  // namespace

std::uint64_t TakenBytes(const std::vector<const config::LabelSpec*>& labels) {
  std::uint64_t taken = 0;
  for (const config::LabelSpec* label : labels) {
    taken += std::uint64_t{label->size.value_or(0)} + label->padding.value_or(0);
  }
  return taken;
}

bool AreSized(const std::vector<const config::LabelSpec*>& labels) {
  return std::all_of(labels.begin(), labels.end(), [](const config::LabelSpec* label) {
    return label->size && label->field.value.empty();
  });
}

std::optional<std::vector<ByteRange>> FindLabelRanges(
    const Scope& scope, const LabelBytes& bytes,
    const std::vector<const config::LabelSpec*>& labels) {
  if (labels.empty()) return std::vector<ByteRange>();
  if (AreSized(labels)) return RangesInOrder(scope, bytes, labels);
  return ByName(scope, bytes, labels).Run();
}

}  // namespace bpf_exporter::plan
