// SPDX-License-Identifier: Apache-2.0
// Tests: corrupt_object_test.cc
#include "object/child.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <new>
#include <string>

#include "base/fd.h"

namespace bpf_exporter::object {
namespace {

constexpr unsigned kSeconds = 10;
constexpr rlim_t kAddressSpace = rlim_t{1} << 30;
constexpr std::size_t kMaxText = 4096;  // fits into an empty pipe, so that writing never waits

// Values that no library uses for exit(); sanitizers use 1.
enum ExitCode { kFine = 0, kFailed = 80, kNoMemory = 81 };

// The sanitizers reserve terabytes of address space before main.
#if defined(BPF_EXPORTER_SANITIZED)
constexpr bool kLimitMemory = false;
#else
constexpr bool kLimitMemory = true;
#endif

void Confine() {
  for (const int signal_number : {SIGALRM, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTERM}) {
    signal(signal_number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  alarm(kSeconds);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_DUMPABLE, 0);  // no core file, also where core_pattern is a pipe
  const rlimit limit{kAddressSpace, kAddressSpace};
  if (kLimitMemory) setrlimit(RLIMIT_AS, &limit);
  if (const int null = open("/dev/null", O_RDWR | O_CLOEXEC); null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
}

[[noreturn]] void Child(int out, const std::function<Status()>& work) {
  Confine();
  int code = kNoMemory;
  try {
    if (const Status status = work(); status) {
      code = kFine;
    } else {
      const std::string& text = status.error().Message();
      const ssize_t written = write(out, text.data(), std::min(text.size(), kMaxText));
      code = written < 0 || status.error().code == ENOMEM ? kNoMemory : kFailed;
    }
  } catch (const std::bad_alloc&) {
  }
  _exit(code);
}

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, kMaxText> buffer;
  while (true) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

// Restores the default action of SIGCHLD while it lives: a process that ignores the signal, as some
// supervisors make it do, cannot wait for its child.
class DefaultChildSignal {
 public:
  DefaultChildSignal() {
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &standard, &before_);
  }
  ~DefaultChildSignal() { sigaction(SIGCHLD, &before_, nullptr); }
  DefaultChildSignal(const DefaultChildSignal&) = delete;
  DefaultChildSignal& operator=(const DefaultChildSignal&) = delete;

 private:
  struct sigaction before_;
};

Status Verdict(int status, std::string text) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kFine) return {};
  if (WIFEXITED(status) && WEXITSTATUS(status) == kFailed) return Error{std::move(text)};
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoMemory) {
    return Error{"libbpf needs more than 1 GiB of memory for it; the file is corrupt"};
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return Error{
        fmt::format("libbpf did not finish with it in {} s; the file is corrupt", kSeconds)};
  }
  const std::string how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                              : fmt::format("exit code {}", WEXITSTATUS(status));
  return Error{fmt::format("libbpf crashed on it ({}); the file is corrupt", how)};
}

}  // namespace

Status TryInChild(const std::function<Status()>& work) {
  std::array<int, 2> ends;
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return ErrnoError("pipe", errno);
  const Fd in(ends[0]);
  Fd out(ends[1]);
  const DefaultChildSignal default_signal;
  const pid_t child = fork();
  if (child < 0) return ErrnoError("fork", errno);
  if (child == 0) Child(out.get(), work);
  out = Fd();
  std::string text = ReadAll(in.get());
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return ErrnoError("waitpid", errno);
  }
  return Verdict(status, std::move(text));
}

}  // namespace bpf_exporter::object
