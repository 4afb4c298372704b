// SPDX-License-Identifier: Apache-2.0
// The places that a probe names with a mapping: `xdp: {interface: eth0}`.
#include <fmt/format.h>

#include <limits>

#include "config/probes.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kLongestInterface = 15;  // IFNAMSIZ without its NUL

Text ReadInterface(const Field& field) {
  Text interface = ReadNonEmpty(field);
  if (interface.value.size() > kLongestInterface) {
    field.Error(fmt::format("{}: {} is longer than {} bytes, so it names no network interface",
                            field.name, Quoted(interface.value), kLongestInterface));
  }
  return interface;
}

Text ReadDirection(const Field& field) {
  return ReadWord(field, TcDirections()) ? ReadText(field) : Text{{}, field.node.at};
}

std::optional<std::uint64_t> ReadFrequency(const Field& field) {
  const auto hertz = ReadInteger(field, 1, 1'000'000);
  if (!hertz) return std::nullopt;
  return static_cast<std::uint64_t>(*hertz);
}

std::optional<std::int32_t> ReadPid(const Field& field) {
  const auto pid = ReadInteger(field, 1, std::numeric_limits<std::int32_t>::max());
  if (!pid) return std::nullopt;
  return static_cast<std::int32_t>(*pid);
}

using Place = Key<ProbeSpec>;
constexpr Place kInterface = {"interface",
                              [](const Field& f, ProbeSpec& p) { p.interface = ReadInterface(f); }};
constexpr Place kBinary = {"binary",
                           [](const Field& f, ProbeSpec& p) { p.binary = ReadNonEmpty(f); }};
constexpr Place kPid = {"pid", [](const Field& f, ProbeSpec& p) { p.pid = ReadPid(f); }};

constexpr Place kInterfaceKeys[] = {kInterface};
constexpr Place kTcKeys[] = {
    kInterface,
    {"direction", [](const Field& f, ProbeSpec& p) { p.direction = ReadDirection(f); }},
};
constexpr Place kCgroupKeys[] = {
    {"path", [](const Field& f, ProbeSpec& p) { p.path = ReadNonEmpty(f); }},
    {"type", [](const Field& f, ProbeSpec& p) { p.type = ReadNonEmpty(f); }},
};
constexpr Place kPerfEventKeys[] = {
    {"event", [](const Field& f, ProbeSpec& p) { p.event = ReadNonEmpty(f); }},
    {"frequency", [](const Field& f, ProbeSpec& p) { p.frequency = ReadFrequency(f); }},
};
constexpr Place kUprobeKeys[] = {
    kBinary,
    {"symbol", [](const Field& f, ProbeSpec& p) { p.symbol = ReadNonEmpty(f); }},
    kPid,
};
constexpr Place kUsdtKeys[] = {
    kBinary,
    {"provider", [](const Field& f, ProbeSpec& p) { p.provider = ReadNonEmpty(f); }},
    {"name", [](const Field& f, ProbeSpec& p) { p.symbol = ReadNonEmpty(f); }},
    kPid,
};

}  // namespace

constinit const Mapping<ProbeSpec> kSocketFilterMapping = {"socket_filter", "socket_filter",
                                                           "{interface: lo}", kInterfaceKeys};
constinit const Mapping<ProbeSpec> kXdpMapping = {"xdp", "xdp", "{interface: eth0}",
                                                  kInterfaceKeys};
constinit const Mapping<ProbeSpec> kTcMapping = {"tc", "tc",
                                                 "{interface: eth0, direction: ingress}", kTcKeys};
constinit const Mapping<ProbeSpec> kCgroupMapping = {"cgroup", "cgroup", "{path: /sys/fs/cgroup}",
                                                     kCgroupKeys};
constinit const Mapping<ProbeSpec> kPerfEventMapping = {
    "perf_event", "perf_event", "{event: cpu-cycles, frequency: 99}", kPerfEventKeys};
constinit const Mapping<ProbeSpec> kUprobeMapping = {
    "uprobe", "uprobe", "{binary: /bin/bash, symbol: readline}", kUprobeKeys};
constinit const Mapping<ProbeSpec> kUsdtMapping = {
    "usdt", "usdt", "{binary: libc.so.6, provider: libc, name: setjmp}", kUsdtKeys};

std::vector<std::string> TcDirections() { return {"ingress", "egress"}; }

}  // namespace bpf_exporter::config
