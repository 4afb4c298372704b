// SPDX-License-Identifier: Apache-2.0
// Tests: collector_test.cc
#include "metrics/family.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include "metrics/buckets.h"
#include "metrics/cell_pool.h"
#include "metrics/hash.h"

namespace bpf_exporter::metrics {
namespace {

std::uint64_t HashText(std::string_view text) {
  return HashBytes(text.data(), text.size(), HashSeed());
}

}  // namespace

Family::Family(std::shared_ptr<const plan::MetricPlan> first)
    : plan_(std::move(first)),
      stride_(static_cast<std::uint32_t>(CellsPerSeries(*plan_))),
      texts_(std::make_shared<TextArena>()),
      pool_(std::make_shared<CellPool>()) {}

std::uint32_t Family::AddMetric(const plan::MetricPlan& metric) {
  if (metric.kind != plan_->kind || metric.histogram.numbers != plan_->histogram.numbers ||
      metric.histogram.bounds != plan_->histogram.bounds ||
      metric.histogram.multiplier != plan_->histogram.multiplier ||
      metric.histogram.native != plan_->histogram.native) {
    throw std::logic_error(
        fmt::format("metric '{}' of config '{}' does not fit that of config '{}'", metric.family,
                    metric.config, plan_->config));
  }
  if (metrics_.size() >= std::numeric_limits<std::uint16_t>::max()) {
    throw std::length_error(fmt::format("too many metrics are named '{}'", metric.family));
  }
  const std::optional<plan::ValueField>& sum = metric.histogram.sum;
  const bool is_signed = metric.value.is_signed || (sum && sum->is_signed);
  if (is_signed && metric.kind != config::MetricKind::kCounter) number_type_ = NumberType::kSigned;
  may_cancel_ = may_cancel_ || is_signed || metric.kind == config::MetricKind::kGauge;
  metrics_.push_back({metric.max_series});
  if (metrics_.size() > 1) owners_.resize(positions_.size(), 0);
  return static_cast<std::uint32_t>(metrics_.size() - 1);
}

void Family::Begin() {
  std::vector<std::uint32_t>().swap(numbers_);
  large_.clear();
  const std::size_t series = positions_.size();
  if (cells_ == nullptr) {
    cells_ = pool_->Take(series * stride_, series);
  } else {  // the last snapshot went without this family
    cells_->values.assign(series * stride_, 0);
    cells_->present.assign(series, 0);
  }
}

std::uint32_t Family::FindOrAdd(std::string_view text, std::uint32_t metric) {
  const std::uint64_t hash = HashText(text);
  const std::uint32_t known = by_text_.Find(hash, [&](std::uint32_t series) {
    return positions_[series] != kNone && texts_->At(positions_[series]) == text;
  });
  if (known != HashIndex::kNone) return known;

  Metric& added_by = metrics_[metric];
  const std::size_t series = positions_.size();
  // Rows remember the cells of their series in 32 bits, of which the last few are marks.
  const bool addressable = (series + 1) * stride_ < std::numeric_limits<std::uint32_t>::max() - 64;
  if (added_by.series >= added_by.max_series || !addressable) return kNone;

  const auto number = static_cast<std::uint32_t>(series);
  cells_->values.resize(cells_->values.size() + stride_, 0);
  cells_->present.push_back(0);
  if (metrics_.size() > 1) {
    owners_.resize(series);
    owners_.push_back(static_cast<std::uint16_t>(metric));
  }
  positions_.push_back(texts_->Append(text));
  by_text_.Add(number, hash, [this](std::uint32_t n) { return HashOf(n); });
  ++added_by.series;
  return number;
}

std::optional<std::uint64_t> Family::HashOf(std::uint32_t series) const {
  if (positions_[series] == kNone) return std::nullopt;
  return HashText(texts_->At(positions_[series]));
}

std::uint32_t Family::Room(std::uint32_t metric) const {
  const Metric& of = metrics_[metric];
  return of.max_series - std::min(of.max_series, of.series);
}

void Family::NoteLarge(std::uint32_t cell, const Carry& carry) {
  // Counts of buckets are added up on the page.
  const bool is_count =
      plan_->kind == config::MetricKind::kHistogram && cell % stride_ < SumCell(plan_->histogram);
  const bool fits =
      carry.as_signed == 0 && (carry.as_unsigned == 0 || number_type_ == NumberType::kSigned);
  if (is_count || !fits) large_[cell] += carry;
}

SumType Family::TypeOf(std::uint32_t cell) const {
  if (plan_->kind != config::MetricKind::kHistogram) {
    return {number_type_ == NumberType::kSigned, may_cancel_};
  }
  if (cell % stride_ != SumCell(plan_->histogram)) return {};
  return {number_type_ == NumberType::kSigned, false};
}

// Returns whether a histogram's counts are too large together: each may fit.
bool Family::CountIsTooLarge(std::size_t series) const {
  const std::uint64_t* counts = cells_->values.data() + series * stride_;
  __extension__ unsigned __int128 sum = 0;
  for (std::uint32_t i = 0; i < SumCell(plan_->histogram); ++i) sum += counts[i];
  return sum >> 64 != 0;
}

void Family::SaturateLarge() {
  const auto count = [this](std::size_t series) {
    ++metrics_[owners_.empty() ? 0 : owners_[series]].saturated;
  };
  std::set<std::size_t> histograms;
  for (const auto& [cell, carry] : large_) {
    const std::size_t series = cell / stride_;
    if (plan_->kind == config::MetricKind::kHistogram) {
      if (cell % stride_ == OutsideCell(plan_->histogram)) continue;  // which no page shows
      histograms.insert(series);
    }
    if (Saturate(carry, TypeOf(cell), cells_->values[cell])) count(series);
  }
  for (const std::size_t series : histograms) {
    if (CountIsTooLarge(series)) count(series);
  }
}

FamilySnapshot Family::Finish() {
  SaturateLarge();
  FamilySnapshot snapshot;
  snapshot.metric = plan_;
  snapshot.number_type = number_type_;
  snapshot.texts = texts_;
  snapshot.series = std::accumulate(cells_->present.begin(), cells_->present.end(), std::size_t{0});
  for (Metric& metric : metrics_) metric.present = 0;
  if (owners_.empty() && !metrics_.empty()) metrics_[0].present = snapshot.series;
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    metrics_[owners_[i]].present += cells_->present[i];
  }
  snapshot.cells = pool_->Share(std::move(cells_));
  return snapshot;
}

