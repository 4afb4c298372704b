// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "decode/decoder.h"
#include "object/layout.h"
#include "plan/place.h"

// A configuration joined with its object: everything that can be decided from files is decided
// here, so nothing can be missing or misconfigured afterwards. Immutable and shared.
namespace bpf_exporter::plan {

// A number inside one value (of one CPU).
struct ValueField {
  std::uint32_t offset = 0;
  std::uint32_t width = 8;  // 1, 2, 4 or 8 bytes
  bool is_signed = false;
};

struct LabelPlan {
  std::string name;
  bool is_cpu = false;       // the decoders get the CPU's number as a u16; nothing of the key
  std::uint32_t offset = 0;  // in the key
  std::uint32_t size = 0;
  std::vector<std::shared_ptr<const decode::Decoder>> decoders;  // run left to right
};

// The buckets of a Prometheus native histogram that a histogram's bucket numbers are, one for one.
// The first number is the zero bucket, whose threshold is the first bound.
struct NativeBuckets {
  std::int32_t schema = 0;       // 2^schema buckets make one of `bounds`
  std::int32_t first_index = 0;  // Prometheus' index of the bucket after the zero bucket

  bool operator==(const NativeBuckets&) const = default;
};

struct HistogramPlan {
  config::BucketType type = config::BucketType::kExp2;  // how `bounds` follow from `numbers`
  // Bucket number b of a row counts into the bound at the same index; ascending, one for one. Of
  // equal numbers the first counts. Type kNative has more numbers than bounds, see NativeBuckets;
  // its last number is what is above all bounds.
  std::vector<std::uint64_t> numbers;
  std::vector<double> bounds;           // upper bounds (`le`), +Inf left out
  std::optional<NativeBuckets> native;  // unset if native buckets would not be exact
  std::uint64_t sum_number = 0;         // the row with this number holds the sum
  double multiplier = 1;                // sum × multiplier is what is exposed

  // The bucket number comes from the key …
  std::optional<LabelPlan> bucket;
  // … or the value holds an array of counts: element i is bucket number i.
  std::optional<ValueField> array;  // its first element
  std::uint32_t array_size = 0;
  std::optional<ValueField> sum;  // beside `array`
};

// The elements of an array variable: each is a row whose key is its index.
struct ElementsPlan {
  std::string array;         // the variable, for messages
  std::uint32_t offset = 0;  // of the first, in the value of the section's only row
  std::uint32_t stride = 0;  // bytes from one to the next
  std::uint32_t count = 0;

  bool operator==(const ElementsPlan&) const = default;
};

struct MetricPlan {
  config::MetricKind kind = config::MetricKind::kCounter;
  std::string config;             // the configuration it comes from
  config::Position at;            // of its name there
  std::string family;             // the exposed name, prefix included
  std::string help;               // one line, no control characters
  std::vector<LabelPlan> labels;  // in the page's order: by name
  ValueField value;
  // Set if its rows are these elements; offsets of values are then from the start of one.
  std::optional<ElementsPlan> elements;
  bool skip_zero = false;
  // Without labels of the key, rows of other keys than four zero bytes are decode errors.
  bool zero_key_only = false;
  std::uint32_t max_series = UINT32_MAX;
  HistogramPlan histogram;
};

// How the records of a map without rows are counted.
struct EventsPlan {
  std::uint32_t record_size = 0;  // bytes of a record that are told apart
  std::uint32_t max_keys = 0;
  std::chrono::nanoseconds flush_interval{0};
};

// One map, read once a snapshot whatever number of metrics it feeds.
struct MapPlan {
  object::MapLayout layout;
  std::vector<std::shared_ptr<const MetricPlan>> metrics;
  std::optional<EventsPlan> events = {};  // set if its rows are counted records

  // Of a row as the metrics see it, in bytes; one CPU's value.
  std::uint32_t key_size() const { return events ? events->record_size : layout.key_size; }
  std::uint32_t value_size() const { return events ? 8 : layout.value_size; }
};

// One program of the object.
struct ProgramPlan {
  std::string name;
  std::string config;  // the configuration that it is for
  std::string section;
  // What the program becomes if libbpf does not know its section; UNSPEC: of no type that is known.
  std::uint32_t type = BPF_PROG_TYPE_UNSPEC;  // bpf_prog_type
  bpf_attach_type expected_attach_type = {};
  std::string cgroup_type;    // the attach type that entries for cgroups name; empty: the section's
  std::vector<Place> places;  // where it attaches; none: nowhere
  std::string idle;           // why it is not loaded, as nothing would attach it; empty: it is
  bool wanted = false;       // whether it is loaded; SEC("?…") waits for an entry under `probes:`
  bool disabled = false;     // whether the configuration keeps it out
  bool optional = false;     // whether the kernel may refuse it
  bool only_called = false;  // other programs jump into it, and nothing attaches it
  bool needed = false;       // whether it is a failure that the program is not attached
};

// Programs of which one alternative is used: the first whose programs the kernel loads and
// attaches.
struct EitherOf {
  std::vector<std::vector<std::string>> alternatives;  // a program, or several that belong together
  bool optional = false;  // whether it is no failure that none can be used
};

// A constant of the object that is set before the object is loaded.
struct ConstantPlan {
  std::string name;
  std::string text;     // its value, for people
  std::string section;  // ".rodata"
  std::uint32_t offset = 0;
  std::string bytes;
};

struct ConfigPlan {
  std::string name;         // of the configuration
  std::string description;  // for people
  object::ObjectLayout object;
  std::vector<ProgramPlan> programs;  // all of the object's, in its order
  std::vector<EitherOf> either_of;    // no program is in two of them
  std::vector<MapPlan> maps;
  std::vector<ConstantPlan> constants;
  // Maps that only metrics read which a condition leaves out: they are not made.
  std::vector<std::string> idle_maps;
  std::vector<std::string> kaddrs;  // symbols whose addresses the object's constants get
  std::optional<config::CgroupIdMapSpec> cgroup_id_map;

  // Returns the plan of the program of that name; null if there is none.
  const ProgramPlan* FindProgram(std::string_view program) const;
};

}  // namespace bpf_exporter::plan
