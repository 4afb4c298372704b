// SPDX-License-Identifier: Apache-2.0
// Tests: attach_patterns_test.cc
#include "kernel/attach/by_pattern.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/wildcard.h"
#include "host/binary_watch.h"
#include "kernel/attach/multi_link.h"
#include "kernel/attach/near_names.h"
#include "kernel/attach/remedy.h"
#include "kernel/traceable_functions.h"
#include "object/binary_functions.h"
#include "plan/probe_kinds.h"

namespace bpf_exporter::kernel {
namespace {

constexpr pid_t kAllProcesses = -1;
constexpr std::size_t kMaxShown = 5;

// A function that a pattern matches.
struct Function {
  std::string name;
  std::uint64_t offset = 0;  // in the file; of the kernel's: 0
};

bool IsAtReturn(const plan::Place& place) {
  return place.kind == config::ProbeKind::kKretprobe || place.kind == config::ProbeKind::kUretprobe;
}

bool IsTaken(const plan::Place& place, std::string_view name) {
  const auto matches = [&](const std::string& pattern) { return MatchesWildcards(pattern, name); };
  return std::any_of(place.targets.begin(), place.targets.end(), matches) &&
         std::none_of(place.except.begin(), place.except.end(), matches);
}

Error WithPlace(const plan::Place& place, std::string cause, int code) {
  const std::string in = place.binary.empty() ? "" : place.binary + ":";
  return Error(fmt::format("{} '{}{}'", plan::InfoOf(*place.kind).key, in, place.target()),
               std::move(cause), code);
}

Error Failed(const plan::Place& place, int code) {
  return WithRemedy(*place.kind, WithPlace(place, CauseText(code), code));
}

std::string Counted(std::size_t functions) {
  return fmt::format("{} function{}", functions, functions == 1 ? "" : "s");
}

// Returns the error for a pattern that takes none of `all` functions.
Error NoneMatches(const plan::Place& place, const std::vector<std::string>& all) {
  const bool excluded = std::any_of(all.begin(), all.end(), [&](const std::string& name) {
    return MatchesWildcards(place.target(), name);
  });
  if (excluded) return WithPlace(place, "other places have all functions that match", ENOENT);
  Error error = WithPlace(place, "no function matches", ENOENT);
  if (all.empty()) {
    error.AddRemedy(place.binary.empty()
                        ? "the kernel tells of no functions (/proc/kallsyms)"
                        : "the binary has no symbols of functions, it is stripped: OFFSET can say "
                          "where one begins");
  } else {
    error.AddRemedy(NearNames(place.target(), all));
  }
  return error;
}

Result<std::vector<Function>> KernelFunctionsOf(const plan::Place& place) {
  std::vector<std::string> names, all;
  ForEachKernelFunction([&](std::string_view name, std::string_view) {
    if (IsTaken(place, name)) names.emplace_back(name);
  });
  if (names.empty()) {
    ForEachKernelFunction([&](std::string_view name, std::string_view) { all.emplace_back(name); });
    return NoneMatches(place, all);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<Function> functions;
  for (std::string& name : names) functions.push_back({std::move(name)});
  return functions;
}

// Each function once, whatever names it has; one that another place has by any of them is left out.
Result<std::vector<Function>> BinaryFunctionsOf(const plan::Place& place, const std::string& path) {
  std::map<std::uint64_t, std::string> taken;
  std::vector<std::uint64_t> excluded;
  std::vector<std::string> all;
  const Status read =
      object::ReadBinaryFunctions(path, [&](std::string_view name, std::uint64_t offset) {
        all.emplace_back(name);
        if (IsTaken(place, name)) {
          taken.try_emplace(offset, name);
        } else if (std::any_of(place.except.begin(), place.except.end(),
                               [&](const auto& other) { return MatchesWildcards(other, name); })) {
          excluded.push_back(offset);
        }
      });
  if (!read && read.error().code == ENOEXEC) {
    return WithPlace(place, "the binary is not an ELF file that can be read", ENOEXEC);
  }
  if (!read) return WithPlace(place, CauseText(read.error().code), read.error().code);
  for (const std::uint64_t offset : excluded) taken.erase(offset);
  if (taken.empty()) return NoneMatches(place, all);
  std::vector<Function> functions;
  for (auto& [offset, name] : taken) functions.push_back({std::move(name), offset});
  return functions;
}

// Returns whether the error is about the one function, and not about all probes.
bool IsOfFunction(int code) {
  return code == EINVAL || code == ENOENT || code == EADDRNOTAVAIL || code == EILSEQ ||
         code == EBUSY || code == EOPNOTSUPP || code == kNotSupported || code == EIO;
}

LinkPtr AttachOne(const bpf_program* program, const plan::Place& place, const std::string& path,
                  const Function& function) {
  if (plan::IsInBinary(place)) {
    LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = IsAtReturn(place));
    return LinkPtr(bpf_program__attach_uprobe_opts(program, place.pid.value_or(kAllProcesses),
                                                   path.c_str(), function.offset, &options));
  }
  LIBBPF_OPTS(bpf_kprobe_opts, options, .retprobe = IsAtReturn(place));
  return LinkPtr(bpf_program__attach_kprobe_opts(program, function.name.c_str(), &options));
}

// Returns the error for more functions than can have a link each.
Error TooMany(const plan::Place& place, std::size_t count) {
  Error error = WithPlace(place,
                          fmt::format("{} functions match, and at most {} can have a link each",
                                      count, kMaxSingleProbes),
                          E2BIG);
  error.AddRemedy("a longer pattern matches fewer");
  const bool in_binary = plan::IsInBinary(place);
  if (!HasMultiLink(in_binary ? MultiLink::kUprobe : MultiLink::kKprobe)) {
    error.AddRemedy(fmt::format("kernel {} has no links to many functions ({})",
                                ReadKernelFacts().release,
                                in_binary ? "Linux 6.6" : "Linux 5.18 with CONFIG_FPROBE"));
  } else {
    error.AddRemedy(
        "a program that is only at patterns of the same kind, without pid, has one link to any "
        "number");
  }
  return error;
}

Result<Attachment> AttachSingly(const bpf_program* program, const plan::Place& place,
                                const std::string& path, const std::vector<Function>& functions) {
  if (!plan::IsInBinary(place) && !ReadKernelFacts().kprobes) return Failed(place, ENOENT);
  if (functions.size() > kMaxSingleProbes) return TooMany(place, functions.size());
  FunctionLinks links;
  std::vector<std::string> refused;
  int code = 0;
  for (const Function& function : functions) {
    LinkPtr link = AttachOne(program, place, path, function);
    if (link != nullptr) {
      links.single.push_back(std::move(link));
      continue;
    }
    code = errno;
    if (!IsOfFunction(code)) return Failed(place, code);
    refused.push_back(function.name);
  }
  if (links.single.empty()) {
    Error error = WithPlace(place, CauseText(code), code);
    error.AddRemedy(fmt::format("none of the {} functions that match can be probed: {}",
                                refused.size(), List(refused, kMaxShown)));
    return error;
  }
  links.detail = Counted(links.single.size());
  if (!refused.empty()) {
    links.detail += fmt::format("; the kernel does not let {} be probed: {}", refused.size(),
                                List(refused, kMaxShown));
  }
  return Attachment(std::move(links));
}

Result<Attachment> AttachAtOnce(const bpf_program* program, const plan::Place& place,
                                MultiLink kind, const std::string& path,
                                const std::vector<Function>& functions) {
  std::vector<std::string> names;
  std::vector<std::uint64_t> offsets;
  for (const Function& function : functions) {
    names.push_back(function.name);
    offsets.push_back(function.offset);
  }
  const int fd = bpf_program__fd(program);
  Result<Fd> link = plan::IsInBinary(place)
                        ? LinkToOffsets(fd, kind, path, offsets, IsAtReturn(place))
                        : LinkToFunctions(fd, kind, names, IsAtReturn(place));
  if (!link) return Failed(place, link.error().code);
  FunctionLinks links;
  links.many = *std::move(link);
  links.detail = Counted(functions.size());
  return Attachment(std::move(links));
}

}  // namespace

Result<Attachment> AttachByPattern(const bpf_program* program, const plan::Place& place) {
  const std::optional<MultiLink> kind = MultiLinkOf(bpf_program__expected_attach_type(program));
  const bool session = kind == MultiLink::kKprobeSession || kind == MultiLink::kUprobeSession;
  if (session && IsAtReturn(place)) {
    Error error = WithPlace(place, "by its section the program runs at the return as well", EINVAL);
    error.AddRemedy(plan::IsInBinary(place) ? "write uprobe:" : "write kprobe:");
    return error;
  }
  std::string path = place.binary;
  if (plan::IsInBinary(place) && path.find('/') == std::string::npos) {
    const std::optional<host::BinaryFiles> found = host::FindBinaries(path);
    if (!found || found->empty()) return Failed(place, ENOENT);
    path = found->begin()->second.path;
  }
  const Result<std::vector<Function>> functions =
      plan::IsInBinary(place) ? BinaryFunctionsOf(place, path) : KernelFunctionsOf(place);
  if (!functions) return functions.error();
  return kind ? AttachAtOnce(program, place, *kind, path, *functions)
              : AttachSingly(program, place, path, *functions);
}

std::set<std::string> ModulesOfPattern(const plan::Place& place) {
  std::set<std::string> modules;
  ForEachKernelFunction([&](std::string_view name, std::string_view module) {
    if (!module.empty() && IsTaken(place, name)) modules.emplace(module);
  });
  return modules;
}

}  // namespace bpf_exporter::kernel
