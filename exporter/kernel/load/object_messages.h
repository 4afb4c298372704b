// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/load/loaded_program.h"
#include "kernel/present.h"
#include "metrics/status.h"

// What the exporter and the process in which an object is loaded tell each other; base/pack.h makes
// bytes of it.
namespace bpf_exporter::kernel {

enum class ObjectCommand : std::uint8_t {
  kLoad,        // or load again, with the next alternatives
  kAttach,      // everything
  kDropRights,  // as LoadOptions say
  kWhyNotLater,
  kFollow,
};

struct ObjectRequest {
  ObjectCommand command = ObjectCommand::kLoad;
  std::shared_ptr<const Present> present = {};  // kFollow; null: as it was
  std::int64_t now = 0;                         // kFollow: nanoseconds of the steady clock
};

// An error in its parts; without a cause: none.
struct ErrorParts {
  std::string context;
  std::string cause;
  std::string remedy;
  int code = 0;
};

// Of a map that was loaded.
struct MapAnswer {
  std::string name;
  std::int64_t counted_since = 0;  // nanoseconds of the system clock
};

// To kLoad, with the descriptors of the maps and then those of the programs.
struct LoadAnswer {
  ErrorParts error;
  std::vector<std::string> warnings;
  std::vector<MapAnswer> maps;
  std::vector<metrics::ProgramStatus> programs;
};

// To kAttach, with the descriptors of the links if the process ends.
struct AttachAnswer {
  std::vector<metrics::ProgramStatus> programs;
  std::vector<metrics::EitherOfStatus> either_of;
  Followed followed;
  bool has_next = false;  // a program could not be attached, and there are other alternatives
};

// To kFollow; the programs are there if there are news.
struct FollowAnswer {
  std::vector<PlaceNews> news;
  std::vector<metrics::ProgramStatus> programs;
};

}  // namespace bpf_exporter::kernel
