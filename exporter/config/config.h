// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a configuration file says, typed and with positions: the keys of cloudflare/ebpf_exporter
// ("ebpf_exporter" in comments) and ours. Plain data, not yet compared with a BPF object.
namespace bpf_exporter::config {

// 1-based; line 0 means "nowhere in the file".
struct Position {
  int line = 0;
  int column = 0;
};

// A scalar as it was written, with its position.
struct Text {
  std::string value;
  Position at;
};

// A value of a constant as it was written.
struct ConstantValue {
  Text text;
  bool quoted = false;  // never a number, true or false
};

// What a constant of the object becomes before the object is loaded.
struct ConstantSpec {
  Text name;
  std::vector<ConstantValue> values;  // one, unless it is a list
  bool list = false;
  Position at;  // of the value
};

// Whether an entry counts: while the constant of the object is true (not 0), or while it is not.
struct ConditionSpec {
  Text constant;
  bool unless = false;
};

struct DecoderSpec {
  Text name;
  // An absent map or list differs from an empty one: the decoders static_map and regexp refuse the
  // absent one.
  std::optional<std::vector<std::pair<std::string, std::string>>> static_map;
  bool allow_unknown = false;
  std::optional<std::vector<Text>> regexps;
  std::vector<Text> enums;  // of the kernel, for kernel_enum
};

struct LabelSpec {
  Text name;
  Text field;  // field of the key; empty: the field called like the label, or the label's turn
  std::optional<std::uint32_t> size;     // bytes
  std::optional<std::uint32_t> padding;  // bytes skipped after the field
  std::vector<DecoderSpec> decoders;     // empty: the short form, decided by the field's BTF type
  bool one_of_field = false;  // of `{FIELD: [LABEL, …]}`, which may read the same bytes
  std::optional<ConditionSpec> condition;
};

enum class MetricKind { kCounter, kGauge, kHistogram };
// Returns "counter", "gauge" or "histogram", for messages and the page.
std::string_view KindName(MetricKind kind);

enum class BucketType { kExp2, kExp2Zero, kLinear, kFixed, kNative };

// The most buckets of a histogram that are not native.
inline constexpr std::int64_t kMaxBuckets = 1'024;

struct HistogramSpec {
  BucketType type = BucketType::kExp2;
  Position type_at;
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> max;
  double multiplier = 0;  // 0 counts as 1, as in ebpf_exporter
  std::vector<double> keys;
  Position keys_at;
  // Set when the value holds the buckets: `value: {buckets: FIELD, sum: FIELD}`.
  std::optional<Text> buckets_field;
  std::optional<Text> sum_field;

  // Returns whether one row is a whole histogram; else each of its buckets is a row.
  bool InValue() const { return type == BucketType::kNative || buckets_field; }
};

struct MetricSpec {
  MetricKind kind = MetricKind::kCounter;
  Text name;
  std::string help;
  Text map;    // empty: the metric's name
  Text value;  // field of a struct value; empty: the whole value
  bool skip_zero = false;
  std::optional<std::uint32_t> max_series;
  std::vector<LabelSpec> labels;
  std::optional<ConditionSpec> condition;
  HistogramSpec histogram;  // for kHistogram

  // Counters that count events of a buffer instead of reading rows.
  bool perf_event_array = false;
  bool ringbuf = false;
  std::chrono::nanoseconds flush_interval{0};
};

enum class ProbeKind {  // and what its targets are
  kTracepoint,          // CATEGORY/NAME
  kRawTracepoint,       // tracepoints
  kKprobe,              // functions of the kernel
  kKretprobe,
  kFentry,
  kFexit,
  kLsm,     // hooks
  kUprobe,  // symbols; beside them binary and pid
  kUretprobe,
  kUsdt,          // names; beside them binaries, provider and pid
  kPerfEvent,     // one event; beside it frequency
  kXdp,           // interfaces
  kTc,            // interfaces; beside them direction
  kSocketFilter,  // interfaces
  kCgroup,        // paths; beside them type
};

// An entry of `probes:`. A program may have several.
struct ProbeSpec {
  Text program;
  ProbeKind kind = ProbeKind::kTracepoint;
  Position at;  // of the kind's key
  std::vector<Text> targets;
  // Whether each target is a place where the program attaches; else the first target that the
  // kernel has is the only place.
  bool every_target = false;
  std::vector<Text> binaries;  // paths, names or globs; the targets are in each of them
  Text direction, type, provider;
  std::optional<std::uint64_t> frequency;  // Hz
  std::optional<std::int32_t> pid;
  bool optional = false;
  bool disabled = false;  // the entry does not count; then it may have no kind
};

// Programs of `any: [A, [B, C]]`: the first alternative that the kernel takes is used.
struct EitherOfSpec {
  std::vector<std::vector<Text>> alternatives;  // each a program, or several that belong together
  bool optional = false;
  Position at;
};

// What a map of the object is made with, in place of what the object says.
struct MapSpec {
  Text name;
  std::optional<std::uint32_t> max_entries;
  Position max_entries_at;
  std::optional<std::uint32_t> inner_max_entries;  // of the maps in a map of maps
  Position inner_at;
  std::optional<std::uint32_t> value_size;  // in bytes
  Position value_size_at;
  std::optional<Text> pin;  // a path, or a name in /sys/fs/bpf; empty: not pinned
};

struct SpanSpec {
  Text ringbuf;
  std::string name;
  std::string service;
  std::vector<LabelSpec> labels;
};

enum class CgroupMapType { kHash, kCgrpStorage };

struct CgroupIdMapSpec {
  Text name;
  CgroupMapType type = CgroupMapType::kHash;
  std::vector<Text> regexps;
};

struct Config {
  std::string name;  // the file's name below --config.dir without .yaml; the label `config`
  std::string path;
  std::string description;
  Text object;  // as written; empty: NAME.bpf.o
  std::vector<ConstantSpec> constants;
  std::vector<ProbeSpec> probes;
  std::vector<EitherOfSpec> either_of;
  std::vector<std::vector<Text>> both;  // programs that are meant to run at one event
  std::vector<MapSpec> maps;
  std::vector<MetricSpec> metrics;  // in the file's order
  std::vector<SpanSpec> spans;
  std::vector<Text> kaddrs;
  std::optional<CgroupIdMapSpec> cgroup_id_map;
  bool lint = true;  // whether `check` reads names as promtool does
  // Whether compat.syscall_names is strace; nothing: the file does not say.
  std::optional<bool> strace_syscall_names;
};

}  // namespace bpf_exporter::config
