// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bpf_exporter::decode {

// Whose a cgroup is, as far as its path tells; empty where it does not. Where containers nest, the
// innermost counts.
struct CgroupOwner {
  std::string unit;  // of the host's systemd, "ssh.service": none of a systemd in a container
  std::string container_id;  // 64 hexadecimal digits; none of a container's monitor (conmon)
  std::string pod_uid;       // of Kubernetes, as its API writes it
  std::string qos;           // guaranteed, burstable or besteffort
};

// Reads the path of a cgroup, from its mount point or from the root of the tree, as systemd,
// kubelet (both drivers), containerd, CRI-O, Docker, Podman and crun name cgroups.
CgroupOwner OwnerOf(std::string_view path);

}  // namespace bpf_exporter::decode
