// SPDX-License-Identifier: Apache-2.0
// Tests: attach_patterns_test.cc
#include "kernel/attach/multi_link.h"

#include <bpf/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

namespace bpf_exporter::kernel {
namespace {

// From <linux/bpf.h> of 6.13, newer than Debian 12's.
constexpr int kTraceKprobeMulti = 42;
constexpr int kTraceUprobeMulti = 48;
constexpr int kTraceKprobeSession = 56;
constexpr int kTraceUprobeSession = 57;
constexpr std::uint32_t kAtReturn = 1;  // BPF_F_KPROBE_MULTI_RETURN, BPF_F_UPROBE_MULTI_RETURN

constexpr MultiLink kKinds[] = {MultiLink::kKprobe, MultiLink::kUprobe, MultiLink::kKprobeSession,
                                MultiLink::kUprobeSession};

// What BPF_LINK_CREATE takes: this, and what the kind of link needs.
struct LinkAttributes {
  std::uint32_t program_fd = 0;
  std::uint32_t target_fd = 0;
  std::uint32_t attach_type = 0;
  std::uint32_t flags = 0;
};
struct KprobeAttributes {
  LinkAttributes link;
  std::uint32_t flags = 0, count = 0;
  std::uint64_t symbols = 0, addresses = 0, cookies = 0;
};
struct UprobeAttributes {
  LinkAttributes link;
  std::uint64_t path = 0, offsets = 0, semaphores = 0, cookies = 0;
  std::uint32_t count = 0, flags = 0, pid = 0, unused = 0;
};

std::uint64_t AddressOf(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

LinkAttributes LinkOf(int program_fd, MultiLink kind) {
  return {.program_fd = static_cast<std::uint32_t>(program_fd), .attach_type = AttachTypeOf(kind)};
}

template <typename Attributes>
Result<Fd> Make(Attributes attributes) {
  const long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes));
  if (fd < 0) return ErrnoError("", errno);
  return Fd(static_cast<int>(fd));
}

bool IsOfUserPrograms(MultiLink kind) {
  return kind == MultiLink::kUprobe || kind == MultiLink::kUprobeSession;
}

}  // namespace

bpf_attach_type AttachTypeOf(MultiLink kind) {
  switch (kind) {
    case MultiLink::kKprobe:
      return static_cast<bpf_attach_type>(kTraceKprobeMulti);
    case MultiLink::kUprobe:
      return static_cast<bpf_attach_type>(kTraceUprobeMulti);
    case MultiLink::kKprobeSession:
      return static_cast<bpf_attach_type>(kTraceKprobeSession);
    case MultiLink::kUprobeSession:
      break;
  }
  return static_cast<bpf_attach_type>(kTraceUprobeSession);
}

std::optional<MultiLink> MultiLinkOf(bpf_attach_type type) {
  for (const MultiLink kind : kKinds) {
    if (AttachTypeOf(kind) == type) return kind;
  }
  return std::nullopt;
}

bool HasMultiLink(MultiLink kind) {
  const bpf_insn instructions[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = AttachTypeOf(kind));
  const Fd program(bpf_prog_load(BPF_PROG_TYPE_KPROBE, nullptr, "GPL", instructions,
                                 std::size(instructions), &options));
  if (!program.valid()) return false;
  // No folder has a function, and no kernel one of that name: the kernel says so if it looks.
  const Result<Fd> link = IsOfUserPrograms(kind)
                              ? LinkToOffsets(program.get(), kind, "/", {0}, false)
                              : LinkToFunctions(program.get(), kind, {"bpf exporter"}, false);
  return !link && link.error().code == (IsOfUserPrograms(kind) ? EBADF : ESRCH);
}

Result<Fd> LinkToFunctions(int program_fd, MultiLink kind, const std::vector<std::string>& names,
                           bool at_return) {
  std::vector<std::uint64_t> symbols;
  for (const std::string& name : names) symbols.push_back(AddressOf(name.c_str()));
  KprobeAttributes attributes{LinkOf(program_fd, kind)};
  attributes.flags = at_return ? kAtReturn : 0;
  attributes.count = static_cast<std::uint32_t>(symbols.size());
  attributes.symbols = AddressOf(symbols.data());
  return Make(attributes);
}

Result<Fd> LinkToOffsets(int program_fd, MultiLink kind, const std::string& path,
                         const std::vector<std::uint64_t>& offsets, bool at_return) {
  UprobeAttributes attributes{LinkOf(program_fd, kind)};
  attributes.path = AddressOf(path.c_str());
  attributes.offsets = AddressOf(offsets.data());
  attributes.count = static_cast<std::uint32_t>(offsets.size());
  attributes.flags = at_return ? kAtReturn : 0;
  return Make(attributes);
}

}  // namespace bpf_exporter::kernel
