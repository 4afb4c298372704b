// SPDX-License-Identifier: Apache-2.0
#include "decode/cgroup.h"

#include "decode/number.h"
#include "host/host.h"

namespace bpf_exporter::decode {

Result<DecodeFunction> MakeCgroup(const DecoderRequest& request) {
  return FromNumber(request, [&cgroups = request.host.UseCgroups()](Number id, std::string& out) {
    if (!id.negative) {
      if (std::optional<std::string> path = cgroups.Find(id.bits)) {
        out = *std::move(path);
        return Decoded::kOk;
      }
    }
    out = "unknown_cgroup_id:" + NumberText(id);
    return Decoded::kProvisional;
  });
}

}  // namespace bpf_exporter::decode
