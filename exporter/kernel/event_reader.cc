#include "kernel/event_reader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "base/fd.h"
#include "base/log.h"
#include "kernel/libbpf_log.h"

namespace bpf_exporter {
namespace {

// Records whose program suppressed the wake-up are found after this time at the latest.
constexpr int kPollMilliseconds = 250;

struct FreePerfBuffer {
  void operator()(perf_buffer* buffer) const { perf_buffer__free(buffer); }
};
struct FreeRingBuffer {
  void operator()(ring_buffer* buffer) const { ring_buffer__free(buffer); }
};

void OnPerfRecord(void* table, int, void* data, std::uint32_t size) {
  static_cast<EventTable*>(table)->Add({static_cast<const char*>(data), size});
}

void OnPerfLost(void* table, int, unsigned long long records) {
  static_cast<EventTable*>(table)->AddLost(records);
}

// libbpf reads a ring buffer until it is empty, which a busy program never lets happen.
constexpr std::uint32_t kMostRingRecords = 65'536;

struct Ring {
  EventTable* table = nullptr;
  std::uint32_t left = 0;  // records that this round may still take
  std::unique_ptr<ring_buffer, FreeRingBuffer> buffer;
};

int OnRingRecord(void* context, void* data, std::size_t size) {
  auto& ring = *static_cast<Ring*>(context);
  ring.table->Add({static_cast<const char*>(data), size});
  return --ring.left == 0 ? -EAGAIN : 0;  // this record counts as read either way
}

class QueueReader : public MapReader {
 public:
  QueueReader(std::string map, int map_fd, std::uint32_t max_entries, std::uint32_t record_size,
              std::unique_ptr<EventTable> table)
      : map_(std::move(map)),
        map_fd_(map_fd),
        max_entries_(max_entries),
        record_(record_size),
        table_(std::move(table)) {}

  Status Read(RowSink& sink) override {
    for (std::uint32_t i = 0; i < max_entries_; ++i) {
      if (bpf_map_lookup_and_delete_elem(map_fd_, nullptr, record_.data()) != 0) {
        if (errno == ENOENT) break;
        return ErrnoError("map '" + map_ + "': take a record", errno);
      }
      table_->Add({record_.data(), record_.size()});
    }
    return table_->Read(sink);
  }

  std::uint32_t cpus() const override { return 1; }

 private:
  const std::string map_;
  const int map_fd_;
  const std::uint32_t max_entries_;
  std::vector<char> record_;
  std::unique_ptr<EventTable> table_;
};

}  // namespace

struct EventReader::State {
  std::vector<std::unique_ptr<perf_buffer, FreePerfBuffer>> perf;
  std::vector<std::unique_ptr<Ring>> rings;  // libbpf keeps their addresses
  Fd epoll;
  Fd stop;
  std::thread thread;

  ~State() {
    if (!thread.joinable()) return;
    const std::uint64_t one = 1;
    // An eventfd's counter cannot be full here: this is its only write.
    if (write(stop.get(), &one, sizeof(one)) < 0) log::Error("event reader: stop: errno {}", errno);
    thread.join();
  }

  Status Open(const EventSource& source) {
    const LibbpfLog log;  // keeps libbpf from printing; errno tells the cause
    int fd = -1;
    if (source.is_ringbuf) {
      Ring& ring = *rings.emplace_back(std::make_unique<Ring>());
      ring.table = source.table;
      ring.buffer.reset(ring_buffer__new(source.map_fd, OnRingRecord, &ring, nullptr));
      if (ring.buffer == nullptr)
        return ErrnoError("map '" + source.map + "': open ring buffer", errno);
      fd = ring_buffer__epoll_fd(ring.buffer.get());
    } else {
      perf.emplace_back(perf_buffer__new(source.map_fd, source.pages, OnPerfRecord, OnPerfLost,
                                         source.table, nullptr));
      if (perf.back() == nullptr)
        return ErrnoError("map '" + source.map + "': open perf buffer", errno);
      fd = perf_buffer__epoll_fd(perf.back().get());
    }
    return Watch(fd);
  }

  Status Watch(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
      return ErrnoError("event reader: watch", errno);
    return {};
  }

  void Run() {
    std::array<epoll_event, 16> events;
    for (;;) {
      const int ready = epoll_wait(epoll.get(), events.data(), events.size(), kPollMilliseconds);
      if (ready < 0 && errno != EINTR) {
        log::Error("event reader: wait: {}", ErrnoError("epoll_wait", errno).text);
        return;
      }
      for (int i = 0; i < ready; ++i)
        if (events[static_cast<std::size_t>(i)].data.fd == stop.get()) return;
      for (const auto& buffer : perf) perf_buffer__consume(buffer.get());
      for (const auto& ring : rings) {
        ring->left = kMostRingRecords;
        ring_buffer__consume(ring->buffer.get());
      }
    }
  }
};

EventReader::EventReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
EventReader::EventReader(EventReader&&) noexcept = default;
EventReader& EventReader::operator=(EventReader&&) noexcept = default;
EventReader::~EventReader() = default;

Result<EventReader> EventReader::Start(const std::vector<EventSource>& sources) {
  auto state = std::make_unique<State>();
  state->epoll = Fd(epoll_create1(EPOLL_CLOEXEC));
  state->stop = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!state->epoll.valid() || !state->stop.valid()) return ErrnoError("event reader: open", errno);
  if (Status watched = state->Watch(state->stop.get()); !watched) return watched.error();
  for (const EventSource& source : sources)
    if (Status opened = state->Open(source); !opened) return opened.error();
  state->thread = std::thread([raw = state.get()] { raw->Run(); });
  return EventReader(std::move(state));
}

std::unique_ptr<MapReader> MakeQueueReader(std::string map, int map_fd, std::uint32_t max_entries,
                                           std::uint32_t record_size,
                                           std::unique_ptr<EventTable> table) {
  return std::make_unique<QueueReader>(std::move(map), map_fd, max_entries, record_size,
                                       std::move(table));
}

}  // namespace bpf_exporter
