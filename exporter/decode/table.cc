// SPDX-License-Identifier: Apache-2.0
#include "decode/table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "decode/bool.h"
#include "decode/cgroup.h"
#include "decode/dname.h"
#include "decode/duration.h"
#include "decode/errno.h"
#include "decode/hex.h"
#include "decode/ifname.h"
#include "decode/inet_ip.h"
#include "decode/int.h"
#include "decode/ip_protocol.h"
#include "decode/kernel_enum.h"
#include "decode/kstack.h"
#include "decode/ksym.h"
#include "decode/mac.h"
#include "decode/majorminor.h"
#include "decode/netorder.h"
#include "decode/number.h"
#include "decode/pci.h"
#include "decode/regexp.h"
#include "decode/request.h"
#include "decode/sizes.h"
#include "decode/static_map.h"
#include "decode/string.h"
#include "decode/syscall.h"
#include "decode/uint.h"

namespace bpf_exporter::decode {
namespace {

constexpr bool kAsksHost = true;
constexpr bool kTakesCgroupIds = true;

struct Entry {
  std::string_view name;
  Sizes sizes;
  MakeFunction make;
  bool asks_host = false;
  bool takes_cgroup_ids = false;
};

template <Decoded (*Function)(std::string_view, std::string&)>
Result<DecodeFunction> Bytes(const DecoderRequest&) {
  return DecodeFunction(Function);
}

template <Decoded (*Function)(Number, std::string&)>
Result<DecodeFunction> Numbers(const DecoderRequest& request) {
  return FromNumber(request, Function);
}

// Every decoder that a configuration can name, sorted. config/README.md describes each.
constexpr std::array kTable = {
    Entry{"bool", Sizes::kInteger, Bytes<DecodeBool>},
    Entry{"cgroup", Sizes::kNumber, MakeCgroup, kAsksHost, kTakesCgroupIds},
    Entry{"container_id", Sizes::kNumber, MakeContainerId, kAsksHost, kTakesCgroupIds},
    Entry{"dname", Sizes::kAny, Bytes<DecodeDname>},
    Entry{"duration", Sizes::kNumber, Numbers<DecodeDuration>},
    Entry{"errno", Sizes::kNumber, Numbers<DecodeErrno>},
    Entry{"hex", Sizes::kAny, Bytes<DecodeHex>},
    Entry{"hostorder", Sizes::kWide, Bytes<DecodeUint>},
    Entry{"ifname", Sizes::kAtLeast4, MakeIfname, kAsksHost},
    Entry{"inet_ip", Sizes::kAny, Bytes<DecodeInetIp>},
    Entry{"int", Sizes::kInteger, Bytes<DecodeInt>},
    Entry{"ip_protocol", Sizes::kNumber, Numbers<DecodeIpProtocol>},
    Entry{"kernel_enum", Sizes::kNumber, MakeKernelEnum},
    Entry{"kstack", Sizes::kMultipleOf8, MakeKstack},
    Entry{"ksym", Sizes::kAtLeast8, MakeKsym},
    Entry{"mac", Sizes::kMac, Bytes<DecodeMac>},
    Entry{"majorminor", Sizes::kAtLeast4, MakeMajorMinor, kAsksHost},
    Entry{"netorder", Sizes::kWide, Bytes<DecodeNetworkOrder>},
    Entry{"pci_class", Sizes::kNumber, MakePciClass},
    Entry{"pci_device", Sizes::kNumber, MakePciDevice},
    Entry{"pci_subclass", Sizes::kNumber, MakePciSubclass},
    Entry{"pci_vendor", Sizes::kNumber, MakePciVendor},
    Entry{"pod_uid", Sizes::kNumber, MakePodUid, kAsksHost, kTakesCgroupIds},
    Entry{"qos", Sizes::kNumber, MakeQos, kAsksHost, kTakesCgroupIds},
    Entry{"regexp", Sizes::kAny, MakeRegexp},
    Entry{"static_map", Sizes::kAny, MakeStaticMap},
    Entry{"string", Sizes::kAny, Bytes<DecodeString>},
    Entry{"syscall", Sizes::kNumber, MakeSyscall},
    Entry{"uint", Sizes::kInteger, Bytes<DecodeUint>},
    Entry{"unit", Sizes::kNumber, MakeUnit, kAsksHost, kTakesCgroupIds},
};
static_assert(std::is_sorted(kTable.begin(), kTable.end(),
                             [](const Entry& a, const Entry& b) { return a.name < b.name; }));

class TableDecoder : public Decoder {
 public:
  TableDecoder(const Entry& entry, Sizes sizes, DecodeFunction decode)
      : entry_(entry), sizes_(sizes), decode_(std::move(decode)) {}

  Decoded Decode(std::string_view in, std::string& out) const override {
    if (!Fits(sizes_, in.size())) {
      out = DoesNotFit(entry_.name, sizes_, in.size());
      return Decoded::kError;
    }
    return decode_(in, out);
  }

  bool AsksHost() const override { return entry_.asks_host; }
  bool TakesCgroupIds() const override { return entry_.takes_cgroup_ids; }

 private:
  const Entry& entry_;
  Sizes sizes_;
  DecodeFunction decode_;
};

}  // namespace

std::vector<std::string> DecoderNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kTable) names.emplace_back(entry.name);
  return names;
}

Result<std::shared_ptr<const Decoder>> MakeDecoder(const config::DecoderSpec& spec,
                                                   const DecoderInput& input, host::Host& host) {
  const std::string& name = spec.name.value;
  const auto entry = std::find_if(kTable.begin(), kTable.end(),
                                  [&](const Entry& candidate) { return candidate.name == name; });
  if (entry == kTable.end()) {
    return Error{"unknown decoder '" + name + "'" + DidYouMean(name, DecoderNames())};
  }
  const bool takes_text = input.size == 0;
  if (!takes_text && !Fits(entry->sizes, input.size)) {
    return Error{DoesNotFit(name, entry->sizes, input.size)};
  }
  Result<DecodeFunction> decode = entry->make({spec, input, host});
  if (!decode) return decode.error();
  const Sizes sizes = takes_text && entry->sizes == Sizes::kNumber ? Sizes::kAny : entry->sizes;
  return std::shared_ptr<const Decoder>(
      std::make_shared<TableDecoder>(*entry, sizes, *std::move(decode)));
}

}  // namespace bpf_exporter::decode
