// SPDX-License-Identifier: Apache-2.0
// Tests: version_text_test.cc
#include "web/civetweb_library.h"

#include <civetweb.h>

namespace bpf_exporter::web {

std::string CivetwebVersion() { return mg_version(); }

}  // namespace bpf_exporter::web
