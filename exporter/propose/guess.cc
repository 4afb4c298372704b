// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/guess.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace bpf_exporter::propose {
namespace {

using object::Type;

std::string_view Leaf(std::string_view path) { return path.substr(path.rfind('.') + 1); }

// Returns whether one of the words that underscores divide a name into is among `words`.
template <std::size_t kCount>
bool HasWord(std::string_view name, const std::array<std::string_view, kCount>& words) {
  const std::vector<std::string_view> parts = Split(Leaf(name), '_');
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return std::find(words.begin(), words.end(), part) != words.end();
  });
}

constexpr std::array<std::string_view, 30> kGaugeWords = {
    "inflight", "flight",  "current", "cur",  "level", "depth",      "length", "len",
    "queued",   "pending", "active",  "open", "used",  "usage",      "avail",  "available",
    "free",     "running", "waiting", "max",  "min",   "peak",       "last",   "ratio",
    "limit",    "size",    "state",   "freq", "mhz",   "temperature"};
constexpr std::array<std::string_view, 16> kMomentWords = {
    "start", "starts", "started", "begin",  "begins", "began",   "begun", "entry",
    "ts",    "tstamp", "enter",   "issued", "birth",  "scratch", "args",  "timestamp"};
constexpr std::array<std::string_view, 6> kPaddingWords = {"pad",    "pads",     "padding",
                                                           "unused", "reserved", "pad1"};
constexpr std::array<std::string_view, 3> kFirstValueWords = {"zero", "empty", "initial"};
constexpr std::array<std::string_view, 5> kBucketsWords = {"slots", "buckets", "hist", "histogram",
                                                           "bins"};
constexpr std::array<std::string_view, 2> kStandInWords = {"dummy", "placeholder"};
constexpr std::array<std::string_view, 3> kSumNames = {"sum", "total", "latency"};

struct NamedDecoder {
  std::string_view name;  // of the field
  std::uint32_t sizes;    // bits: 1 << size for each size in bytes that it fits, up to 16
  const char* decoders;
  const char* why;
};

constexpr std::uint32_t Sizes(std::initializer_list<std::uint32_t> sizes) {
  std::uint32_t bits = 0;
  for (const std::uint32_t size : sizes) bits |= 1u << size;
  return bits;
}

constexpr const char* kCgroup = "[{name: cgroup}]";
constexpr const char* kAddress = "[{name: inet_ip}]";
constexpr const char* kSymbol = "[{name: ksym}]";
constexpr const char* kDevice = "[{name: majorminor}]";
constexpr const char* kIsCgroup = "a cgroup's id, by its name";
constexpr const char* kIsAddress = "an address, by its name";
constexpr const char* kIsSymbol = "an address in the kernel, by its name";
constexpr const char* kIsInterface = "an interface, by its name";
constexpr const char* kIsDevice =
    "a block device, by its name; if it becomes unknown:…, the program keeps the kernel's own "
    "number: [{name: uint}]";

