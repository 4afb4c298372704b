// SPDX-License-Identifier: Apache-2.0
#include "kernel/traceable_functions.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.h"

namespace bpf_exporter::kernel {
namespace {

class TraceableFunctions : public ::testing::Test {
 protected:
  TraceableFunctions() {
    std::ofstream(files_.kallsyms) << "0000000000000000 T vfs_read\n"
                                      "0000000000000000 t vfs_read.cold\n"
                                      "0000000000000000 t __pfx_vfs_read\n"
                                      "0000000000000000 D vfs_table\n"
                                      "0000000000000000 t helper\t[module]\n";
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    ForEachKernelFunction(
        [&](std::string_view name, std::string_view module) {
          names.push_back(std::string(module).append(module.empty() ? "" : ":").append(name));
        },
        files_);
    return names;
  }

  TemporaryFolder folder_;
  FunctionFiles files_{{folder_.path("tracing"), folder_.path("debug")}, folder_.path("kallsyms")};
};

TEST_F(TraceableFunctions, AreThoseThatTracefsLists) {
  std::ofstream(files_.traceable[1]) << "vfs_read\nhelper [module]\n"
                                        "__ftrace_invalid_address___16\nvfs_read\n";
  EXPECT_TRUE(TellsTraceableFunctions(files_));
  EXPECT_EQ(Names(), (std::vector<std::string>{"vfs_read", "module:helper", "vfs_read"}));
}

TEST_F(TraceableFunctions, AreAllFunctionsWhereTracefsTellsNothing) {
  EXPECT_FALSE(TellsTraceableFunctions(files_));
  EXPECT_EQ(Names(), (std::vector<std::string>{"vfs_read", "module:helper"}));
  files_.kallsyms = "/nonexistent";
  EXPECT_EQ(Names(), std::vector<std::string>());
}

}  // namespace
}  // namespace bpf_exporter::kernel
