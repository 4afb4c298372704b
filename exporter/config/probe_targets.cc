// SPDX-License-Identifier: Apache-2.0
// Tests: probes_test.cc
#include "config/probe_targets.h"

#include <fmt/format.h>

#include "config/probes.h"
#include "config/scalars.h"

namespace bpf_exporter::config {
namespace {

void ReadAll(const Field& field, ProbeSpec& probe) {
  probe.every_target = true;
  probe.targets = ReadTexts(field);
  if (field.node.kind == Node::Kind::kList && probe.targets.empty()) {
    field.Error(fmt::format("{}: the list is empty", field.name));
  }
}

constexpr Key<ProbeSpec> kEachOfKeys[] = {{"all", ReadAll}};

}  // namespace

constinit const Mapping<ProbeSpec> kEachOfMapping = {"each_of", "a mapping of targets",
                                                     "{all: [vfs_read, vfs_write]}", kEachOfKeys};

void ReadTargets(const Field& field, ProbeSpec& probe) {
  if (field.node.kind != Node::Kind::kMapping) {
    probe.targets = ReadTextOrTexts(field);
  } else if (ValueOf(field.node, "all") == nullptr) {
    Require(field, fmt::format("{} as a mapping", field.name), {"all"});
  } else {
    ReadMapping(field, kEachOfMapping, probe);
  }
}

void ReadEachTarget(const Field& field, ProbeSpec& probe) {
  probe.every_target = true;
  probe.targets = ReadTextOrTexts(field);
}

}  // namespace bpf_exporter::config
