// SPDX-License-Identifier: Apache-2.0
// Tests: child_test.cc, corrupt_object_test.cc
#include "object/child.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "object/child_socket.h"

namespace bpf_exporter::object {
namespace {

constexpr rlim_t kMemory = rlim_t{1} << 30;
constexpr std::chrono::seconds kGrace{5};       // for the signal that ends a child that is late
constexpr std::chrono::seconds kLettingGo{30};  // of what a child holds

// Values that no library uses for exit(); sanitizers use 1.
enum ExitCode { kFine = 0, kNoMemory = 81 };

// The sanitizers reserve terabytes of address space before main.
#if defined(BPF_EXPORTER_SANITIZED)
constexpr bool kLimitMemory = false;
#else
constexpr bool kLimitMemory = true;
#endif

void LimitMemory() {
  std::ifstream file("/proc/self/statm");
  rlim_t pages = 0;
  file >> pages;
  const rlim_t bytes = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + kMemory;
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
}

// Closes what the parent had open: what a child holds stays in the kernel for as long as it runs.
void CloseOthers(int socket, const std::vector<int>& kept) {
  std::vector<int> open_now;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    open_now.push_back(ParseWhole<int>(entry.path().filename().native()).value_or(-1));
  }
  for (const int fd : open_now) {
    const bool keep = fd == socket || std::find(kept.begin(), kept.end(), fd) != kept.end();
    if (fd > STDERR_FILENO && !keep) close(fd);
  }
}

void Confine(int socket, const std::vector<int>& kept) {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int number : {SIGALRM, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    signal(number, SIG_DFL);
    sigaddset(&ending, number);
  }
  // Those that end the exporter are for it alone: the child ends when it does.
  sigprocmask(SIG_UNBLOCK, &ending, nullptr);
  sigset_t left_to_parent;
  sigemptyset(&left_to_parent);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&left_to_parent, number);
  sigprocmask(SIG_BLOCK, &left_to_parent, nullptr);
  CloseOthers(socket, kept);
  prctl(PR_SET_DUMPABLE, 0);  // no core file, also where core_pattern is a pipe
  if (kLimitMemory) LimitMemory();
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  dup2(null.get(), STDOUT_FILENO);
  if (!log::Enabled(log::Level::kDebug)) dup2(null.get(), STDERR_FILENO);
}

// Serves until the parent is gone. Nothing may be thrown into what the parent was doing.
[[noreturn]] void Run(int socket, Child::Serve serve, const std::vector<int>& kept) noexcept {
  Confine(socket, kept);
  try {
    MessageHeader header;
    std::string request;
    std::vector<Fd> none;
    while (ReceiveMessage(socket, header, request, none)) {
      alarm(header.seconds);
      const Child::Reply reply = serve(request);
      header.last = reply.last ? 1 : 0;
      SendMessage(socket, header, reply.bytes, reply.descriptors);
      if (reply.last) _exit(kFine);
      alarm(0);
    }
    alarm(kLettingGo.count());
    serve = nullptr;
  } catch (const std::bad_alloc&) {
    _exit(kNoMemory);
  }
  _exit(kFine);
}

Error HowItEnded(int status, std::chrono::seconds limit) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoMemory) {
    return Error{"libbpf needs more than 1 GiB of memory for it; the file is corrupt"};
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    return Error{
        fmt::format("libbpf did not finish with it in {} s; the file is corrupt", limit.count())};
  }
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    Error error{"it was killed (signal 9)"};
    error.AddRemedy("dmesg tells whether the kernel did, for want of memory");
    return error;
  }
  const std::string how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                              : fmt::format("exit code {}", WEXITSTATUS(status));
  return Error{fmt::format("libbpf crashed on it ({}); the file is corrupt", how)};
}

// Returns the error of making or serving a child, which a limit of the process refuses.
Error Refused(std::string_view what, int code) {
  Error error = ErrnoError(what, code);
  if (code == EAGAIN) {
    error.AddRemedy("no more processes may be made: pids.max, TasksMax= of a unit, ulimit -u");
  }
  return error;
}

void SetPatience(int socket, std::chrono::seconds patience) {
  const timeval time{static_cast<time_t>(patience.count()), 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time));
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time));
}

}  // namespace

Result<Child> Child::Start(Serve serve, std::vector<int> kept) {
  std::array<int, 2> ends;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Refused("socketpair", errno);
  }
  Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  // A process that ignores this signal, as some supervisors make it do, cannot wait for its child.
  signal(SIGCHLD, SIG_DFL);
  std::unique_lock log = log::Hold();
  const pid_t pid = fork();
  log.unlock();
  if (pid < 0) return Refused("fork", errno);
  if (pid == 0) Run(theirs.get(), std::move(serve), kept);
  return Child(pid, std::move(ours));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), socket_(std::move(other.socket_)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(socket_, other.socket_);
  return *this;
}

Child::~Child() {
  if (!runs()) return;
  shutdown(socket_.get(), SHUT_WR);
  SetPatience(socket_.get(), kLettingGo + kGrace);
  char byte;
  if (recv(socket_.get(), &byte, sizeof(byte), 0) < 0) kill(pid_, SIGKILL);
  Wait();
}

int Child::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  socket_ = Fd();
  return status;
}

Result<Child::Answer> Child::Exchange(std::string_view request, std::chrono::seconds limit) {
  SetPatience(socket_.get(), limit + kGrace);
  MessageHeader header;
  header.seconds = static_cast<std::uint32_t>(limit.count());
  Answer answer;
  if (!SendMessage(socket_.get(), header, request, {}) ||
      !ReceiveMessage(socket_.get(), header, answer.bytes, answer.descriptors)) {
    return ErrnoError("", errno);
  }
  if (header.last != 0) {
    kill(pid_, SIGKILL);  // if it has not ended yet
    Wait();
  }
  return answer;
}

Result<Child::Answer> Child::Ask(std::string_view request, std::chrono::seconds limit) {
  if (!runs()) return Error{"the process that had it has ended"};
  Result<Answer> answer = Exchange(request, limit);
  if (answer) return answer;
  const int code = answer.error().code;
  const bool ended = code == 0 || code == EPIPE || code == ECONNRESET;
  if (!ended) kill(pid_, SIGKILL);
  const int status = Wait();
  if (code == EMFILE) return Refused("take over its maps, programs and links", code);
  return HowItEnded(status, limit);
}

void Child::End() {
  if (!runs()) return;
  kill(pid_, SIGKILL);
  Wait();
}

Error Child::Damaged() {
  End();
  return Error{"libbpf damaged its own process; the file is corrupt"};
}

}  // namespace bpf_exporter::object
