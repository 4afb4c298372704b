// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bpf_exporter::object {

// A section of BPF programs that newer releases of libbpf attach.
struct NewerSection {
  std::string name;  // "uprobe.multi"
  bool known = false;
};

// The libbpf that is loaded.
struct LibbpfLibrary {
  std::string version;                 // "1.5"
  std::vector<NewerSection> sections;  // of those that say where to attach; oldest first
};

// Asks the library, whose log it keeps to itself meanwhile.
LibbpfLibrary LoadedLibbpf();

}  // namespace bpf_exporter::object
