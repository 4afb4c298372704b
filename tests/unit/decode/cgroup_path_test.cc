// SPDX-License-Identifier: Apache-2.0
#include "decode/cgroup_path.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "support/paths.h"

namespace bpf_exporter::decode {
namespace {

std::string WithIds(std::string text) {
  const std::pair<std::string, std::string> words[] = {
      {"OTHER", "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"},
      {"ID", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
      {"P_O_D", "5f1a2b3c_0d4e_4f60_8a7b_9c8d7e6f5a4b"},
      {"POD", "5f1a2b3c-0d4e-4f60-8a7b-9c8d7e6f5a4b"},
      {"MIRROR", "3b1c5d7e9f0a2b4c6d8e0f1a3b5c7d9e"}};
  for (const auto& [word, id] : words) {
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += id.size()) {
      text.replace(at, word.size(), id);
    }
  }
  return text == "-" ? "" : text;
}

TEST(CgroupPaths, TellWhoseTheCgroupIs) {
  std::ifstream file(SourcePath("tests/unit/decode/cgroup_paths.txt"));
  std::size_t paths = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string path, unit, container, pod, qos, rest;
    words >> path >> unit >> container >> pod >> qos;
    ASSERT_TRUE(words && !(words >> rest)) << line;
    const CgroupOwner owner = OwnerOf(WithIds(path));
    EXPECT_EQ(owner.unit, WithIds(unit)) << path;
    EXPECT_EQ(owner.container_id, WithIds(container)) << path;
    EXPECT_EQ(owner.pod_uid, WithIds(pod)) << path;
    EXPECT_EQ(owner.qos, WithIds(qos)) << path;
    ++paths;
  }
  EXPECT_GE(paths, 60u);
}

TEST(CgroupPaths, OfAnyTextAreRead) {
  for (const std::string text :
       {"", "/", "//", ":", "/:/", "-pod.slice", ".scope", "/kubepods/pod", "/conmon", "pod",
        "/kubepods-pod-.slice", "/_.slice", "_", "cri-containerd-"}) {
    const CgroupOwner owner = OwnerOf(text);
    EXPECT_EQ(owner.container_id, "") << text;
  }
  EXPECT_EQ(OwnerOf(std::string(64, '0')).container_id, std::string(64, '0'));
  EXPECT_EQ(OwnerOf(std::string(64, 'A')).container_id, "");
}

}  // namespace
}  // namespace bpf_exporter::decode
