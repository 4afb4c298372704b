// SPDX-License-Identifier: Apache-2.0
// Tests: resolve_labels_test.cc
#include "plan/label_decoders.h"

#include <fmt/core.h>

#include "base/text.h"
#include "decode/enum_names.h"
#include "decode/patterns.h"
#include "decode/table.h"
#include "plan/expressions.h"

namespace bpf_exporter::plan {
namespace {

// The decoder that shows a value of this type; empty if none is the obvious one.
std::string NameFor(const object::Type& type) {
  switch (type.kind) {
    case object::Type::Kind::kInt:
      return type.is_signed ? "int" : "uint";
    case object::Type::Kind::kBool:
      return "bool";
    case object::Type::Kind::kChar:
      return "string";
    case object::Type::Kind::kArray:
      return type.element->kind == object::Type::Kind::kChar ? "string" : "";
    default:
      return "";
  }
}

// Returns the kernel's enum that an object's stands for, as CO-RE has it: what is before the ___ of
// "enum skb_drop_reason___own". Empty for an enum that is the object's own.
std::string KernelEnum(const object::Type& type) {
  constexpr std::string_view kKeyword = "enum ";
  const std::size_t end = type.name.find("___");
  if (!type.name.starts_with(kKeyword) || end == std::string::npos) return "";
  return type.name.substr(kKeyword.size(), end - kKeyword.size());
}

// The fields of the label's struct as 'field' takes them.
std::vector<std::string> FieldsOf(const object::Type& type, const config::LabelSpec& label) {
  std::vector<std::string> paths = object::FieldPaths(type);
  if (label.size) return paths;  // found by its place, so the label's name need not be the field's
  const std::string& field = label.field.value.empty() ? label.name.value : label.field.value;
  for (std::string& path : paths) path = field + "." + path;
  return paths;
}

std::string NoDecoder(const LabelBytes& bytes, const config::LabelSpec& label,
                      const ByteRange& range) {
  const std::string subject = fmt::format("label '{}'", label.name.value);
  if (bytes.type == nullptr) {
    return fmt::format("{} needs 'decoders', as the object has no BTF for {}", subject, bytes.what);
  }
  if (range.type == nullptr) {
    return fmt::format("{} needs 'decoders', as no field of {} is exactly bytes {} to {}", subject,
                       bytes.what, range.offset, range.offset + range.size - 1);
  }
  const object::Type& type = *range.type;
  if (type.kind == object::Type::Kind::kStruct && !type.fields.empty()) {
    return fmt::format(
        "{} is {}; name one of its fields ({}) with 'field', or say with 'decoders' "
        "how to show it",
        subject, type.name, List(FieldsOf(type, label)));
  }
  return fmt::format("{} is {}; say with 'decoders' how to show it, as in [{{name: hex}}]", subject,
                     type.name);
}

std::optional<Decoders> FromType(const Scope& scope, const LabelBytes& bytes,
                                 const config::LabelSpec& label, const ByteRange& range) {
  if (range.type != nullptr && range.type->kind == object::Type::Kind::kEnum) {
    if (const std::string name = KernelEnum(*range.type); !name.empty()) {
      config::LabelSpec named = label;
      named.decoders.push_back({.name = {"kernel_enum", label.name.at}, .enums = {{name, {}}}});
      return MakeNamedDecoders(scope, named, range.size);
    }
    return Decoders{decode::MakeEnumDecoder(range.type->enumerators, range.type->is_signed)};
  }
  const std::string name = range.type == nullptr ? "" : NameFor(*range.type);
  if (name.empty()) {
    scope.diagnostics.Error(label.name.at, NoDecoder(bytes, label, range));
    return std::nullopt;
  }
  config::LabelSpec named = label;
  named.decoders.push_back({config::Text{name, label.name.at}});
  return MakeNamedDecoders(scope, named, range.size);
}

// Every expression that cannot be used, at its place; and those that never match.
bool CheckRegexps(const Scope& scope, const config::LabelSpec& label,
                  const config::DecoderSpec& decoder) {
  bool fine = true;
  if (decoder.name.value != "regexp") return fine;  // others have no use for them
  for (const config::Text& expression : decoder.regexps.value_or(std::vector<config::Text>())) {
    const std::optional<decode::Pattern> pattern =
        CompileExpression(scope, fmt::format("label '{}'", label.name.value), expression);
    if (!pattern) {
      fine = false;
    } else if (pattern->groups() > 1) {
      scope.diagnostics.Warning(
          expression.at, fmt::format("label '{}': regexps: {} groups never match; (?:…) is a group "
                                     "that only holds together",
                                     label.name.value, pattern->groups()));
    }
  }
  return fine;
}

// Warns where the first decoder of a number is one of text: it gets the bytes of the number in
// memory, which nobody writes in YAML.
void WarnOfRawNumber(const Scope& scope, const config::LabelSpec& label, const ByteRange& range) {
  const config::Text& first = label.decoders.front().name;
  if (first.value != "static_map" && first.value != "regexp") return;
  if (range.type == nullptr) return;
  const object::Type::Kind kind = range.type->kind;
  if (kind != object::Type::Kind::kInt && kind != object::Type::Kind::kEnum) return;
  scope.diagnostics.Warning(
      first.at, fmt::format("label '{}': {} comes first, so it looks at the {} of {} as they are "
                            "in memory; put {{name: {}}} before it",
                            label.name.value, first.value, Bytes(range.size), range.type->name,
                            range.type->is_signed ? "int" : "uint"));
}

}  // namespace

std::optional<Decoders> MakeNamedDecoders(const Scope& scope, const config::LabelSpec& label,
                                          std::uint32_t size) {
  Decoders decoders;
  decode::DecoderInput input{
      size, scope.config.strace_syscall_names.value_or(scope.options.strace_syscall_names)};
  for (const config::DecoderSpec& spec : label.decoders) {
    if (!CheckRegexps(scope, label, spec)) continue;
    Result<std::shared_ptr<const decode::Decoder>> decoder =
        decode::MakeDecoder(spec, input, scope.host);
    if (decoder) {
      decoders.push_back(*std::move(decoder));
    } else {
      scope.diagnostics.Error(
          spec.name.at, fmt::format("label '{}': {}", label.name.value, decoder.error().Message()));
    }
    input.size = 0;
  }
  if (decoders.size() != label.decoders.size()) return std::nullopt;
  return decoders;
}

std::optional<Decoders> MakeDecoders(const Scope& scope, const LabelBytes& bytes,
                                     const config::LabelSpec& label, const ByteRange& range) {
  if (label.decoders.empty()) return FromType(scope, bytes, label, range);
  WarnOfRawNumber(scope, label, range);
  return MakeNamedDecoders(scope, label, range.size);
}

}  // namespace bpf_exporter::plan
