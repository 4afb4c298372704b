// SPDX-License-Identifier: Apache-2.0
// Tests: layout_test.cc, corrupt_object_test.cc
#include "object/read_layout.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/pack.h"
#include "base/text.h"
#include "object/btf_types.h"
#include "object/child.h"
#include "object/libbpf_log.h"
#include "object/object_file.h"
#include "object/tail_calls.h"

namespace bpf_exporter::object {
namespace {

struct CloseObject {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
using ObjectOwner = std::unique_ptr<bpf_object, CloseObject>;

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxCause = 300;
constexpr std::string_view kPrefix = "libbpf: ";
constexpr std::string_view kName = "object";  // libbpf puts it before the names of sections
constexpr const char* kNoBtf = "it has no BTF that libbpf can read; compile with clang -g";

// Returns "; " and what to do about a cause in libbpf's words; empty if that is not known.
std::string_view Remedy(std::string_view cause) {
  if (cause.find("unsupported map linkage") != std::string_view::npos) {
    return "; declare it without 'static', and compile without -fvisibility=hidden";
  }
  if (cause.find("bad map relo against") != std::string_view::npos) {
    return "; libbpf makes maps of variables in .bss, .data, .rodata and sections whose names "
           "begin "
           "so, such as SEC(\".data.stats\")";
  }
  if (cause.find("legacy map definitions") != std::string_view::npos) {
    return "; declare maps in SEC(\".maps\") instead, as programs/bpf_exporter.bpf.h does";
  }
  return {};
}

// Returns the cause of a failure, which libbpf printed last.
std::string Cause(const LibbpfLog& log, int code) {
  for (auto line = log.lines().rbegin(); line != log.lines().rend(); ++line) {
    std::string_view text = *line;
    if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
    if (text.starts_with("elf: skipping")) continue;  // a remark, not a cause
    if (text.starts_with("BTF is required")) return kNoBtf;
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty()) continue;
    return Printable(text, kMaxCause).append(Remedy(text));
  }
  std::array<char, 128> reason;
  libbpf_strerror(code, reason.data(), reason.size());
  return fmt::format("libbpf cannot make sense of it ({}); the file is corrupt", reason.data());
}

// Returns `type` if it has that size, else null: they disagree only in corrupt objects.
std::shared_ptr<const Type> OfSize(std::shared_ptr<const Type> type, std::uint32_t size) {
  return type != nullptr && type->size == size ? type : nullptr;
}

std::string Name(const char* name) { return name == nullptr ? "" : Printable(name, kMaxName); }

MapLayout ReadMap(const bpf_map* map, BtfTypes& types) {
  MapLayout layout;
  layout.name = Name(bpf_map__name(map));
  layout.type = bpf_map__type(map);
  layout.key_size = bpf_map__key_size(map);
  layout.value_size = bpf_map__value_size(map);
  layout.max_entries = bpf_map__max_entries(map);
  layout.flags = bpf_map__map_flags(map);
  layout.key = OfSize(types.Get(bpf_map__btf_key_type_id(map)), layout.key_size);
  layout.value = OfSize(types.Get(bpf_map__btf_value_type_id(map)), layout.value_size);
  layout.extra = bpf_map__map_extra(map);
  layout.pin = Name(bpf_map__pin_path(map));
  // libbpf takes a map that is not const, and only returns a pointer of it.
  if (const bpf_map* inner = bpf_map__inner_map(const_cast<bpf_map*>(map))) {
    layout.inner = std::make_shared<MapLayout>(ReadMap(inner, types));
  }
  return layout;
}

// Its key, of which libbpf knows nothing, is the index of its one row.
MapLayout ReadSection(const bpf_map* map, BtfTypes& types) {
  MapLayout layout = ReadMap(map, types);
  layout.name.erase(0, layout.name.find('.'));  // libbpf says "object.bss", as the kernel will
  layout.key = nullptr;
  layout.value = OfSize(types.Section(layout.name), layout.value_size);
  return layout;
}

void ReadInitialValue(const bpf_object* object, GlobalLayout& global) {
  bpf_map* map = bpf_object__find_map_by_name(object, global.section.c_str());
  std::size_t size = 0;
  const void* bytes = map == nullptr ? nullptr : bpf_map__initial_value(map, &size);
  if (bytes == nullptr || std::uint64_t{global.offset} + global.size > size) return;
  global.initial.assign(static_cast<const char*>(bytes) + global.offset, global.size);
}

Result<ObjectLayout> Read(const std::string& path, const std::string& bytes) {
  const LibbpfLog log;
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = kName.data());
  const ObjectOwner object(bpf_object__open_mem(bytes.data(), bytes.size(), &options));
  if (object == nullptr) {
    const int code = errno;
    return Error{Cause(log, code), code};
  }
  const btf* btf = bpf_object__btf(object.get());
  if (btf == nullptr) return Error{kNoBtf};

  ObjectLayout layout;
  layout.path = path;
  BtfTypes types(btf);
  const bpf_map* map;
  bpf_object__for_each_map(map, object.get()) {
    if (bpf_map__is_internal(map)) {
      layout.sections.push_back(ReadSection(map, types));
    } else {
      layout.maps.push_back(ReadMap(map, types));
    }
  }
  const auto has_variables = [](const MapLayout& section) { return section.value != nullptr; };
  if (layout.maps.empty() &&
      std::none_of(layout.sections.begin(), layout.sections.end(), has_variables)) {
    return Error{
        "it has no maps and no global variables; metrics are read from maps declared in "
        "SEC(\".maps\"), and from variables"};
  }
  const std::set<std::string> tail_called = TailCalledPrograms(bytes);
  bpf_program* program;
  bpf_object__for_each_program(program, object.get()) {
    const char* name = bpf_program__name(program);
    layout.programs.push_back({Name(name), Name(bpf_program__section_name(program)),
                               bpf_program__type(program), bpf_program__autoload(program),
                               name != nullptr && tail_called.contains(name)});
  }
  layout.enums = types.Enums();
  layout.globals = types.Globals();
  for (GlobalLayout& global : layout.globals) ReadInitialValue(object.get(), global);
  return layout;
}

// What the child answers: the layout, or why there is none.
struct ReadAnswer {
  ObjectLayout layout;
  std::string problem;
};

Result<ObjectLayout> ReadInChild(const std::string& path, const std::string& bytes) {
  Result<Child> child = Child::Start([&](std::string_view) {
    const Result<ObjectLayout> layout = Read(path, bytes);
    if (layout) return Child::Reply{Pack(ReadAnswer{*layout, {}})};
    if (layout.error().code == ENOMEM) throw std::bad_alloc();
    return Child::Reply{Pack(ReadAnswer{{}, layout.error().Message()})};
  });
  if (!child) return child.error();
  const Result<Child::Answer> answer = child->Ask({}, kPatience);
  if (!answer) return answer.error();
  std::optional<ReadAnswer> read = Unpack<ReadAnswer>(answer->bytes);
  if (!read) return child->Damaged();
  if (!read->problem.empty()) return Error{std::move(read->problem)};
  return std::move(read->layout);
}

}  // namespace

Result<ObjectLayout> ReadObjectLayout(const std::string& path) {
  const std::string subject = fmt::format("object '{}'", path);
  Result<std::string> bytes = ReadObjectFile(path);
  if (!bytes) return bytes.error().In(subject);
  Result<ObjectLayout> layout = ReadInChild(path, *bytes);
  if (!layout) return layout.error().In(subject + ": open");
  layout->bytes = std::make_shared<const std::string>(*std::move(bytes));
  return layout;
}

}  // namespace bpf_exporter::object
