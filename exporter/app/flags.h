// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/options.h"
#include "base/result.h"

namespace bpf_exporter::app {

// A flag with a value, or one that is on or off. A new flag is a row of Flags() and a member of
// Options, which has the default.
struct Flag {
  const char* name;  // without the dashes
  const char* type;  // what --help calls the value; nullptr: the flag is on or off
  const char* help;
  bool Options::*on = nullptr;  // of a flag that is on or off
  // Sets the value that `text` is; the error does not name the flag.
  std::function<Status(const std::string& text, Options& options)> read = nullptr;
  // Returns the value as text, for the default in --help; null: there is none to show.
  std::function<std::string(const Options& options)> show = nullptr;
  const char* alone = nullptr;  // the value of a flag that is given without one; null: it needs one
  bool for_check = false;       // whether it makes a difference to the command check
};

// Returns the flags in the order of --help.
const std::vector<Flag>& Flags();

}  // namespace bpf_exporter::app
