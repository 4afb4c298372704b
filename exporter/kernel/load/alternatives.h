// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "metrics/status.h"
#include "plan/plan.h"

namespace bpf_exporter::kernel {

// Which alternative of each either-of group an object is loaded with, and why those before it are
// not. libbpf loads an object's programs together, so a group moves on by loading anew.
class Alternatives {
 public:
  // Begins with the first of each group of the plan.
  explicit Alternatives(const plan::ConfigPlan& plan);

  // Returns whether the program is of a group, and of another alternative than the one in use.
  bool LeavesOut(std::string_view program) const;

  // Returns whether the group of the program, which is in use, has one more after it.
  bool HasNext(std::string_view program) const;

  // Gives up the alternative of the program, which is in use, because of `why`. Returns whether to
  // go on with the next, or without any where the group is optional; false, and nothing happens,
  // if it was the last, and for programs of no group.
  bool GiveUp(std::string_view program, std::string why);

  // Returns why the program is left out; empty if it is not.
  std::string WhyNot(std::string_view program) const;

  // Returns the error of a program of a group that was the last to be tried; for programs of no
  // group, and where there was no other, `error` of program 'NAME'.
  Error LastError(std::string_view program, const Error& error) const;

  // Returns what is used of each group.
  std::vector<metrics::EitherOfStatus> Statuses() const;

 private:
  struct Group {
    struct Failure {
      std::string program;
      std::string why;
    };
    plan::EitherOf plan;
    std::size_t used = 0;                // as many as there are: none
    std::vector<Failure> failures = {};  // of those before it
  };
  struct Member {
    std::size_t group;
    std::size_t alternative;
  };

  const Member* Find(std::string_view program) const;

  std::vector<Group> groups_;
  std::vector<std::pair<std::string, Member>> members_;
};

}  // namespace bpf_exporter::kernel
