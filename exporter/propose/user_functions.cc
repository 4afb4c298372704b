// SPDX-License-Identifier: Apache-2.0
// Tests: propose_test.cc
#include "propose/user_functions.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "host/binary_watch.h"
#include "object/binary_functions.h"

namespace bpf_exporter::propose {
namespace {

constexpr const char* kUsualFiles[] = {"libc.so.6",        "libpthread.so.0", "libssl.so.3",
                                       "libssl.so.1.1",    "libcrypto.so.3",  "libgnutls.so.30",
                                       "libz.so.1",        "libstdc++.so.6",  "bash",
                                       "libreadline.so.8", "python3",         "node"};
constexpr std::string_view kSections[] = {"uprobe/", "uprobe.s/", "uretprobe/", "uretprobe.s/"};
constexpr std::string_view kBefore[] = {"handle_",    "trace_",    "probe_", "uprobe_",
                                        "uretprobe_", "do_trace_", "on_"};
constexpr std::string_view kAfter[] = {"_enter", "_entry", "_exit", "_return",
                                       "_ret",   "_begin", "_end",  "_uprobe"};
constexpr std::size_t kShortestName = 2;  // of a program that an object's name begins with

bool Has(const std::string& binary, const std::string& function) {
  const std::optional<host::BinaryFiles> files = host::FindBinaries(binary);
  return files && std::any_of(files->begin(), files->end(), [&](const auto& file) {
           return object::HasFunction(file.second.path, function);
         });
}

// Returns the first file that has it; empty: none.
std::string FileWith(const std::string& function, const std::string& stem) {
  for (std::size_t size = stem.size(); size >= kShortestName; --size) {
    std::string program = stem.substr(0, size);
    if (Has(program, function)) return program;
  }
  const auto* found = std::find_if(std::begin(kUsualFiles), std::end(kUsualFiles),
                                   [&](const char* file) { return Has(file, function); });
  return found == std::end(kUsualFiles) ? "" : *found;
}

}  // namespace

std::optional<UserFunction> FunctionOfSection(const object::ProgramLayout& program,
                                              const std::string& stem) {
  for (const std::string_view word : kSections) {
    if (!program.section.starts_with(word)) continue;
    std::string function = program.section.substr(word.size());
    if (function.empty() || function.find_first_of(":/+*?") != std::string::npos) break;
    std::string file = FileWith(function, stem);
    return UserFunction{std::move(function), std::move(file)};
  }
  return std::nullopt;
}

std::optional<UserFunction> FunctionOfName(const object::ProgramLayout& program,
                                           const std::string& stem) {
  std::string_view name = program.name;
  for (const std::string_view before : kBefore) {
    if (!name.starts_with(before)) continue;
    name.remove_prefix(before.size());
    break;
  }
  for (const std::string_view after : kAfter) {
    if (!name.ends_with(after)) continue;
    name.remove_suffix(after.size());
    break;
  }
  std::string function(name);
  std::string file = function.empty() ? "" : FileWith(function, stem);
  if (file.empty()) return std::nullopt;
  return UserFunction{std::move(function), std::move(file)};
}

}  // namespace bpf_exporter::propose
