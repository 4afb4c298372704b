// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/load_failure.h"

#include <fmt/core.h>
#include <linux/capability.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>

#include "kernel/refused_calls.h"

namespace bpf_exporter::kernel {
namespace {

constexpr std::size_t kMaxLines = 5;
constexpr std::size_t kMaxLineLength = 160;
constexpr std::string_view kPrefix = "libbpf: ";

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The name in "prog 'NAME': …" or "map 'NAME': …"; empty if the line is about something else.
std::string_view NameAfter(std::string_view line, std::string_view word) {
  const std::string start = fmt::format("{}{} '", kPrefix, word);
  if (!line.starts_with(start)) return {};
  const std::size_t end = line.find("': ", start.size());
  if (end == std::string_view::npos) return {};
  return line.substr(start.size(), end - start.size());
}

// The name in "extern 'NAME' (strong): not resolved" or "extern (func ksym) 'NAME': not found in
// …"; empty if the line is about something else.
std::string_view MissingSymbol(std::string_view line) {
  if (!line.starts_with(fmt::format("{}extern ", kPrefix))) return {};
  if (!Contains(line, "not found") && !Contains(line, "not resolved")) return {};
  const std::size_t start = line.find('\'');
  const std::size_t end = line.find('\'', start + 1);
  if (start == std::string_view::npos || end == std::string_view::npos) return {};
  return line.substr(start + 1, end - start - 1);
}

std::string_view AfterName(std::string_view line) { return line.substr(line.find("': ") + 3); }

std::string Remedy(const std::vector<std::string>& lines, int code, const KernelFacts& facts) {
  const auto any = [&](std::string_view part) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return Contains(line, part); });
  };
  if (any("BTF is required") || any("loading vmlinux BTF") || any("valid kernel BTF")) {
    if (!facts.btf) {
      return "this kernel has no BTF in /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF); "
             "--btf.path can name a file that has it";
    }
  }
  if (any("invalid func unknown") || any("unknown func ")) {
    if (facts.lockdown == "confidentiality") {
      return "lockdown=confidentiality takes that helper function away";
    }
    return fmt::format("kernel {} does not offer that helper function to this kind of program",
                       facts.release);
  }
  if (any("failed to find kernel BTF type ID")) {
    return fmt::format("kernel {} has no function or tracepoint of that name", facts.release);
  }
  if (code == EPERM) {
    if (!facts.Has(CAP_SYS_ADMIN) && !facts.Has(CAP_BPF)) {
      return "the process lacks CAP_BPF (tracing programs need CAP_PERFMON too, network programs "
             "CAP_NET_ADMIN)";
    }
    if (!facts.Has(CAP_SYS_ADMIN) && !facts.Has(CAP_PERFMON) && !facts.Has(CAP_NET_ADMIN)) {
      return "tracing programs need CAP_PERFMON, network programs CAP_NET_ADMIN";
    }
    if (!facts.Has(CAP_SYS_ADMIN) && !facts.Has(CAP_PERFMON)) {
      return "the process lacks CAP_PERFMON, which tracing programs need";
    }
    if (!facts.Has(CAP_SYS_ADMIN) && !facts.Has(CAP_NET_ADMIN)) {
      return "the process lacks CAP_NET_ADMIN, which network programs need";
    }
    if (!facts.lockdown.empty() && facts.lockdown != "none") {
      return fmt::format("the kernel is locked down (lockdown={})", facts.lockdown);
    }
    return fmt::format("kernel {} does not allow this kind of program", facts.release);
  }
  if (code == E2BIG) {
    return "the verifier follows at most 1,000,000 instructions of a program, on all its paths "
           "together (4,096 without CAP_BPF): unroll less, branch less in loops, use bpf_loop() or "
           "tail calls";
  }
  if (code == ENOMEM) return "a map counts against the memory limit of the cgroup";
  return {};
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string all;
  for (const std::string& part : parts) {
    if (!all.empty()) all.append(separator);
    all.append(part);
  }
  return all;
}

