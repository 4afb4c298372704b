// SPDX-License-Identifier: Apache-2.0
// Tests: events_test.py
#include "kernel/read/event_map_readers.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace bpf_exporter::kernel {
namespace {

class TableReader : public metrics::MapReader {
 public:
  explicit TableReader(std::shared_ptr<metrics::EventTable> table) : table_(std::move(table)) {}
  Status Read(metrics::RowSink& sink) override { return table_->Read(sink); }
  std::uint32_t cpus() const override { return 1; }
  std::optional<std::chrono::system_clock::time_point> emptied() const override {
    return table_->counted_since();
  }

 private:
  std::shared_ptr<metrics::EventTable> table_;
};

class QueueReader : public metrics::MapReader {
 public:
  QueueReader(int map_fd, std::uint32_t max_entries, std::uint32_t record_size,
              std::shared_ptr<metrics::EventTable> table)
      : map_fd_(map_fd),
        max_entries_(max_entries),
        record_(record_size),
        table_(std::move(table)) {}

  Status Read(metrics::RowSink& sink) override {
    for (std::uint32_t i = 0; i < max_entries_; ++i) {
      if (bpf_map_lookup_and_delete_elem(map_fd_, nullptr, record_.data()) != 0) {
        if (errno == ENOENT) break;
        return ErrnoError("take a record", errno);
      }
      table_->Add({record_.data(), record_.size()});
    }
    return table_->Read(sink);
  }

  std::uint32_t cpus() const override { return 1; }
  std::optional<std::chrono::system_clock::time_point> emptied() const override {
    return table_->counted_since();
  }

 private:
  const int map_fd_;
  const std::uint32_t max_entries_;
  std::vector<char> record_;
  std::shared_ptr<metrics::EventTable> table_;
};

}  // namespace

std::unique_ptr<metrics::MapReader> MakeEventTableReader(
    std::shared_ptr<metrics::EventTable> table) {
  return std::make_unique<TableReader>(std::move(table));
}

std::unique_ptr<metrics::MapReader> MakeQueueReader(int map_fd, std::uint32_t max_entries,
                                                    std::uint32_t record_size,
                                                    std::shared_ptr<metrics::EventTable> table) {
  return std::make_unique<QueueReader>(map_fd, max_entries, record_size, std::move(table));
}

}  // namespace bpf_exporter::kernel
