// SPDX-License-Identifier: Apache-2.0
#include "decode/cgroup_path.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/text.h"

namespace bpf_exporter::decode {
namespace {

constexpr std::size_t kIdSize = 64;
constexpr std::string_view kPods = "kubepods";
constexpr std::string_view kQosLevels[] = {"burstable", "besteffort"};

bool TakeSuffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool IsQosLevel(std::string_view text) {
  return std::find(std::begin(kQosLevels), std::end(kQosLevels), text) != std::end(kQosLevels);
}

bool IsContainerId(std::string_view text) {
  return text.size() == kIdSize && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Returns the id in the name of a container's cgroup; nothing for other names, those of monitors
// (crio-conmon-ID.scope) and of Podman's pods among them.
std::string_view ContainerIdIn(std::string_view name) {
  // What runc makes of a systemd path with the cgroupfs driver: SLICE:cri-containerd:ID.
  if (const std::size_t colon = name.rfind(':'); colon != name.npos) {
    name.remove_prefix(colon + 1);
  }
  TakeSuffix(name, ".scope");
  for (const std::string_view prefix :
       {"cri-containerd-", "crio-", "docker-", "libpod-payload-", "libpod-"}) {
    if (TakePrefix(name, prefix)) break;
  }
  return IsContainerId(name) ? name : std::string_view();
}

struct Pod {
  std::string uid;
  std::string_view qos;
};

bool IsUid(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
}

// Returns the qos of a slice that belongs to kubelet: of "kubepods-burstable" or
// "kubelet-kubepods-burstable" (kind) the last part. `within` says whether it is one.
std::string_view QosOfSlice(std::string_view slice, bool& within) {
  std::string_view level;
  for (const std::string_view candidate : kQosLevels) {
    std::string_view rest = slice;
    if (TakeSuffix(rest, candidate) && TakeSuffix(rest, "-")) {
      slice = rest;
      level = candidate;
      break;
    }
  }
  within = slice == kPods || slice.ends_with("-kubepods");
  return level;
}

// Reads names as the systemd driver makes them: kubepods-burstable-podUID.slice, where - in UID is
// _, and kubepods-burstable.slice.
Pod PodOfSlice(std::string_view name) {
  // Of SLICE:cri-containerd:ID the slice.
  name = name.substr(0, name.find(':'));
  if (!TakeSuffix(name, ".slice")) return {};
  bool within = false;
  const std::size_t at = name.rfind("-pod");
  if (at != name.npos && IsUid(name.substr(at + 4))) {
    std::string_view qos = QosOfSlice(name.substr(0, at), within);
    if (within) {
      std::string uid(name.substr(at + 4));
      std::replace(uid.begin(), uid.end(), '_', '-');
      return {std::move(uid), qos.empty() ? "guaranteed" : qos};
    }
  }
  const std::string_view qos = QosOfSlice(name, within);
  return within ? Pod{"", qos} : Pod{};
}

// Reads names as the cgroupfs driver makes them: kubepods/burstable/podUID.
Pod PodOfFolder(const std::vector<std::string_view>& names, std::size_t index) {
  std::string_view name = names[index];
  const auto parent = [&](std::size_t up) {
    return index >= up ? names[index - up] : std::string_view();
  };
  if (IsQosLevel(name) && parent(1) == kPods) return {"", name};
  if (!TakePrefix(name, "pod") || !IsUid(name)) return {};
  if (parent(1) == kPods) return {std::string(name), "guaranteed"};
  if (IsQosLevel(parent(1)) && parent(2) == kPods) return {std::string(name), parent(1)};
  return {};
}

// Returns the name of a systemd unit; nothing for names of another kind.
std::string_view UnitIn(std::string_view name) {
  for (const std::string_view suffix :
       {".service", ".scope", ".slice", ".mount", ".socket", ".swap"}) {
    if (!name.ends_with(suffix) || name.size() == suffix.size()) continue;
    TakePrefix(name, "_");  // systemd's mark of names that mean something else to the kernel
    return name;
  }
  return {};
}

}  // namespace

CgroupOwner OwnerOf(std::string_view path) {
  const std::vector<std::string_view> names = Split(path, '/');
  CgroupOwner owner;
  std::size_t container = names.size();  // the index of the innermost; none
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const std::string_view id = ContainerIdIn(names[i]); !id.empty()) {
      container = i;
      owner.container_id = id;
    }
    Pod pod = PodOfSlice(names[i]);
    if (pod.uid.empty() && pod.qos.empty()) pod = PodOfFolder(names, i);
    if (!pod.qos.empty()) {
      owner.qos = pod.qos;
      owner.pod_uid = std::move(pod.uid);
      // Of a node that is a container itself (kind) the pods are inside it.
      if (container < i) {
        container = names.size();
        owner.container_id.clear();
      }
    }
  }
  if (container + 1 < names.size() && names[container + 1] == "conmon") {
    owner.container_id.clear();
  }
  const std::size_t last = std::min(container, names.size() - 1);
  for (std::size_t i = last + 1; i-- > 0 && owner.unit.empty();) owner.unit = UnitIn(names[i]);
  return owner;
}

}  // namespace bpf_exporter::decode