// The newest verifier's log among the lines.
std::vector<std::string> VerifierLog(const std::vector<std::string>& lines) {
  std::vector<std::string> log;
  bool inside = false;
  for (const std::string& line : lines) {
    if (Contains(line, "-- BEGIN PROG LOAD LOG --")) {
      log.clear();
      inside = true;
    } else if (Contains(line, "-- END PROG LOAD LOG --")) {
      inside = false;
    } else if (inside) {
      log.push_back(line);
    }
  }
  return log;
}

// What libbpf itself says of the program, before its summary lines.
std::string OwnWords(const std::vector<std::string>& lines, std::string_view program) {
  for (const std::string& line : lines) {
    if (NameAfter(line, "prog") != program) continue;
    const std::string_view words = AfterName(line);
    if (words.starts_with("BPF program load failed") || words.starts_with("-- ") ||
        words.starts_with("failed to load: ")) {
      continue;
    }
    return std::string(words);
  }
  return {};
}

}  // namespace

std::vector<std::string> TellingLines(const std::vector<std::string>& verifier_log) {
  std::vector<std::string> telling;
  // New kernels repeat the reason in a page of prose.
  const auto prose = std::find_if(
      verifier_log.begin(), verifier_log.end(),
      [](const std::string& line) { return line.starts_with("Verification failed: "); });
  for (auto line = std::make_reverse_iterator(prose);
       line != verifier_log.rend() && telling.size() < kMaxLines; ++line) {
    std::string_view text = *line;
    // "7: (b7) r1 = 0      ; R1=0": the register states help only beside the whole log.
    if (!text.starts_with(';')) text = text.substr(0, text.find(" ; "));
    const std::size_t start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) continue;
    text = text.substr(start, text.find_last_not_of(" \t") - start + 1);
    // "processed 9 insns …" says nothing unless it is all there is; "; @ file:0" says nothing.
    const bool summary = text.starts_with("processed ") && verifier_log.size() > 1;
    if (summary || text.starts_with(";  @")) continue;
    telling.emplace_back(text.substr(0, kMaxLineLength));
  }
  std::reverse(telling.begin(), telling.end());
  return telling;
}

LoadFailure ExplainLoadFailure(const std::vector<std::string>& lines, int code,
                               const KernelFacts& facts) {
  std::string_view last_program, last_map, last_words, symbol;
  for (const std::string& line : lines) {
    if (const std::string_view name = NameAfter(line, "prog"); !name.empty()) last_program = name;
    if (const std::string_view name = NameAfter(line, "map"); !name.empty()) last_map = name;
    if (const std::string_view name = MissingSymbol(line); !name.empty()) symbol = name;
    if (line.starts_with(kPrefix) && NameAfter(line, "map").empty() &&
        !line.starts_with("libbpf: failed to load object")) {
      last_words = std::string_view(line).substr(kPrefix.size());
    }
  }
  LoadFailure failure{std::string(last_program), "", std::string(symbol), ErrnoError("load", code)};
  if (const std::string why = ExplainRefusal(SystemCall::kBpf, code, facts); !why.empty()) {
    failure.error.AddRemedy(why);
    return failure;
  }
  if (!last_program.empty()) {
    const std::vector<std::string> telling = TellingLines(VerifierLog(lines));
    failure.error.AddRemedy(telling.empty() ? OwnWords(lines, last_program)
                                            : "the verifier says: " + Join(telling, " | "));
  } else if (!last_map.empty()) {
    failure.map = last_map;
    failure.error.context = fmt::format("map '{}': create", last_map);
    if (Contains(last_words, "pinned map")) failure.error.AddRemedy(last_words);
  } else if (code != EPERM) {
    failure.error.AddRemedy(last_words);
  }
  failure.error.AddRemedy(Remedy(lines, code, facts));
  return failure;
}

}  // namespace bpf_exporter::kernel
