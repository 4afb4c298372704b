// SPDX-License-Identifier: Apache-2.0
// Tests: probes_test.cc, wrong_files_test.cc
#include "config/probe_places.h"

#include <fmt/format.h>

#include <limits>

#include "base/text.h"
#include "config/probe_targets.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

constexpr std::size_t kMaxInterface = 15;  // IFNAMSIZ without its NUL

void ReadInterfaces(const Field& field, ProbeSpec& probe) {
  ReadEachTarget(field, probe);
  for (const Text& name : probe.targets) {
    const bool glob = name.value.find_first_of("*?[") != std::string::npos;
    if (glob || name.value.size() <= kMaxInterface) continue;
    field.diagnostics.Error(
        name.at, fmt::format("{}: {} is longer than {} bytes, so it names no network interface",
                             field.name, Quoted(name.value), kMaxInterface));
  }
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

using Part = Key<ProbeSpec>;
constexpr Part kInterface = {"interface", ReadInterfaces};
constexpr Part kBinary = {"binary",
                          [](const Field& f, ProbeSpec& p) { p.binaries = ReadTextOrTexts(f); }};
constexpr Part kPid = {"pid", [](const Field& f, ProbeSpec& p) { p.pid = ReadPid(f); }};

constexpr Part kInterfaceKeys[] = {kInterface};
constexpr Part kTcKeys[] = {
    kInterface,
    {"direction", [](const Field& f, ProbeSpec& p) { p.direction = ReadDirection(f); }},
};
constexpr Part kCgroupKeys[] = {
    {"path", ReadEachTarget},
    {"type", [](const Field& f, ProbeSpec& p) { p.type = ReadNonEmpty(f); }},
};
constexpr Part kPerfEventKeys[] = {
    {"event", [](const Field& f, ProbeSpec& p) { p.targets = {ReadNonEmpty(f)}; }},
    {"frequency", [](const Field& f, ProbeSpec& p) { p.frequency = ReadFrequency(f); }},
};
constexpr Part kUprobeKeys[] = {
    kBinary,
    {"symbol", ReadTargets},
    kPid,
};
constexpr Part kUsdtKeys[] = {
    kBinary,
    {"provider", [](const Field& f, ProbeSpec& p) { p.provider = ReadNonEmpty(f); }},
    {"name", ReadTargets},
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
