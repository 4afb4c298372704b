// SPDX-License-Identifier: Apache-2.0
// (layout, configuration, key bytes) to labels: no layout may crash Resolve, and no bytes the
// decoders; whatever they say, the label text must be one line of valid UTF-8 with closed quotes.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "decode/table.h"
#include "host/host.h"
#include "metrics/label_text.h"
#include "plan/resolve.h"

namespace bpf_exporter {
namespace {

// A host of a few names, so that the decoders that ask it get past "unknown".
host::HostPaths FuzzedHost() {
  std::string folder = std::filesystem::temp_directory_path() / "decode_fuzzXXXXXX";
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  static const struct Remove {
    std::string folder;
    ~Remove() { std::filesystem::remove_all(folder); }
  } remove{folder};
  std::ofstream(folder + "/kallsyms") << "4 T one\n6 T two\naa T three\n"
                                         "ffffffc000001000 t commit_timeout\t[jbd2]\n";
  std::ofstream(folder + "/partitions") << "major minor  #blocks  name\n\n   8        0  1 sda\n";
  std::ofstream(folder + "/pci.ids")
      << "0001  Vendor\n\t0001  Device\nC 01  Class\n\t01  Subclass\n";
  std::filesystem::create_directories(folder + "/cgroup/system.slice");
  return {.proc = folder, .cgroup = folder + "/cgroup", .pci_ids = {folder + "/pci.ids"}};
}

host::Host& Context() {
  static host::Host host(FuzzedHost());
  return host;
}

config::DecoderSpec TakeSpec(FuzzedDataProvider& data) {
  static const std::vector<std::string> names = decode::DecoderNames();
  config::DecoderSpec spec;
  spec.name.value = names[data.ConsumeIntegralInRange<std::size_t>(0, names.size() - 1)];
  if (spec.name.value == "static_map" && data.ConsumeBool()) {
    spec.allow_unknown = data.ConsumeBool();
    spec.static_map.emplace();
    for (int i = data.ConsumeIntegralInRange(0, 3); i > 0; --i) {
      spec.static_map->emplace_back(data.ConsumeRandomLengthString(8),
                                    data.ConsumeRandomLengthString(8));
    }
  }
  if (spec.name.value == "regexp") {
    spec.regexps.emplace();
    for (int i = data.ConsumeIntegralInRange(0, 3); i > 0; --i) {
      spec.regexps->push_back({data.ConsumeRandomLengthString(16), {}});
    }
  }
  return spec;
}

std::shared_ptr<const object::Type> TakeType(FuzzedDataProvider& data, int depth) {
  auto type = std::make_shared<object::Type>();
  type->kind = data.PickValueInArray({object::Type::Kind::kInt, object::Type::Kind::kBool,
                                      object::Type::Kind::kChar, object::Type::Kind::kEnum,
                                      object::Type::Kind::kArray, object::Type::Kind::kStruct,
                                      object::Type::Kind::kOther});
  type->name = "type";
  type->size = data.PickValueInArray({1u, 2u, 4u, 8u, 16u});
  type->is_signed = data.ConsumeBool();
  if (type->kind == object::Type::Kind::kEnum) type->enumerators = {{"ONE", 1}, {"MINUS", -1}};
  if (type->kind == object::Type::Kind::kArray) {
    type->element = depth > 0 ? TakeType(data, depth - 1) : std::make_shared<object::Type>();
    type->count = data.ConsumeIntegralInRange(0, 20);
    type->size = type->element->size * type->count;
  }
  if (type->kind == object::Type::Kind::kStruct) {
    type->size = 0;
    for (int i = depth > 0 ? data.ConsumeIntegralInRange(0, 4) : 0; i > 0; --i) {
      type->size += data.ConsumeIntegralInRange(0, 3);  // a hole
      const auto field = TakeType(data, depth - 1);
      type->fields.push_back({"f" + std::to_string(i), type->size, field, data.ConsumeBool()});
      type->size += field->size;
    }
  }
  return type;
}

object::MapLayout TakeMap(FuzzedDataProvider& data) {
  object::MapLayout map;
  map.name = "m";
  map.type = data.PickValueInArray(
      {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY});
  const bool is_array = map.type == BPF_MAP_TYPE_ARRAY || map.type == BPF_MAP_TYPE_PERCPU_ARRAY;
  map.key_size = is_array ? 4 : data.ConsumeIntegralInRange(1, 80);  // the kernel's rule for arrays
  if (!is_array && data.ConsumeBool()) {
    map.key = TakeType(data, 2);
    map.key_size = std::max(1u, map.key->size);  // the kernel makes no hash without a key
  }
  map.value_size = 8;
  map.max_entries = 1;
  return map;
}

config::LabelSpec TakeLabel(FuzzedDataProvider& data) {
  config::LabelSpec label;
  label.name.value = data.PickValueInArray({"a", "b", "f1", "f2", "cpu", "bucket"});
  if (data.ConsumeBool()) label.field.value = data.PickValueInArray({"f1", "f2", "f3", "f1.f1"});
  if (data.ConsumeBool()) label.size = data.ConsumeIntegralInRange(0, 40);
  if (data.ConsumeBool()) label.padding = data.ConsumeIntegralInRange(0, 8);
  for (int i = data.ConsumeIntegralInRange(0, 3); i > 0; --i) {
    label.decoders.push_back(TakeSpec(data));
  }
  return label;
}

config::Config TakeConfig(FuzzedDataProvider& data) {
  config::Config config;
  config.name = "fuzz";
  config.strace_syscall_names = data.ConsumeBool();
  config::MetricSpec metric;
  metric.kind = data.ConsumeBool() ? config::MetricKind::kCounter : config::MetricKind::kHistogram;
  metric.name.value = "m";
  metric.help = "help";
  metric.histogram = {.type = config::BucketType::kLinear, .min = 0, .max = 8};
  // The parser lets no histogram through without a label.
  const int least = metric.kind == config::MetricKind::kHistogram ? 1 : 0;
  for (int i = data.ConsumeIntegralInRange(least, 4); i > 0; --i) {
    metric.labels.push_back(TakeLabel(data));
  }
  config.metrics.push_back(std::move(metric));
  return config;
}

// One line, and every quote that is not escaped opens or closes a value.
bool IsLabelText(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return false;
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\\') ++i;
  }
  return !quoted && bpf_exporter::IsValidUtf8(text);
}

void DecodeKey(const plan::MetricPlan& metric, const std::byte* key) {
  metrics::LabelText label_text;
  const decode::Decoded result = label_text.Build(metric, key, 1);
  const std::string& text = label_text.text();
  if (result == decode::Decoded::kError && text.empty()) std::abort();
  if ((result == decode::Decoded::kOk || result == decode::Decoded::kProvisional) &&
      !IsLabelText(text)) {
    std::abort();
  }
  std::uint64_t number = 0;
  if (metric.histogram.bucket) {
    static_cast<void>(label_text.BuildBucket(*metric.histogram.bucket, key, number));
  }
}

}  // namespace
}  // namespace bpf_exporter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace bpf_exporter;
  FuzzedDataProvider data(bytes, size);
  object::ObjectLayout object;
  object.path = "fuzz.bpf.o";
  object.maps.push_back(TakeMap(data));
  const std::uint32_t key_size = object.maps[0].key_size;
  config::Diagnostics diagnostics("fuzz.yaml", "");
  const auto plan = plan::Resolve(TakeConfig(data), std::move(object), {}, Context(), diagnostics);
  if (!plan && diagnostics.Render().empty()) std::abort();
  if (!plan) return 0;
  // In memory of exactly this size, so that a byte too far is seen.
  std::vector<std::byte> key(key_size);
  const std::string rest = data.ConsumeRemainingBytesAsString();
  for (std::size_t i = 0; i < std::min(rest.size(), key.size()); ++i) {
    key[i] = static_cast<std::byte>(rest[i]);
  }
  for (const plan::MapPlan& map : plan->maps) {
    for (const auto& metric : map.metrics) DecodeKey(*metric, key.data());
  }
  return 0;
}
