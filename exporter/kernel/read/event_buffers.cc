// SPDX-License-Identifier: Apache-2.0
// Tests: events_test.py
#include "kernel/read/event_buffers.h"

#include <bpf/libbpf.h>
#include <fmt/core.h>

#include <cerrno>
#include <utility>

#include "object/libbpf_log.h"

namespace bpf_exporter::kernel {
namespace {

struct FreePerfBuffer {
  void operator()(perf_buffer* buffer) const { perf_buffer__free(buffer); }
};
struct FreeRingBuffer {
  void operator()(ring_buffer* buffer) const { ring_buffer__free(buffer); }
};

// libbpf reads a ring buffer until it is empty, and a busy program never lets it be.
constexpr std::uint32_t kMaxRingRecords = 65'536;

// The callbacks are called from C, through which nothing may be thrown; records for which there is
// no memory are lost.
void Count(metrics::EventTable& table, const void* data, std::size_t size) noexcept {
  try {
    table.Add({static_cast<const char*>(data), size});
  } catch (const std::bad_alloc&) {
    table.AddLost(1);
  }
}

struct Perf {
  std::shared_ptr<metrics::EventTable> table;
  std::unique_ptr<perf_buffer, FreePerfBuffer> buffer;
};

void OnPerfRecord(void* table, int, void* data, std::uint32_t size) {
  Count(*static_cast<metrics::EventTable*>(table), data, size);
}

void OnPerfLost(void* table, int, unsigned long long records) {
  static_cast<metrics::EventTable*>(table)->AddLost(records);
}

struct Ring {
  std::shared_ptr<metrics::EventTable> table;
  std::uint32_t left = 0;  // records that this round may still take
  std::unique_ptr<ring_buffer, FreeRingBuffer> buffer;
};

int OnRingRecord(void* context, void* data, std::size_t size) {
  auto& ring = *static_cast<Ring*>(context);
  Count(*ring.table, data, size);
  return --ring.left == 0 ? -EAGAIN : 0;  // this record counts as read either way
}

Error OpenError(const EventSource& source, const char* what, int code) {
  Error error = ErrnoError(fmt::format("map '{}': open {}", source.map, what), code);
  if (code == EACCES || code == EPERM) {
    error.AddRemedy(
        "perf buffers need CAP_PERFMON, and CAP_IPC_LOCK beyond kernel.perf_event_mlock_kb");
  }
  return error;
}

}  // namespace

struct EventBuffers::State {
  std::vector<Perf> perf;
  std::vector<std::unique_ptr<Ring>> rings;  // libbpf keeps their addresses
  std::vector<int> fds;
};

EventBuffers::EventBuffers() : state_(std::make_unique<State>()) {}
EventBuffers::EventBuffers(EventBuffers&&) noexcept = default;
EventBuffers& EventBuffers::operator=(EventBuffers&&) noexcept = default;
EventBuffers::~EventBuffers() = default;

Status EventBuffers::Open(const EventSource& source) {
  const object::LibbpfLog quiet;  // errno tells the cause
  if (source.is_ringbuf) {
    auto ring = std::make_unique<Ring>();
    ring->table = source.table;
    ring->buffer.reset(ring_buffer__new(source.map_fd, OnRingRecord, ring.get(), nullptr));
    if (ring->buffer == nullptr) return OpenError(source, "ring buffer", errno);
    state_->fds.push_back(ring_buffer__epoll_fd(ring->buffer.get()));
    state_->rings.push_back(std::move(ring));
    return {};
  }
  Perf perf{source.table, nullptr};
  perf.buffer.reset(perf_buffer__new(source.map_fd, source.pages, OnPerfRecord, OnPerfLost,
                                     source.table.get(), nullptr));
  if (perf.buffer == nullptr) return OpenError(source, "perf buffer", errno);
  state_->fds.push_back(perf_buffer__epoll_fd(perf.buffer.get()));
  state_->perf.push_back(std::move(perf));
  return {};
}

const std::vector<int>& EventBuffers::fds() const { return state_->fds; }

void EventBuffers::Consume() {
  for (const Perf& perf : state_->perf) perf_buffer__consume(perf.buffer.get());
  for (const auto& ring : state_->rings) {
    ring->left = kMaxRingRecords;
    ring_buffer__consume(ring->buffer.get());
  }
}

}  // namespace bpf_exporter::kernel
