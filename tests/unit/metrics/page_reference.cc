// SPDX-License-Identifier: Apache-2.0
#include "unit/metrics/page_reference.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace bpf_exporter::metrics {
namespace {

std::string Text(const plan::LabelPlan& label, const std::string& key) {
  std::string out;
  label.decoders.at(0)->Decode(key.substr(label.offset, label.size), out);
  return out;
}

std::string LabelTexts(const plan::MetricPlan& metric, const std::string& key, std::uint32_t cpu) {
  std::string text;
  for (const plan::LabelPlan& label : metric.labels) {
    text += text.empty() ? "" : ",";
    text += label.name + "=\"";
    for (const char c : label.is_cpu ? std::to_string(cpu) : Text(label, key)) {
      text += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : c == '"' ? "\\\"" : std::string(1, c);
    }
    text += "\"";
  }
  return text;
}

std::uint64_t NumberAt(const std::string& value, const plan::ValueField& field) {
  std::uint64_t number = 0;
  for (std::uint32_t i = 0; i < field.width; ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(value.at(field.offset + i))} << (8 * i);
  }
  const std::uint64_t sign = std::uint64_t{1} << (8 * field.width - 1);
  if (field.is_signed && field.width < 8 && (number & sign) != 0) number -= 2 * sign;
  return number;
}

// The shortest of printf's texts that reads back as the same number, in the page's notation.
std::string MakeWritten(double number) {
  if (number == 0) return "0";
  std::string text;
  for (int digits = 1; digits <= 17; ++digits) {
    char buffer[64];
    std::snprintf(buffer, sizeof(buffer), "%.*e", digits - 1, number);
    text = buffer;
    if (std::strtod(buffer, nullptr) == number) break;
  }
  const std::size_t e = text.find('e');
  const int exponent = std::stoi(text.substr(e + 1));
  if (exponent < -4 || exponent > 5) return text;
  std::string digits = text.substr(0, e);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  const std::string sign = digits[0] == '-' ? "-" : "";
  digits.erase(0, sign.size());
  if (exponent < 0) return sign + "0." + std::string(-exponent - 1, '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0');
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string Written(double number) {
  static std::map<double, std::string> known;  // the long way takes microseconds
  auto [entry, added] = known.try_emplace(number);
  if (added) entry->second = MakeWritten(number);
  return entry->second;
}

// The values of these tests are small enough for a double.
std::string Written(std::uint64_t number) {
  if (number >= std::uint64_t{1} << 53) throw std::logic_error("too large for this reference");
  return Written(static_cast<double>(number));
}

std::size_t PlainCellOf(const plan::HistogramPlan& histogram, std::uint64_t number) {
  for (std::size_t i = 0; i < histogram.numbers.size(); ++i) {
    if (histogram.numbers[i] == number) return i;
  }
  return histogram.bounds.size() + (number == histogram.sum_number ? 0 : 1);
}

void WriteHistogram(const plan::MetricPlan& metric, const std::string& labels,
                    const std::vector<std::uint64_t>& cells, std::string& page) {
  const plan::HistogramPlan& histogram = metric.histogram;
  const std::string before = labels.empty() ? "" : labels + ",";
  const std::string around = labels.empty() ? "" : "{" + labels + "}";
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < histogram.bounds.size(); ++i) {
    count += cells[i];
    page += metric.family + "_bucket{" + before + "le=\"" + Written(histogram.bounds[i]) + "\"} " +
            Written(count) + "\n";
  }
  page += metric.family + "_bucket{" + before + "le=\"+Inf\"} " + Written(count) + "\n";
  page += metric.family + "_sum" + around + " " +
          Written(static_cast<double>(cells[histogram.bounds.size()]) * histogram.multiplier) +
          "\n";
  page += metric.family + "_count" + around + " " + Written(count) + "\n";
}

}  // namespace

void PageReference::AddSource(std::shared_ptr<const FakeMap> map, std::uint32_t value_size,
                              std::vector<plan::MetricPlan> metrics) {
  for (const plan::MetricPlan& metric : metrics) {
    families_.try_emplace(metric.family).first->second.plan = metric;
  }
  sources_.push_back({std::move(map), value_size, std::move(metrics)});
}

