// SPDX-License-Identifier: Apache-2.0
#include "decode/pci.h"

#include <fmt/core.h>

#include <utility>

#include "decode/number.h"
#include "host/host.h"

namespace bpf_exporter::decode {
namespace {

using Names = std::unordered_map<std::uint64_t, std::string>;
using Answer = std::string (*)(const host::PciNames& names, std::uint64_t id);

const std::string* Find(const Names& names, std::uint64_t id) {
  const auto found = names.find(id);
  return found == names.end() ? nullptr : &found->second;
}

std::string Vendor(const host::PciNames& names, std::uint64_t id) {
  const std::string* const name = Find(names.vendors, id);
  return name != nullptr ? *name : fmt::format("unknown pci vendor: 0x{:02x}", id);
}

std::string Device(const host::PciNames& names, std::uint64_t id) {
  const std::string* const name = Find(names.devices, id);
  return name != nullptr ? *name : fmt::format("unknown pci device: 0x{:04x}", id);
}

std::string Class(const host::PciNames& names, std::uint64_t id) {
  const std::string* const name = Find(names.classes, id);
  return name != nullptr ? *name : fmt::format("unknown pci class: 0x{:02x}", id);
}

std::string Subclass(const host::PciNames& names, std::uint64_t id) {
  if (Find(names.classes, id >> 8) == nullptr) return Class(names, id >> 8);
  const std::string* const name = Find(names.subclasses, id);
  return name != nullptr
             ? *name
             : fmt::format("unknown pci subclass: 0x{:02x} (class 0x{:02x})", id & 0xff, id >> 8);
}

Result<DecodeFunction> Make(const DecoderRequest& request, Answer answer) {
  host::PciIds& ids = request.host.pci_ids();
  // Names that were read once stay.
  DecodeFunction decode = FromNumber(request, [&ids, answer](Number number, std::string& out) {
    out = answer(*ids.Names(), number.bits);
    return Decoded::kOk;
  });
  // Without the file the answer is the same for every input, numbers or not.
  return DecodeFunction([&ids, decode = std::move(decode)](std::string_view in, std::string& out) {
    if (ids.Names() != nullptr) return decode(in, out);
    out = "missing pci.ids db";
    return Decoded::kProvisional;
  });
}

}  // namespace

Result<DecodeFunction> MakePciVendor(const DecoderRequest& request) {
  return Make(request, Vendor);
}
Result<DecodeFunction> MakePciDevice(const DecoderRequest& request) {
  return Make(request, Device);
}
Result<DecodeFunction> MakePciClass(const DecoderRequest& request) { return Make(request, Class); }
Result<DecodeFunction> MakePciSubclass(const DecoderRequest& request) {
  return Make(request, Subclass);
}

}  // namespace bpf_exporter::decode