constexpr NamedDecoder kNamed[] = {
    {"cgroup", Sizes({8}), kCgroup, kIsCgroup},
    {"cgroup_id", Sizes({8}), kCgroup, kIsCgroup},
    {"cgroupid", Sizes({8}), kCgroup, kIsCgroup},
    {"cgid", Sizes({8}), kCgroup, kIsCgroup},
    {"ifindex", Sizes({4}), "[{name: ifname}]", kIsInterface},
    {"ifidx", Sizes({4}), "[{name: ifname}]", kIsInterface},
    {"dev", Sizes({4}), kDevice, kIsDevice},
    {"device", Sizes({4}), kDevice, kIsDevice},
    {"saddr", Sizes({4, 16}), kAddress, kIsAddress},
    {"daddr", Sizes({4, 16}), kAddress, kIsAddress},
    {"laddr", Sizes({4, 16}), kAddress, kIsAddress},
    {"raddr", Sizes({4, 16}), kAddress, kIsAddress},
    {"addr", Sizes({4, 16}), kAddress, kIsAddress},
    {"ip", Sizes({4, 16}), kAddress, kIsAddress},
    {"saddr_v4", Sizes({4}), kAddress, kIsAddress},
    {"daddr_v4", Sizes({4}), kAddress, kIsAddress},
    {"saddr_v6", Sizes({16}), kAddress, kIsAddress},
    {"daddr_v6", Sizes({16}), kAddress, kIsAddress},
    {"ip", Sizes({8}), kSymbol, kIsSymbol},
    {"func", Sizes({8}), kSymbol, kIsSymbol},
    {"function", Sizes({8}), kSymbol, kIsSymbol},
    {"caller", Sizes({8}), kSymbol, kIsSymbol},
    {"dport", Sizes({2}), "[{name: netorder}]",
     "a port as on the wire, by its name; if the program turned it round: [{name: hostorder}]"},
    {"errno", Sizes({1, 2, 4, 8}), "[{name: errno}]", "an error, by its name"},
    {"err", Sizes({1, 2, 4, 8}), "[{name: errno}]", "an error, by its name"},
    {"syscall", Sizes({2, 4, 8}), "[{name: syscall}]", "a system call, by its name"},
    {"syscall_nr", Sizes({2, 4, 8}), "[{name: syscall}]", "a system call, by its name"},
    {"syscall_id", Sizes({2, 4, 8}), "[{name: syscall}]", "a system call, by its name"},
    {"proto", Sizes({1}), "[{name: ip_protocol}]", "an IP protocol, by its name"},
    {"protocol", Sizes({1}), "[{name: ip_protocol}]", "an IP protocol, by its name"},
    {"mac", Sizes({6}), "[{name: mac}]", "a MAC address, by its name"},
};

bool IsText(const Type& type) {
  return type.kind == Type::Kind::kArray && type.element->kind == Type::Kind::kChar;
}

}  // namespace

bool IsGaugeName(std::string_view name) { return HasWord(name, kGaugeWords); }
bool IsMomentName(std::string_view name) { return HasWord(name, kMomentWords); }
bool IsPaddingName(std::string_view name) { return HasWord(name, kPaddingWords); }
bool IsBucketsName(std::string_view name) { return HasWord(name, kBucketsWords); }
bool IsFloorBucketsName(std::string_view name) { return Leaf(name) == "slots"; }
bool IsFirstValueName(std::string_view name) { return HasWord(name, kFirstValueWords); }
bool IsStandInName(std::string_view name) {
  return name == "foo" || name == "bar" || HasWord(name, kStandInWords);
}
bool IsSumName(std::string_view name) {
  const std::string_view leaf = Leaf(name);
  return leaf.ends_with("_sum") ||
         std::find(kSumNames.begin(), kSumNames.end(), leaf) != kSumNames.end();
}

bool IsPointer(const Type& type) {
  return type.kind == Type::Kind::kOther && type.name == "a pointer";
}

DecoderGuess GuessDecoder(std::string_view name, const Type& type) {
  if (IsText(type)) return {};
  const bool plain = type.kind == Type::Kind::kInt || type.kind == Type::Kind::kArray ||
                     type.kind == Type::Kind::kStruct;
  for (const NamedDecoder& named : kNamed) {
    const bool fits = type.size <= 16 && (named.sizes >> type.size & 1) != 0;
    if (plain && fits && named.name == Leaf(name)) return {named.decoders, named.why};
  }
  const bool bytes = type.kind == Type::Kind::kArray || type.kind == Type::Kind::kStruct;
  if (bytes && type.size > 0) return {"[{name: hex}]", "bytes of " + type.name};
  return {};
}

double SecondsIn(std::string_view name) {
  if (name.ends_with("_ns")) return 1e-9;
  if (name.ends_with("_us") || name.ends_with("_usecs")) return 1e-6;
  if (name.ends_with("_ms") || name.ends_with("_msecs")) return 1e-3;
  return 0;
}

}  // namespace bpf_exporter::propose
