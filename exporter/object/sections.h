// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace bpf_exporter::object {

// How programs of a section come to run.
enum class SectionUse {
  kTarget,   // the section may say where: SEC("kprobe/do_exit"); else an entry does
  kEntry,    // an entry under `probes:` says where
  kNoEntry,  // only the section can say where
  kNotByUs,  // something attaches them that no exporter has
};

// A section that libbpf knows.
struct SectionInfo {
  std::string_view name;
  bool with_target = false;  // whether NAME/TARGET is one too
  SectionUse use = SectionUse::kEntry;
  // The key of the entry, or of kNotByUs why they do not run: "a route has it".
  std::string_view words;
  unsigned since = 0;             // the release of libbpf 1 that knows it first; 0: every one
  std::string_view instead = {};  // of kNotByUs: what counts the same; empty: nothing does
};

// Returns all sections that libbpf 1.1 to 1.6 know.
std::span<const SectionInfo> Sections();

// Returns the row of a section; null if libbpf knows none such. Those of cloudflare/ebpf_exporter
// that libbpf does not know, perf_event/… and xdp/INTERFACE, are not here.
const SectionInfo* FindSection(std::string_view section);

}  // namespace bpf_exporter::object
