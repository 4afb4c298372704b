// SPDX-License-Identifier: Apache-2.0
// Tests: server_test.cc
#include "web/civetweb_library.h"

#include <civetweb.h>

namespace bpf_exporter::web {

CivetwebLibrary LoadedCivetweb() {
  return {mg_version(), mg_check_feature(MG_FEATURES_IPV6) == MG_FEATURES_IPV6};
}

}  // namespace bpf_exporter::web
