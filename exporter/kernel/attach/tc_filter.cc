// SPDX-License-Identifier: Apache-2.0
// Tests: tc_filter_test.cc
#include "kernel/attach/tc_filter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <utility>

#include "base/log.h"
#include "kernel/attach/clsact.h"
#include "kernel/attach/process_token.h"
#include "kernel/attach/tc_filter_name.h"

namespace bpf_exporter::kernel {
namespace {

// From <linux/bpf.h> of 6.6, newer than Debian 12's.
constexpr int kBpfTcxIngress = 46;
constexpr int kBpfTcxEgress = 47;

// Others of ours, and filters of anybody, may have the first of them.
constexpr int kMaxPriorities = 16;
constexpr int kMaxHandles = 64;

bpf_tc_hook LibbpfHook(const TcHook& hook) {
  bpf_tc_hook made{};
  made.sz = sizeof(made);
  made.ifindex = hook.interface;
  made.attach_point = hook.ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS;
  return made;
}

// Adds the filter at the first priority and handle from its own on that are free.
Status AddAtFreePlace(const TcHook& hook, TcBpfFilter& filter, int program_fd) {
  const TcBpfFilter first = filter;
  Status added = Error{"", EEXIST};
  for (int priorities = 0; priorities < kMaxPriorities; ++priorities, ++filter.priority) {
    filter.handle = first.handle;
    for (int handles = 0; handles < kMaxHandles; ++handles, filter.handle += 2) {
      added = AddTcFilter(hook, filter, program_fd);
      if (added || added.error().code != EEXIST) break;
    }
    if (added || added.error().code != EINVAL) break;
  }
  return added;
}

}  // namespace

Result<Fd> AttachTcx(int program_fd, const TcHook& hook) {
  const int type = hook.ingress ? kBpfTcxIngress : kBpfTcxEgress;
  Fd link(bpf_link_create(program_fd, hook.interface, static_cast<bpf_attach_type>(type), nullptr));
  if (!link.valid()) return ErrnoError("tcx", errno);
  return link;
}

Status RemoveTcFilter(const TcHook& hook, std::uint32_t priority, std::uint32_t handle) {
  const bpf_tc_hook where = LibbpfHook(hook);
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle, .priority = priority);
  const int error = -bpf_tc_detach(&where, &options);
  return error == 0 ? Status() : ErrnoError("", error);
}

TcFilter::TcFilter(std::shared_ptr<Clsact> clsact, std::shared_ptr<const ProcessToken> token,
                   const TcHook& hook, const TcBpfFilter& filter)
    : clsact_(std::move(clsact)), token_(std::move(token)), hook_(hook), filter_(filter) {}

TcFilter::TcFilter(TcFilter&& other) noexcept = default;

TcFilter& TcFilter::operator=(TcFilter&& other) noexcept {
  std::swap(clsact_, other.clsact_);
  std::swap(token_, other.token_);
  std::swap(hook_, other.hook_);
  std::swap(filter_, other.filter_);
  std::swap(program_id_, other.program_id_);
  return *this;
}

Result<TcFilter> TcFilter::Attach(int program_fd, const TcHook& hook, const std::string& config,
                                  const std::string& program) {
  Result<std::shared_ptr<const ProcessToken>> token = ProcessToken::Get();
  if (!token) return token.error();
  Result<std::shared_ptr<Clsact>> clsact = Clsact::Of(hook.interface);
  if (!clsact) return clsact.error();
  const TcFilterName name{(*token)->text(), (*clsact)->made(), config, program};
  TcBpfFilter filter{kTcPriority, TcHandle(name), TcFilterNameText(name)};
  if (const Status added = AddAtFreePlace(hook, filter, program_fd); !added) {
    return added.error().In("tc");
  }
  TcFilter attached(*std::move(clsact), *std::move(token), hook, filter);
  attached.program_id_ = attached.ProgramThere();
  return attached;
}

int TcFilter::interface() const { return hook_.interface; }

// Returns the id of the program that the filter at our place runs; 0 if there is none.
std::uint32_t TcFilter::ProgramThere() const {
  const bpf_tc_hook where = LibbpfHook(hook_);
  LIBBPF_OPTS(bpf_tc_opts, options, .handle = filter_.handle, .priority = filter_.priority);
  return bpf_tc_query(&where, &options) == 0 ? options.prog_id : 0;
}

bool TcFilter::IsThere() const { return program_id_ != 0 && ProgramThere() == program_id_; }

TcFilter::~TcFilter() {
  if (clsact_ == nullptr || !IsThere()) return;
  const Status removed = RemoveTcFilter(hook_, filter_.priority, filter_.handle);
  if (removed) return;
  log::Warn("the tc filter at {} stays: {}; bpf_exporter --cleanup or the next start removes it",
            TcHookName(hook_), removed.error().Message());
}

}  // namespace bpf_exporter::kernel
