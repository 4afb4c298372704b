// SPDX-License-Identifier: Apache-2.0
#include <sys/syscall.h>

#include <fstream>
#include <map>
#include <set>

#include "decode/syscall_table.h"
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

// Kernel's name, strace's name.
TEST_F(Syscall, StraceNamesDifferWhereTheyShould) {
  const std::map<std::string, std::string> expected = {
      {"poll", "poll_time64"},
      {"pread64", "pread"},
      {"pwrite64", "pwrite"},
      {"nanosleep", "nanosleep_time64"},
      {"sendfile", "sendfile64"},
      {"lchown", "chown"},
      {"rt_sigtimedwait", "rt_sigtimedwait_time64"},
      {"sched_rr_get_interval", "sched_rr_get_interval_time64"},
      {"pivot_root", "pivotroot"},
      {"_sysctl", "sysctl"},
      {"adjtimex", "adjtimex64"},
      {"lsetxattr", "setxattr"},
      {"lgetxattr", "getxattr"},
      {"llistxattr", "listxattr"},
      {"lremovexattr", "removexattr"},
      {"futex", "futex_time64"},
      {"io_getevents", "io_getevents_time64"},
      {"epoll_ctl_old", "printargs"},
      {"epoll_wait_old", "printargs"},
      {"semtimedop", "semtimedop_time64"},
      {"timer_settime", "timer_settime64"},
      {"timer_gettime", "timer_gettime64"},
      {"clock_settime", "clock_settime64"},
      {"clock_gettime", "clock_gettime64"},
      {"clock_getres", "clock_getres_time64"},
      {"clock_nanosleep", "clock_nanosleep_time64"},
      {"exit_group", "exit"},
      {"mq_timedsend", "mq_timedsend_time64"},
      {"mq_timedreceive", "mq_timedreceive_time64"},
      {"pselect6", "pselect6_time64"},
      {"ppoll", "ppoll_time64"},
      {"utimensat", "utimensat_time64"},
      {"timerfd_settime", "timerfd_settime64"},
      {"timerfd_gettime", "timerfd_gettime64"},
      {"recvmmsg", "recvmmsg_time64"},
      {"clock_adjtime", "clock_adjtime64"},
      {"io_pgetevents", "io_pgetevents_time64"},
      {"uretprobe", ""},
      {"uprobe", ""},
  };
  std::map<std::string, std::string> differences;
  for (int number = 0; number <= 461; ++number) {
    const std::string_view kernel = X86(number);
    const std::string_view strace = X86(number, SyscallNames::kStrace);
    if (kernel != strace) differences.emplace(kernel, strace);
  }
  EXPECT_EQ(differences, expected);
  for (int number = 0; number <= 461; ++number) {
    const std::string kernel(Arm(number));
    const auto difference = expected.find(kernel);
    EXPECT_EQ(Arm(number, SyscallNames::kStrace),
              difference == expected.end() ? kernel : difference->second);
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
