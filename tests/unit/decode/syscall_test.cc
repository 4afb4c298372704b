// SPDX-License-Identifier: Apache-2.0
#include <sys/syscall.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "decode/syscall_table.h"
#include "support/paths.h"
#include "unit/decode/run.h"

namespace bpf_exporter::decode {
namespace {

class Syscall : public DecoderTest {
 protected:
  static std::string_view X86(std::uint64_t number, SyscallNames names = SyscallNames::kKernel) {
    return SyscallName(Architecture::kX86, names, number);
  }
  static std::string_view Arm(std::uint64_t number, SyscallNames names = SyscallNames::kKernel) {
    return SyscallName(Architecture::kArm, names, number);
  }
};

TEST_F(Syscall, GivesTheKernelsNames) {
  EXPECT_EQ(Text("syscall", std::to_string(SYS_read)), Ok("read"));
  EXPECT_EQ(Text("syscall", std::to_string(SYS_exit_group)), Ok("exit_group"));
  EXPECT_EQ(Text("syscall", std::to_string(SYS_pread64)), Ok("pread64"));
  EXPECT_EQ(Text("syscall", "447"), Ok("memfd_secret"));
  EXPECT_EQ(Text("syscall", "462"), Ok("mseal"));
  EXPECT_EQ(Text("syscall", "469"), Ok("file_setattr"));
  EXPECT_EQ(First("syscall", Raw<std::uint64_t>(SYS_write)), Ok("write"));
}

TEST_F(Syscall, SaysUnknownForOtherNumbers) {
  EXPECT_EQ(Text("syscall", "400"), Ok("unknown_syscall:400"));
  EXPECT_EQ(Text("syscall", "1000"), Ok("unknown_syscall:1000"));
  EXPECT_EQ(Text("syscall", "-1"), Ok("unknown_syscall:-1"));
  EXPECT_EQ(Text("syscall", "18446744073709551615"), Ok("unknown_syscall:18446744073709551615"));
  EXPECT_EQ(Text("syscall", "read"),
            Failed("decoder 'syscall' takes a decimal number, not 'read'"));
}

TEST_F(Syscall, GivesStraceNamesWhenAsked) {
  EXPECT_EQ(Text(Spec("syscall"), std::to_string(SYS_exit_group), true), Ok("exit"));
  EXPECT_EQ(Text(Spec("syscall"), "461", true), Ok("lsm_list_modules"));
  EXPECT_EQ(Text(Spec("syscall"), "462", true), Ok("unknown_syscall:462"));
}

TEST_F(Syscall, BothArchitecturesHaveTheirNumbers) {
  EXPECT_EQ(X86(0), "read");
  EXPECT_EQ(X86(1), "write");
  EXPECT_EQ(X86(293), "pipe2");
  EXPECT_EQ(X86(336), "uprobe");
  EXPECT_EQ(X86(337), "");
  EXPECT_EQ(X86(447), "memfd_secret");
  EXPECT_EQ(Arm(0), "io_setup");
  EXPECT_EQ(Arm(243), "recvmmsg");
  EXPECT_EQ(Arm(244), "");
  EXPECT_EQ(Arm(293), "rseq");
  EXPECT_EQ(Arm(447), "memfd_secret");
}

// strace's own tables are the oracle, as far as strace 6.1 goes; the calls after 450 have the names
// of the kernel there, and ebpf_exporter's table of them ends with 461.
TEST_F(Syscall, StraceNamesAreThoseOfStracesSource) {
  std::map<std::pair<std::string, std::uint64_t>, std::string> expected;
  std::ifstream file(SourcePath("tests/unit/decode/strace_names.txt"));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    std::pair<std::string, std::uint64_t> call;
    words >> call.first >> call.second >> expected[call];
  }
  ASSERT_EQ(expected.size(), 668u);
  for (std::uint64_t number = 0; number <= 450; ++number) {
    EXPECT_EQ(X86(number, SyscallNames::kStrace), expected[std::pair("x86-64", number)]) << number;
    EXPECT_EQ(Arm(number, SyscallNames::kStrace), expected[std::pair("arm64", number)]) << number;
  }
  for (std::uint64_t number = 451; number <= 461; ++number) {
    EXPECT_EQ(X86(number, SyscallNames::kStrace), X86(number));
    EXPECT_EQ(Arm(number, SyscallNames::kStrace), Arm(number));
  }
  EXPECT_EQ(X86(462, SyscallNames::kStrace), "");
}

TEST_F(Syscall, NoNameIsThereTwice) {
  for (const Architecture architecture : {Architecture::kX86, Architecture::kArm}) {
    std::set<std::string_view> seen;
    for (int number = 0; number < 600; ++number) {
      const std::string_view name = SyscallName(architecture, SyscallNames::kKernel, number);
      if (name.empty()) continue;
      EXPECT_TRUE(seen.insert(name).second) << name;
    }
  }
}

// The build host's own header is the oracle for the numbers that it knows.
TEST_F(Syscall, AgreesWithTheHeadersOfTheBuildHost) {
  const char* const header = kOwnArchitecture == Architecture::kX86
                                 ? "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
                                 : "/usr/include/asm-generic/unistd.h";
  std::ifstream file(header);
  if (!file) GTEST_SKIP() << header << " is not installed";
  int compared = 0;
  for (std::string line; std::getline(file, line);) {
    char name[64];
    int number = 0;
    if (std::sscanf(line.c_str(), "#define __NR_%63s %d", name, &number) != 2) continue;
    if (std::string_view(name) == "syscalls" || std::string_view(name) == "arch_specific_syscall") {
      continue;
    }
    EXPECT_EQ(Text("syscall", std::to_string(number)), Ok(name));
    ++compared;
  }
  EXPECT_GT(compared, 250);
}

// Returns the system calls of arm64 by number from the kernel's header, which all newer
// architectures share.
std::map<int, std::string> GenericCalls() {
  std::ifstream file("/usr/include/asm-generic/unistd.h");
  std::map<int, std::string> calls;
  std::map<std::string, int> by_size;  // those that 32-bit architectures call by another name
  bool for_64_bits = false;
  for (std::string line; std::getline(file, line);) {
    char name[64];
    char other[64];
    int number = 0;
    if (line.starts_with("#if __BITS_PER_LONG == 64 && !defined(__SYSCALL_COMPAT)")) {
      for_64_bits = true;
    }
    if (line == "#else") for_64_bits = false;
    if (std::sscanf(line.c_str(), "#define __NR_%63s __NR3264_%63s", name, other) == 2) {
      if (for_64_bits && by_size.contains(other)) calls[by_size[other]] = name;
    } else if (std::sscanf(line.c_str(), "#define __NR3264_%63s %d", name, &number) == 2) {
      by_size.emplace(name, number);
    } else if (std::sscanf(line.c_str(), "#define __NR_%63s %d", name, &number) == 2) {
      calls[number] = name;
    }
  }
  // Calls that only 32-bit architectures have (time64), a base of others, and the count of all.
  std::erase_if(calls, [](const auto& call) {
    return (call.first >= 403 && call.first <= 423) || call.second == "arch_specific_syscall" ||
           call.second == "syscalls" || call.second == "sync_file_range2";
  });
  return calls;
}

TEST_F(Syscall, AgreesWithTheHeaderOfArm) {
  const std::map<int, std::string> calls = GenericCalls();
  if (calls.empty()) GTEST_SKIP() << "asm-generic/unistd.h is not installed";
  for (const auto& [number, name] : calls) EXPECT_EQ(Arm(number), name) << number;
  for (int number = 0; number < calls.rbegin()->first; ++number) {
    EXPECT_EQ(calls.contains(number), !Arm(number).empty()) << number << " " << Arm(number);
  }
  EXPECT_GT(calls.size(), 300u);
}

}  // namespace
}  // namespace bpf_exporter::decode