bool Family::EndSweep() {
  for (std::size_t series = 0; series < positions_.size(); ++series) {
    if (kept_[series] != 0 || positions_[series] == kNone) continue;
    positions_[series] = kNone;
    --metrics_[owners_.empty() ? 0 : owners_[series]].series;
    ++dead_;
  }
  constexpr std::size_t kFewest = 1024;
  const bool renumber = dead_ > std::max(positions_.size() - dead_, kFewest);
  if (renumber) Compact();
  std::vector<std::uint8_t>().swap(kept_);
  return renumber;
}

// Moves the living series to a new arena, in their order; snapshots keep the old one.
void Family::Compact() {
  auto texts = std::make_shared<TextArena>();
  std::vector<TextArena::Position> positions;
  std::vector<std::uint16_t> owners;
  positions.reserve(positions_.size() - dead_);
  numbers_.assign(positions_.size(), kNone);
  for (std::size_t series = 0; series < positions_.size(); ++series) {
    if (positions_[series] == kNone) continue;
    numbers_[series] = static_cast<std::uint32_t>(positions.size());
    positions.push_back(texts->Append(texts_->At(positions_[series])));
    if (!owners_.empty()) owners.push_back(owners_[series]);
  }
  texts_ = std::move(texts);
  positions_ = std::move(positions);
  owners_ = std::move(owners);
  dead_ = 0;
  by_text_.Rebuild(static_cast<std::uint32_t>(positions_.size()),
                   [this](std::uint32_t n) { return HashOf(n); });
}

}  // namespace bpf_exporter::metrics
