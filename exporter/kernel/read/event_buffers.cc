// SPDX-License-Identifier: Apache-2.0
// Tests: event_buffers_test.cc, events_test.py
#include "kernel/read/event_buffers.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/core.h>
#include <linux/perf_event.h>

#include <cerrno>
#include <map>
#include <string_view>
#include <utility>

#include "kernel/causes.h"
#include "object/libbpf_log.h"

namespace bpf_exporter::kernel {
namespace {

struct FreePerfBuffer {
  void operator()(perf_buffer* buffer) const { perf_buffer__free(buffer); }
};
using PerfBufferPtr = std::unique_ptr<perf_buffer, FreePerfBuffer>;
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

// The buffers of one perf event array: one of the CPUs that were online when it was opened, and one
// for each that came later.
struct Perf {
  EventSource source;
  std::uint32_t max_cpus = 0;              // CPUs from this number on have no place in the map
  std::map<int, std::uint32_t> cpus = {};  // that are open, and how often each had gone by then
  PerfBufferPtr first = nullptr;
  std::map<int, PerfBufferPtr> later = {};
};

// What the kernel writes into a perf buffer (linux/perf_event.h).
struct SampleRecord {
  perf_event_header header;
  std::uint32_t size;
  // The bytes that the program sent follow.
};
struct LostRecord {
  perf_event_header header;
  std::uint64_t id;
  std::uint64_t records;
};

bpf_perf_event_ret OnPerfRecord(void* context, int, perf_event_header* header) {
  auto& table = *static_cast<metrics::EventTable*>(context);
  if (header->type == PERF_RECORD_SAMPLE) {
    const auto* sample = reinterpret_cast<const SampleRecord*>(header);
    Count(table, &sample->size + 1, sample->size);
  } else if (header->type == PERF_RECORD_LOST) {
    table.AddLost(reinterpret_cast<const LostRecord*>(header)->records);
  }
  return LIBBPF_PERF_EVENT_CONT;
}

// Opens a buffer on each of the CPUs. Returns null and sets errno if that fails.
PerfBufferPtr OpenPerfBuffer(const EventSource& source, std::vector<int> cpus) {
  perf_event_attr event{};
  event.size = sizeof(event);
  event.type = PERF_TYPE_SOFTWARE;
  event.config = PERF_COUNT_SW_BPF_OUTPUT;
  event.sample_type = PERF_SAMPLE_RAW;
  event.sample_period = 1;
  event.wakeup_events = 1;
  LIBBPF_OPTS(perf_buffer_raw_opts, options, .cpu_cnt = static_cast<int>(cpus.size()),
              .cpus = cpus.data(), .map_keys = cpus.data());
  return PerfBufferPtr(perf_buffer__new_raw(source.map_fd, source.pages, &event, OnPerfRecord,
                                            source.table.get(), &options));
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

Error OpenError(const EventSource& source, std::string_view what, int code) {
  Error error = ErrnoError(fmt::format("map '{}': open {}", source.map, what), code);
  if (!source.is_ringbuf) {
    error.AddRemedy(CauseOf(Operation::kOpenPerfBuffer, code, ReadKernelFacts()));
  }
  return error;
}

}  // namespace

struct EventBuffers::State {
  std::vector<Perf> perf;
  std::vector<std::unique_ptr<Ring>> rings;  // libbpf keeps their addresses

  Status OpenPerf(const EventSource& source);
  static Status FollowCpus(Perf& perf, const host::OnlineCpus& online);
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
    state_->rings.push_back(std::move(ring));
    return {};
  }
  return state_->OpenPerf(source);
}

Status EventBuffers::State::OpenPerf(const EventSource& source) {
  Perf opened{source};
  bpf_map_info info{};
  std::uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(source.map_fd, &info, &size) != 0) {
    return OpenError(source, "perf buffer", errno);
  }
  opened.max_cpus = info.max_entries;
  std::vector<int> cpus;
  for (const auto& [cpu, gone] : host::CpusNow()) {
    if (static_cast<std::uint32_t>(cpu) >= opened.max_cpus) continue;
    cpus.push_back(cpu);
    opened.cpus.emplace(cpu, gone);
  }
  opened.first = OpenPerfBuffer(source, cpus);
  if (opened.first == nullptr) return OpenError(source, "perf buffer", errno);
  perf.push_back(std::move(opened));
  return {};
}

Status EventBuffers::State::FollowCpus(Perf& perf, const host::OnlineCpus& online) {
  std::erase_if(perf.cpus, [&](const auto& entry) {
    const auto now = online.find(entry.first);
    if (now != online.end() && now->second == entry.second) return false;
    if (const auto buffer = perf.later.find(entry.first); buffer != perf.later.end()) {
      perf_buffer__consume(buffer->second.get());
      perf.later.erase(buffer);
    }
    return true;
  });
  Status status;
  for (const auto& [cpu, gone] : online) {
    if (perf.cpus.contains(cpu) || static_cast<std::uint32_t>(cpu) >= perf.max_cpus) continue;
    PerfBufferPtr buffer = OpenPerfBuffer(perf.source, {cpu});
    if (buffer != nullptr) {
      perf.later.insert_or_assign(cpu, std::move(buffer));
      perf.cpus.emplace(cpu, gone);
    } else if (status) {
      status = OpenError(perf.source, fmt::format("perf buffer of CPU {}", cpu), errno)
                   .In(fmt::format("config '{}'", perf.source.config));
    }
  }
  return status;
}

std::vector<Error> EventBuffers::FollowCpus(const host::OnlineCpus& online) {
  const object::LibbpfLog quiet;
  std::vector<Error> errors;
  for (Perf& perf : state_->perf) {
    if (const Status status = State::FollowCpus(perf, online); !status) {
      errors.push_back(status.error());
    }
  }
  return errors;
}

std::vector<int> EventBuffers::fds() const {
  std::vector<int> fds;
  for (const auto& ring : state_->rings) fds.push_back(ring_buffer__epoll_fd(ring->buffer.get()));
  for (const Perf& perf : state_->perf) fds.push_back(perf_buffer__epoll_fd(perf.first.get()));
  for (const Perf& perf : state_->perf) {
    for (const auto& later : perf.later) {
      fds.push_back(perf_buffer__epoll_fd(later.second.get()));
    }
  }
  return fds;
}

bool EventBuffers::HasPerfBuffers() const { return !state_->perf.empty(); }

void EventBuffers::Consume() {
  for (const Perf& perf : state_->perf) {
    perf_buffer__consume(perf.first.get());
    for (const auto& later : perf.later) perf_buffer__consume(later.second.get());
  }
  for (const auto& ring : state_->rings) {
    ring->left = kMaxRingRecords;
    ring_buffer__consume(ring->buffer.get());
  }
}

}  // namespace bpf_exporter::kernel
