#pragma once

#include <bpf/libbpf.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/config.h"

// What sort of program a section or an entry under `probes:` asks for.
namespace bpf_exporter {

// As `probes:` spells it: "kprobe", "socket_filter" …
std::string_view ProbeKindName(ProbeKind kind);

// SEC("perf_event/type=T,config=C[,frequency=F]"): libbpf does not know it.
struct PerfEventSection {
  std::uint32_t type = 0;
  std::uint64_t config = 0;
  std::uint64_t frequency = 0;  // 0: the event counts and never samples
};
// Nothing: not such a section. An error: such a section, but wrong.
std::optional<Result<PerfEventSection>> ParsePerfEventSection(std::string_view section);

// The interface of SEC("xdp/DEV"), which libbpf does not know; empty for every other section,
// libbpf's own xdp/devmap and xdp/cpumap among them.
std::string_view XdpSectionInterface(std::string_view section);

// Gives a program, before it is loaded, the type that its section or its entry under `probes:`
// implies where libbpf could not tell. `probe` may be null. Errors: the program is of another
// kind than the entry, or the entry's target is not in this kernel's BTF.
Status PrepareProgram(bpf_program* program, const ProbeSpec* probe);

}  // namespace bpf_exporter
