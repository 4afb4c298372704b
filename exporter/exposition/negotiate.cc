// SPDX-License-Identifier: Apache-2.0
#include "exposition/negotiate.h"

#include <array>
#include <optional>

#include "exposition/header_list.h"

namespace bpf_exporter::exposition {
namespace {

// How closely a member of Accept names a format, from `*/*` to the format with all its parameters.
enum Closeness { kNot = 0, kAnything, kAnySubtype, kType, kVersion };

// What of a member of Accept chooses a format.
struct MediaRange {
  explicit MediaRange(const HeaderMember& member) : type(member.value()) {
    member.ForEachParameter([&](std::string_view name, std::string_view value) {
      if (SameToken(name, "version")) version = value;
      if (SameToken(name, "proto")) proto = value;
      if (SameToken(name, "encoding")) encoding = value;
    });
  }

  std::string_view type;
  std::string_view version;
  std::string_view proto;
  std::string_view encoding;
};

// A type that `range` names, without or with a version that has to be that one.
Closeness ClosenessOfVersion(const MediaRange& range, std::string_view version) {
  if (range.version.empty()) return kType;
  return range.version == version ? kVersion : kNot;
}

Closeness ClosenessOf(const MediaRange& range, Format format) {
  if (range.type == "*/*") return kAnything;
  const bool is_text = format == Format::kText || format == Format::kText1;
  if (SameToken(range.type, is_text ? "text/*" : "application/*")) return kAnySubtype;
  switch (format) {
    case Format::kText:
      return SameToken(range.type, "text/plain") ? ClosenessOfVersion(range, "0.0.4") : kNot;
    case Format::kText1:
      return SameToken(range.type, "text/plain") ? ClosenessOfVersion(range, "1.0.0") : kNot;
    case Format::kOpenMetrics:
      return SameToken(range.type, "application/openmetrics-text")
                 ? ClosenessOfVersion(range, "1.0.0")
                 : kNot;
    case Format::kProtobuf:
      break;
  }
  const bool is_ours = SameToken(range.type, "application/vnd.google.protobuf") &&
                       range.proto == "io.prometheus.client.MetricFamily" &&
                       range.encoding == "delimited";
  return is_ours ? kVersion : kNot;
}

// How much a client wants a format: by the member of Accept that names it most closely.
struct Wish {
  Closeness closeness = kNot;
  double weight = 0;
  std::size_t place = 0;  // of the member
};

Format ChooseFormat(std::string_view accept) {
  // In the order in which they are preferred if the client does not care.
  constexpr Format kAll[] = {Format::kText, Format::kOpenMetrics, Format::kText1,
                             Format::kProtobuf};
  std::array<Wish, kFormats> wishes;
  std::size_t place = 0;
  ForEachMember(accept, [&](const HeaderMember& member) {
    const MediaRange range(member);
    for (const Format format : kAll) {
      Wish& wish = wishes[static_cast<std::size_t>(format)];
      const Closeness closeness = ClosenessOf(range, format);
      if (closeness > wish.closeness) wish = {closeness, member.Weight(), place};
    }
    ++place;
  });
  Format chosen = Format::kText;
  Wish best;
  for (const Format format : kAll) {
    const Wish& wish = wishes[static_cast<std::size_t>(format)];
    const bool better = wish.weight > best.weight ||
                        (wish.weight == best.weight && wish.weight > 0 && wish.place < best.place);
    if (!better) continue;
    best = wish;
    chosen = format;
  }
  return chosen;
}

Encoding ChooseEncoding(std::string_view accept_encoding) {
  // A coding with the greatest of the weights that it is given, and its place.
  struct Asked {
    std::optional<double> weight;
    std::size_t place = 0;
  };
  Asked gzip;
  Asked zstd;
  Asked identity;
  Asked others;
  std::size_t place = 0;
  ForEachMember(accept_encoding, [&](const HeaderMember& member) {
    const std::string_view coding = member.value();
    Asked* asked = nullptr;
    if (SameToken(coding, "gzip") || SameToken(coding, "x-gzip")) asked = &gzip;
    if (SameToken(coding, "zstd")) asked = &zstd;
    if (SameToken(coding, "identity")) asked = &identity;
    if (coding == "*") asked = &others;
    if (asked != nullptr && member.Weight() >= asked->weight.value_or(0)) {
      if (!asked->weight) asked->place = place;
      asked->weight = member.Weight();
    }
    ++place;
  });
  // Who names no coding gets the one that everybody knows.
  for (Asked* one : {&gzip, &identity}) {
    if (!one->weight) *one = {others.weight.value_or(0), others.place};
  }
  const double zstd_weight = zstd.weight.value_or(0);
  const bool zstd_first =
      zstd_weight > *gzip.weight || (zstd_weight == *gzip.weight && zstd.place < gzip.place);
  const double best = zstd_first ? zstd_weight : *gzip.weight;
  // What is not mentioned at all is acceptable too, but wanted least.
  if (best == 0 || best < *identity.weight) return Encoding::kIdentity;
  return zstd_first ? Encoding::kZstd : Encoding::kGzip;
}

}  // namespace

PageKind Negotiate(std::string_view accept, std::string_view accept_encoding) {
  return {ChooseFormat(accept), ChooseEncoding(accept_encoding)};
}

}  // namespace bpf_exporter::exposition
