// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/walk.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "object/map_types.h"
#include "object/map_users.h"
#include "plan/variables.h"
#include "propose/guess.h"
#include "propose/labels.h"

namespace bpf_exporter::propose {
namespace {

using object::FieldLayout;
using object::Type;

bool IsNumber(const Type& type) {
  return type.kind == Type::Kind::kInt || type.kind == Type::Kind::kBool ||
         type.kind == Type::Kind::kEnum;
}

bool IsArray(const Type& type) { return type.kind == Type::Kind::kArray && type.count > 0; }

const FieldLayout* FieldOf(const Type& type, bool (*fits)(const FieldLayout&)) {
  const auto found = std::find_if(type.fields.begin(), type.fields.end(), fits);
  return found == type.fields.end() ? nullptr : &*found;
}

bool IsBuckets(const FieldLayout& field) {
  const Type& type = *field.type;
  return IsArray(type) && IsNumber(*type.element) && type.count > 1 && IsBucketsName(field.name);
}
bool IsSum(const FieldLayout& field) {
  return IsNumber(*field.type) && !field.bitfield && IsSumName(field.name);
}
// The array whose type tells the shape of a native histogram, see programs/bx_native.bpf.h.
// It has no elements.
bool IsShape(const FieldLayout& field) {
  return field.name == "shape" && field.type->kind == Type::Kind::kArray && field.type->count == 0;
}
// What BX_HISTOGRAM of programs/bx_histograms.bpf.h keeps beside its sum.
bool IsRest(const FieldLayout& field) { return field.name == "rest"; }

// Walks through the value of one map, or through the variables of a section.
class Walk {
 public:
  Walk(const object::ObjectLayout& object, const object::MapLayout& map, const std::string& stem)
      : object_(object), map_(map), maker_(map, stem), section_(plan::IsSection(map.name)) {
    if (!section_) maker_.SetLabels(LabelsOfKey(map));
  }

  Candidates Run() {
    const Type* value = map_.value.get();
    if (object::HasRecords(map_.type)) {
      Add(maker_.Records());
    } else if (IsOfWhatIsUnderWay()) {
      LeaveOut("", "its rows are of things at addresses, and programs delete them when those end");
    } else if (value == nullptr || IsNumber(*value)) {
      AddWholeValue(value);
    } else if (value->kind == Type::Kind::kStruct) {
      if (!section_ && IsMomentName(map_.name)) {
        LeaveOut("", "what has begun and not ended, by its name");
      } else {
        AddStruct(*value, "");
      }
    } else {
      LeaveOut("", "its value is " + value->name);
    }
    return std::move(found_);
  }

 private:
  // The elements of an array variable have labels of their own.
  class InElements {
   public:
    InElements(Walk& walk, const std::string& path, std::uint32_t count) : walk_(walk) {
      walk_.maker_.SetLabels(LabelsOfElements(walk_.object_, path, count));
      walk_.in_elements_ = true;
    }
    ~InElements() {
      walk_.maker_.SetLabels({});
      walk_.in_elements_ = false;
    }
    InElements(const InElements&) = delete;
    InElements& operator=(const InElements&) = delete;

   private:
    Walk& walk_;
  };

  void Add(Candidate metric) { found_.metrics.push_back(std::move(metric)); }

  void LeaveOut(const std::string& path, const std::string& why) {
    found_.left_out.push_back(
        fmt::format("{}{}: {}", map_.name, path.empty() ? "" : " " + path, why));
  }

  bool IsOfWhatIsUnderWay() const {
    return map_.key != nullptr && IsPointer(*map_.key) && object_.bytes != nullptr &&
           object::DeletesRowsOf(*object_.bytes, map_.name);
  }

  void AddWholeValue(const Type* type) {
    if (IsMomentName(map_.name)) {
      LeaveOut("", "a moment, by its name");
    } else if (maker_.HasBucketLabel()) {
      Add(maker_.RowsHistogram());
    } else {
      Add(maker_.Number("", type));
    }
  }

  void AddStruct(const Type& type, const std::string& before) {
    if (FieldOf(type, IsShape) != nullptr) {
      Add(maker_.Native(before.empty() ? before : before.substr(0, before.size() - 1)));
      return;
    }
    const bool section = section_ && before.empty();
    const FieldLayout* buckets = section ? nullptr : FieldOf(type, IsBuckets);
    const FieldLayout* sum = buckets == nullptr ? nullptr : FieldOf(type, IsSum);
    for (const FieldLayout& field : type.fields) {
      if (&field == buckets) {
        Add(maker_.Histogram(before + field.name, sum == nullptr ? "" : before + sum->name));
      } else if (&field != sum && !(sum != nullptr && IsRest(field))) {
        AddField(field, before + field.name);
      }
    }
  }

  void AddField(const FieldLayout& field, const std::string& path) {
    const Type& type = *field.type;
    if (IsPaddingName(path) || IsInternal(type, path)) return;
    if (field.bitfield) {
      LeaveOut(path, "a bitfield");
    } else if (IsMomentName(field.name)) {
      LeaveOut(path, "a moment, by its name");
    } else if (IsNumber(type)) {
      Add(maker_.Number(path, &type));
    } else if (type.kind == Type::Kind::kStruct) {
      AddStruct(type, path + ".");
    } else if (IsArray(type)) {
      AddArray(field, path);
    } else {
      LeaveOut(path, type.name);
    }
  }

  void AddArray(const FieldLayout& field, const std::string& path) {
    const Type& element = *field.type->element;
    const bool shown = section_ && !in_elements_;
    if (section_ && IsBuckets(field)) {
      Add(maker_.Histogram(path, ""));
    } else if (shown && IsNumber(element)) {
      const InElements elements(*this, path, field.type->count);
      Add(maker_.Number(path, &element));
    } else if (shown && element.kind == Type::Kind::kStruct) {
      const InElements elements(*this, path, field.type->count);
      AddStruct(element, path + ".");
    } else {
      LeaveOut(path, field.type->name + (IsNumber(element) ? ", not called slots" : ""));
    }
  }

  // What is in a section beside what the author counts in: of the header, of bpf_printk(), and
  // values that new entries of maps begin with.
  bool IsInternal(const Type& type, const std::string& path) const {
    if (!section_) return false;
    if (type.kind == Type::Kind::kStruct && IsFirstValueName(path)) return true;
    return path.starts_with("bx_") || path.find(".bx_") != std::string::npos ||
           path.find("___") != std::string::npos || path.find("__func__") != std::string::npos;
  }

  const object::ObjectLayout& object_;
  const object::MapLayout& map_;
  MetricMaker maker_;
  const bool section_;
  bool in_elements_ = false;
  Candidates found_;
};

}  // namespace

Candidates CandidatesOf(const object::ObjectLayout& object, const object::MapLayout& map,
                        const std::string& stem) {
  return Walk(object, map, stem).Run();
}

}  // namespace bpf_exporter::propose
