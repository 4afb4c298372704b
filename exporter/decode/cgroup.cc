// SPDX-License-Identifier: Apache-2.0
#include "decode/cgroup.h"

#include "decode/cgroup_path.h"
#include "decode/number.h"
#include "host/host.h"

namespace bpf_exporter::decode {
namespace {

std::optional<std::string> PathOf(host::CgroupNames& cgroups, Number id) {
  return id.negative ? std::nullopt : cgroups.Find(id.bits);
}

Result<DecodeFunction> MakeOwner(const DecoderRequest& request, std::string CgroupOwner::*part) {
  return FromNumber(request,
                    [&cgroups = request.host.UseCgroups(), part](Number id, std::string& out) {
                      const std::optional<std::string> path = PathOf(cgroups, id);
                      out = path ? OwnerOf(*path).*part : "unknown";
                      return path ? Decoded::kOk : Decoded::kProvisional;
                    });
}

}  // namespace

Result<DecodeFunction> MakeCgroup(const DecoderRequest& request) {
  return FromNumber(request, [&cgroups = request.host.UseCgroups()](Number id, std::string& out) {
    if (std::optional<std::string> path = PathOf(cgroups, id)) {
      out = *std::move(path);
      return Decoded::kOk;
    }
    out = "unknown_cgroup_id:" + NumberText(id);
    return Decoded::kProvisional;
  });
}

Result<DecodeFunction> MakeUnit(const DecoderRequest& request) {
  return MakeOwner(request, &CgroupOwner::unit);
}

Result<DecodeFunction> MakeContainerId(const DecoderRequest& request) {
  return MakeOwner(request, &CgroupOwner::container_id);
}

Result<DecodeFunction> MakePodUid(const DecoderRequest& request) {
  return MakeOwner(request, &CgroupOwner::pod_uid);
}

Result<DecodeFunction> MakeQos(const DecoderRequest& request) {
  return MakeOwner(request, &CgroupOwner::qos);
}

}  // namespace bpf_exporter::decode
