// SPDX-License-Identifier: Apache-2.0
// Tests: contained_object_test.cc
#include "kernel/load/object_service.h"

#include <chrono>
#include <utility>
#include <vector>

#include "base/pack.h"

namespace bpf_exporter::kernel {
namespace {

using Reply = object::Child::Reply;

ErrorParts PartsOf(const Error& error) {
  return {error.context, error.cause, error.remedy, error.code};
}

}  // namespace

ObjectService::ObjectService(const plan::ConfigPlan& plan, LoadOptions options)
    : plan_(plan), options_(std::move(options)), next_(plan) {}

Reply ObjectService::Serve(std::string_view request) {
  const std::optional<ObjectRequest> asked = Unpack<ObjectRequest>(request);
  if (!asked) return {};
  switch (asked->command) {
    case ObjectCommand::kLoad:
      return Load();
    case ObjectCommand::kAttach:
      return Attach();
    case ObjectCommand::kDropRights: {
      const Status dropped = options_.drop_rights ? options_.drop_rights() : Status();
      return {Pack(dropped ? ErrorParts() : PartsOf(dropped.error()))};
    }
    case ObjectCommand::kWhyNotLater:
      return {Pack(object_->WhyNotLater())};
    case ObjectCommand::kFollow:
      return Follow(*asked);
  }
  return {};
}

Reply ObjectService::Load() {
  object_.reset();  // what an alternative before left
  Result<LoadedObject> loaded = LoadedObject::Load(plan_, options_, *next_);
  LoadAnswer answer;
  if (!loaded) {
    answer.error = PartsOf(loaded.error());
    return {Pack(answer)};
  }
  object_ = *std::move(loaded);
  answer.warnings = object_->warnings();
  std::vector<int> descriptors;
  for (const std::string& name : object_->MapNames()) {
    const auto since = object_->CountedSince(name).time_since_epoch();
    answer.maps.push_back({name, std::chrono::nanoseconds(since).count()});
    descriptors.push_back(object_->Map(name).fd());
  }
  for (const int program : object_->ProgramDescriptors()) descriptors.push_back(program);
  answer.programs = object_->programs();
  return {Pack(answer), std::move(descriptors)};
}

Reply ObjectService::Attach() {
  object_->Attach();
  AttachAnswer answer;
  answer.programs = object_->programs();
  answer.either_of = object_->EitherOf();
  answer.followed = object_->followed();
  next_ = object_->NextAlternatives();
  answer.has_next = next_.has_value();
  std::optional<std::vector<int>> links = next_ ? std::nullopt : object_->Links();
  const bool last = links.has_value();
  return {Pack(answer), last ? *std::move(links) : std::vector<int>(), last};
}

Reply ObjectService::Follow(const ObjectRequest& request) {
  const Time now{std::chrono::nanoseconds(request.now)};
  if (request.present != nullptr) present_ = request.present;
  FollowAnswer answer;
  answer.news = object_->Follow(*present_, now);
  if (!answer.news.empty()) answer.programs = object_->programs();
  return {Pack(answer)};
}

}  // namespace bpf_exporter::kernel
