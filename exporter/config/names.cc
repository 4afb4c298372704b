// SPDX-License-Identifier: Apache-2.0
// Tests: wrong_files_test.cc
#include "config/names.h"

#include <algorithm>

namespace bpf_exporter::config {
namespace {

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsNameCharacter(char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); }

}  // namespace

bool IsMetricName(std::string_view name) {
  if (name.empty() || !(IsNameStart(name[0]) || name[0] == ':')) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return IsNameCharacter(c) || c == ':'; });
}

bool IsLabelName(std::string_view name) {
  return !name.empty() && IsNameStart(name[0]) &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
}

}  // namespace bpf_exporter::config
