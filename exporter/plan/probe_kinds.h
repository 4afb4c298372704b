// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <optional>
#include <span>
#include <string_view>

#include "config/config.h"

namespace bpf_exporter::plan {

// What a kind of probe asks of a program.
struct ProbeKindInfo {
  config::ProbeKind kind;
  std::string_view key;  // under `probes:`
  // The words that begin the ELF section of such a program; messages advise the first.
  std::span<const std::string_view> sections;
  // The types that such a program may have. One whose section libbpf does not know gets the first,
  // and `attach_type` with it.
  std::span<const bpf_prog_type> types;
  bpf_attach_type attach_type = {};
};

// Returns the table of all kinds, in the order of config::ProbeKind.
std::span<const ProbeKindInfo> ProbeKinds();

// Returns the row of `kind`.
const ProbeKindInfo& InfoOf(config::ProbeKind kind);

// Returns the kind that the word before the section's first '/' names; nothing if it names none.
std::optional<config::ProbeKind> KindOfSection(std::string_view section);

// Returns the interface of SEC("xdp/INTERFACE"), which libbpf does not know; an empty text for all
// other sections, libbpf's own xdp/devmap and xdp/cpumap among them.
std::string_view InterfaceOfXdpSection(std::string_view section);

// Returns whether the section is one of SEC("perf_event/type=T,config=C,frequency=F"), which libbpf
// does not know.
bool IsPerfEventSection(std::string_view section);

// Returns the one binary of SEC("uprobe/BINARY:FUNCTION"), of uretprobe/… and of usdt/…; empty for
// other sections.
std::string_view BinaryOfSection(std::string_view section);

// Returns whether programs of that type are tied to one function when they are loaded.
bool IsTiedToOneTarget(std::uint32_t type);

}  // namespace bpf_exporter::plan
