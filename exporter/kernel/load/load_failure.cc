// SPDX-License-Identifier: Apache-2.0
#include "kernel/load/load_failure.h"

#include <fmt/core.h>
#include <linux/capability.h>
#include <linux/version.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>

#include "kernel/causes.h"
#include "kernel/load/pin_remedy.h"
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

// The name in "prog 'p': failed to find kernel BTF type ID of 'NAME': -3"; empty if the line is
// about something else.
std::string_view MissingFunction(std::string_view line) {
  constexpr std::string_view kWords = "failed to find kernel BTF type ID of '";
  const std::size_t words = line.find(kWords);
  if (words == std::string_view::npos) return {};
  const std::string_view name = line.substr(words + kWords.size());
  return name.substr(0, name.find('\''));
}

std::string_view AfterName(std::string_view line) { return line.substr(line.find("': ") + 3); }

bool AnyContains(const std::vector<std::string>& lines, std::string_view part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return Contains(line, part); });
}

constexpr std::string_view kNoKernelConfig = "failed to open system Kconfig";

std::string Remedy(const std::vector<std::string>& lines, const KernelFacts& facts) {
  const auto any = [&](std::string_view part) { return AnyContains(lines, part); };
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
  if (any(kNoKernelConfig)) {
    return fmt::format(
        "its __kconfig externs need the kernel's configuration: /proc/config.gz "
        "(CONFIG_IKCONFIG_PROC) or /boot/config-{}; a container needs the host's /boot mounted",
        facts.release);
  }
  if (any("failed to find kernel BTF type ID")) {
    return fmt::format("kernel {} has no function or tracepoint of that name", facts.release);
  }
  if (!facts.Has(CAP_SYS_ADMIN) && !facts.Has(CAP_PERFMON) &&
      (any("prohibited for !root") || any("leaks addr") || any("pointer comparison prohibited"))) {
    return "the process lacks CAP_PERFMON, without which the verifier allows less";
  }
  // Clang 18 took some instructions for granted that came with 6.6 (-mcpu=v4).
  if (facts.version < KERNEL_VERSION(6, 6, 0) &&
      (any("uses reserved fields") || any("unknown opcode") || any("invalid BPF_LDX mode"))) {
    return fmt::format(
        "perhaps it was compiled with -mcpu=v4, which needs Linux 6.6; clang -mcpu=v3 makes what "
        "kernel {} runs",
        facts.release);
  }
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
  std::string_view last_program, last_map, last_words, symbol, function;
  for (const std::string& line : lines) {
    if (const std::string_view name = NameAfter(line, "prog"); !name.empty()) last_program = name;
    if (const std::string_view name = NameAfter(line, "map"); !name.empty()) last_map = name;
    if (const std::string_view name = MissingSymbol(line); !name.empty()) symbol = name;
    if (const std::string_view name = MissingFunction(line); !name.empty()) function = name;
    if (line.starts_with(kPrefix) && NameAfter(line, "map").empty() &&
        !line.starts_with("libbpf: failed to load object")) {
      last_words = std::string_view(line).substr(kPrefix.size());
    }
  }
  LoadFailure failure{std::string(last_program),
                      "",
                      std::string(symbol),
                      std::string(function),
                      AnyContains(lines, kNoKernelConfig),
                      ErrnoError("load", code)};
  if (const std::string why = ExplainRefusal(SystemCall::kBpf, code, facts); !why.empty()) {
    failure.error.AddRemedy(why);
    return failure;
  }
  // Then nobody else has something to say.
  const bool lacks_descriptors = code == EMFILE || code == ENFILE;
  if (!last_program.empty() && !lacks_descriptors) {
    const std::vector<std::string> telling = TellingLines(VerifierLog(lines));
    failure.error.AddRemedy(telling.empty() ? OwnWords(lines, last_program)
                                            : "the verifier says: " + Join(telling, " | "));
  } else if (!last_map.empty()) {
    failure.map = last_map;
    failure.error.context = fmt::format("map '{}': create", last_map);
    failure.error.AddRemedy(PinRemedy(lines, code));
  } else if (code != EPERM && !lacks_descriptors) {
    failure.error.AddRemedy(last_words);
  }
  const std::string known = Remedy(lines, facts);
  failure.error.AddRemedy(known);
  const bool is_map = !failure.map.empty();
  // These are guesses for those of which nobody said anything.
  const bool guess = code == EINVAL || code == EACCES || code == kNotSupported;
  const bool silent = !last_program.empty() && failure.error.remedy.empty();
  if (known.empty() && (is_map || !guess || silent)) {
    failure.error.AddRemedy(
        CauseOf(is_map ? Operation::kMakeMap : Operation::kLoadProgram, code, facts));
  }
  return failure;
}

}  // namespace bpf_exporter::kernel
