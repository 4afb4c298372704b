// SPDX-License-Identifier: Apache-2.0
#include "object/libbpf_library.h"

#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <map>

namespace bpf_exporter::object {
namespace {

TEST(LibbpfLibrary, IsTheLoadedOne) {
  const LibbpfLibrary library = LoadedLibbpf();
  EXPECT_EQ(library.version,
            std::to_string(libbpf_major_version()) + "." + std::to_string(libbpf_minor_version()));
}

TEST(LibbpfLibrary, KnowsTheSectionsOfItsRelease) {
  // The first release of libbpf 1 with each.
  const std::map<std::string, unsigned> since = {
      {"uprobe.multi", 3}, {"usdt.s", 3}, {"kprobe.session", 5}, {"uprobe.session", 6}};
  ASSERT_EQ(libbpf_major_version(), 1u);
  const LibbpfLibrary library = LoadedLibbpf();
  EXPECT_EQ(library.sections.size(), since.size());
  for (const NewerSection& section : library.sections) {
    EXPECT_EQ(section.known, libbpf_minor_version() >= since.at(section.name)) << section.name;
  }
}

}  // namespace
}  // namespace bpf_exporter::object
