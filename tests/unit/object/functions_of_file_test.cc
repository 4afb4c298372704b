// SPDX-License-Identifier: Apache-2.0
#include "object/functions_of_file.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

namespace bpf_exporter::object {
namespace {

// The file that the linker took the function from.
std::string FileOf(const void* function) {
  Dl_info info{};
  return dladdr(function, &info) == 0 ? "" : info.dli_fname;
}

TEST(FunctionsOfFile, AreThoseThatItsSymbolsTell) {
  const std::string library = FileOf(reinterpret_cast<const void*>(&freeaddrinfo));
  ASSERT_NE(library, "");
  EXPECT_TRUE(HasFunction(library, "getaddrinfo"));
  EXPECT_FALSE(HasFunction(library, "environ")) << "a variable";
  EXPECT_FALSE(HasFunction(library, "no_such_function"));
  EXPECT_FALSE(HasFunction("/proc/self/exe", "freeaddrinfo")) << "used only";
  EXPECT_TRUE(HasFunction("/proc/self/exe", "main"));
}

TEST(FunctionsOfFile, AreNoneOfWhatIsNoElfFile) {
  EXPECT_FALSE(HasFunction("/etc/passwd", "main"));
  EXPECT_FALSE(HasFunction("/none", "main"));
}

}  // namespace
}  // namespace bpf_exporter::object
