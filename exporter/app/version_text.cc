// SPDX-License-Identifier: Apache-2.0
#include "app/version_text.h"

#include <fmt/core.h>

#include "base/version.h"
#include "object/libbpf_library.h"
#include "web/civetweb_library.h"

namespace bpf_exporter::app {

std::string VersionText() {
  const object::LibbpfLibrary libbpf = object::LoadedLibbpf();
  std::string sections;
  for (const object::NewerSection& section : libbpf.sections) {
    sections += fmt::format(" {}{}", section.known ? '+' : '-', section.name);
  }
  return fmt::format(
      "bpf_exporter {} (revision {}, {})\n"
      "libbpf {}{}\n"
      "CivetWeb {}\n"
      "built with {}",
      kVersion, kRevision, kCompiler, libbpf.version, sections, web::CivetwebVersion(), kLibraries);
}

}  // namespace bpf_exporter::app
