// SPDX-License-Identifier: Apache-2.0
#include "object/libbpf_library.h"

#include <bpf/libbpf.h>

#include <string_view>

#include "object/libbpf_log.h"

namespace bpf_exporter::object {

LibbpfLibrary LoadedLibbpf() {
  std::string_view version = libbpf_version_string();
  if (version.starts_with('v')) version.remove_prefix(1);
  LibbpfLibrary library{std::string(version), {}};
  const LibbpfLog quiet;
  for (const char* section : {"uprobe.multi", "usdt.s", "kprobe.session", "uprobe.session"}) {
    bpf_prog_type type{};
    bpf_attach_type attach{};
    library.sections.push_back({section, libbpf_prog_type_by_name(section, &type, &attach) == 0});
  }
  return library;
}

}  // namespace bpf_exporter::object
