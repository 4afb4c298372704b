// SPDX-License-Identifier: Apache-2.0
// Tests: attach_network_test.cc
#include "kernel/attach/tc_filter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <utility>

#include "kernel/attach/clsact.h"

namespace bpf_exporter::kernel {
namespace {

// From <linux/bpf.h> of 6.6, newer than Debian 12's.
constexpr int kBpfTcxIngress = 46;
constexpr int kBpfTcxEgress = 47;

bpf_tc_hook Hook(int interface, bool ingress) {
  bpf_tc_hook hook{};
  hook.sz = sizeof(hook);
  hook.ifindex = interface;
  hook.attach_point = ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS;
  return hook;
}

}  // namespace

Result<Fd> AttachTcx(int program_fd, int interface, bool ingress) {
  Fd link(bpf_link_create(program_fd, interface,
                          static_cast<bpf_attach_type>(ingress ? kBpfTcxIngress : kBpfTcxEgress),
                          nullptr));
  if (!link.valid()) return ErrnoError("tcx", errno);
  return link;
}

TcFilter::TcFilter(std::shared_ptr<Clsact> clsact, bool ingress, const bpf_tc_opts& attached)
    : clsact_(std::move(clsact)),
      ingress_(ingress),
      handle_(attached.handle),
      priority_(attached.priority),
      program_id_(attached.prog_id) {}

TcFilter::TcFilter(TcFilter&& other) noexcept = default;

TcFilter& TcFilter::operator=(TcFilter&& other) noexcept {
  std::swap(clsact_, other.clsact_);
  std::swap(ingress_, other.ingress_);
  std::swap(handle_, other.handle_);
  std::swap(priority_, other.priority_);
  std::swap(program_id_, other.program_id_);
  return *this;
}

Result<TcFilter> TcFilter::Attach(int program_fd, int interface, bool ingress) {
  Result<std::shared_ptr<Clsact>> clsact = Clsact::Of(interface);
  if (!clsact) return clsact.error();
  const bpf_tc_hook hook = Hook(interface, ingress);
  LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program_fd);
  if (const int error = -bpf_tc_attach(&hook, &options); error != 0) return ErrnoError("tc", error);
  return TcFilter(std::move(*clsact), ingress, options);
}

int TcFilter::interface() const { return clsact_->interface(); }

bool TcFilter::IsThere() const {
  const bpf_tc_hook hook = Hook(interface(), ingress_);
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle_, .priority = priority_);
  return bpf_tc_query(&hook, &options) == 0 && options.prog_id == program_id_;
}

TcFilter::~TcFilter() {
  if (clsact_ == nullptr || !IsThere()) return;
  const bpf_tc_hook hook = Hook(clsact_->interface(), ingress_);
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle_, .priority = priority_);
  bpf_tc_detach(&hook, &options);
}

}  // namespace bpf_exporter::kernel