void PageReference::AddLane(const Place& place, const plan::MetricPlan& metric,
                            const std::string& value, std::uint32_t first_cpu, std::uint32_t cpus) {
  const Source& source = sources_.at(std::get<0>(place));
  const std::string& key = std::get<3>(place);
  const plan::HistogramPlan& histogram = metric.histogram;
  Cells added(histogram.bounds.size() + 2, 0);
  for (std::uint32_t cpu = first_cpu; cpu < first_cpu + cpus; ++cpu) {
    const std::string one = value.substr(cpu * ((source.value_size + 7) / 8 * 8));
    if (metric.kind == config::MetricKind::kHistogram && histogram.array) {
      for (std::uint32_t i = 0; i < histogram.array_size; ++i) {
        plan::ValueField field = *histogram.array;
        field.offset += i * field.width;
        std::size_t cell = PlainCellOf(histogram, i);
        // With a sum of its own, no element of the array is one.
        if (histogram.sum && cell == histogram.bounds.size()) ++cell;
        added[cell] += NumberAt(one, field);
      }
      if (histogram.sum) added[histogram.bounds.size()] += NumberAt(one, *histogram.sum);
    } else if (metric.kind == config::MetricKind::kHistogram) {
      const std::string bucket = Text(*histogram.bucket, key);
      added[PlainCellOf(histogram, std::stoull(bucket, nullptr, 0))] += NumberAt(one, metric.value);
    } else {
      added[0] += NumberAt(one, metric.value);
    }
  }
  const bool zero = std::all_of(added.begin(), added.end(), [](auto cell) { return cell == 0; });
  if (metric.skip_zero && zero) return;

  Family& family = families_.at(metric.family);
  auto known = texts_.find(place);
  if (known == texts_.end()) {
    known = texts_.emplace(place, LabelTexts(metric, key, first_cpu)).first;
  }
  if (family.known.insert(known->second).second) family.order.push_back(known->second);
  Cells& cells = family.cells.try_emplace(known->second, Cells(added.size(), 0)).first->second;
  for (std::size_t i = 0; i < added.size(); ++i) cells[i] += added[i];
}

void PageReference::AddRow(std::size_t source, std::size_t number, const std::string& key,
                           const std::string& value) {
  const plan::MetricPlan& metric = sources_[source].metrics[number];
  const std::uint32_t cpus = sources_[source].map->cpus;
  const bool by_cpu = std::any_of(metric.labels.begin(), metric.labels.end(),
                                  [](const plan::LabelPlan& label) { return label.is_cpu; });
  if (!by_cpu) return AddLane({source, number, 0, key}, metric, value, 0, cpus);
  for (std::uint32_t cpu = 0; cpu < cpus; ++cpu) {
    AddLane({source, number, cpu, key}, metric, value, cpu, 1);
  }
}

std::string PageReference::Snapshot() {
  for (auto& [name, family] : families_) {
    family.failed = false;
    family.cells.clear();
  }
  for (std::size_t source = 0; source < sources_.size(); ++source) {
    const FakeMap& map = *sources_[source].map;
    std::set<std::string> seen;
    for (std::size_t row = 0; row < map.rows.size(); ++row) {
      if (row / map.rows_a_block * map.rows_a_block >= map.fail_after) break;
      const std::string key =
          map.is_array ? Bytes(static_cast<std::uint32_t>(row)) : map.rows[row].key;
      if (!seen.insert(key).second) continue;
      for (std::size_t metric = 0; metric < sources_[source].metrics.size(); ++metric) {
        AddRow(source, metric, key, map.rows[row].value);
      }
    }
    const bool failed = map.fail_after != ~std::size_t{0};
    for (const plan::MetricPlan& metric : sources_[source].metrics) {
      families_.at(metric.family).failed |= failed;
    }
    if (failed) continue;
    std::erase_if(texts_, [&](const auto& entry) {
      return std::get<0>(entry.first) == source && seen.count(std::get<3>(entry.first)) == 0;
    });
  }
  std::string page;
  for (auto& [name, family] : families_) {
    if (family.failed || family.cells.empty()) continue;
    const plan::MetricPlan& plan = family.plan;
    page += "# HELP " + name + " " + plan.help + "\n# TYPE " + name + " " +
            (plan.kind == config::MetricKind::kCounter ? "counter"
             : plan.kind == config::MetricKind::kGauge ? "gauge"
                                                       : "histogram") +
            "\n";
    for (const std::string& labels : family.order) {
      const auto cells = family.cells.find(labels);
      if (cells == family.cells.end()) continue;
      if (plan.kind == config::MetricKind::kHistogram) {
        WriteHistogram(plan, labels, cells->second, page);
        continue;
      }
      const std::uint64_t value = cells->second[0];
      page += name + (labels.empty() ? "" : "{" + labels + "}") + " ";
      page += plan.value.is_signed ? Written(static_cast<double>(static_cast<std::int64_t>(value)))
                                   : Written(value);
      page += "\n";
    }
  }
  // A series stays in its place for as long as a key leads to it.
  std::map<std::string, std::set<std::string>> living;
  for (const auto& [place, text] : texts_) {
    living[sources_[std::get<0>(place)].metrics[std::get<1>(place)].family].insert(text);
  }
  for (auto& [name, family] : families_) {
    family.known = living[name];
    std::erase_if(family.order, [&known = family.known](const std::string& text) {
      return known.count(text) == 0;
    });
  }
  return page;
}

}  // namespace bpf_exporter::metrics
