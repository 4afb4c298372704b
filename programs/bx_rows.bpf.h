// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Counters and gauges: the rows of maps. Part of bpf_exporter.bpf.h.

#pragma once

// Declares the counter of what could not be counted: rows that a full map refused, records that a
// full buffer refused. Calls that can fail need it. Expose it as a counter without labels: while it
// stays at 0, nothing is missing from the others.
#define BX_DROPPED(name)                                             \
  BX_PERCPU_ARRAY(name, 1, __u64);                                   \
  enum bx_dropped_ { BX_DROPPED };                                   \
  static __always_inline bool bx_drop_(enum bx_dropped_ bx_first_) { \
    bx_increment_at(&name, bx_first_);                               \
    return false;                                                    \
  }                                                                  \
  _Static_assert(true, "")

// Counts one there, for what the program itself has to leave out.
#define bx_drop() bx_drop_(BX_DROPPED)

// Gives the value of `key`, which begins with zeros if it is new; NULL if the map is full.
#define bx_value(map, key)                                                                \
  ({                                                                                      \
    const BX_KEY_(map) *bx_key_ = (key);                                                  \
    BX_VALUE_(map) *bx_found_ = bpf_map_lookup_elem(map, bx_key_);                        \
    if (!bx_found_) {                                                                     \
      static const BX_VALUE_(map) bx_large_ = {0}; /* the stack has 512 bytes */          \
      const BX_VALUE_(map) bx_small_ = {0};                                               \
      bpf_map_update_elem(map, bx_key_, sizeof(bx_small_) > 64 ? &bx_large_ : &bx_small_, \
                          BPF_NOEXIST);                                                   \
      bx_found_ = bpf_map_lookup_elem(map, bx_key_); /* ours, or another CPU's */         \
      if (!bx_found_) bx_drop();                                                          \
    }                                                                                     \
    bx_found_;                                                                            \
  })

// Gives the value at an index; NULL beyond the array's end.
#define bx_value_at(array, index)                                         \
  ({                                                                      \
    __u32 bx_index_ = (index);                                            \
    BX_VALUE_(array) *bx_found_ = bpf_map_lookup_elem(array, &bx_index_); \
    bx_found_;                                                            \
  })

// Adds to the value of `key`, an integer of 4 or 8 bytes, which begins with 0 if it is new.
#define bx_add(map, key, amount)                                                          \
  ({                                                                                      \
    const BX_KEY_(map) *bx_key_ = (key);                                                  \
    BX_VALUE_(map) bx_amount_ = (amount);                                                 \
    BX_VALUE_(map) *bx_found_ = bpf_map_lookup_elem(map, bx_key_);                        \
    bool bx_done_ = true;                                                                 \
    if (!bx_found_ && bpf_map_update_elem(map, bx_key_, &bx_amount_, BPF_NOEXIST) != 0) { \
      bx_found_ = bpf_map_lookup_elem(map, bx_key_); /* if another CPU was first */       \
      if (!bx_found_) bx_done_ = bx_drop();                                               \
    }                                                                                     \
    if (bx_found_) __sync_fetch_and_add(bx_found_, bx_amount_);                           \
    bx_done_;                                                                             \
  })
#define bx_add_at(array, index, amount)                   \
  ({                                                      \
    BX_VALUE_(array) *bx_to_ = bx_value_at(array, index); \
    if (bx_to_) __sync_fetch_and_add(bx_to_, amount);     \
    bx_to_ != NULL;                                       \
  })

// Adds one.
#define bx_increment(map, key) bx_add(map, key, 1)
#define bx_increment_at(array, index) bx_add_at(array, index, 1)

// Replaces the value of `key`: a gauge, or the time when something began.
#define bx_set(map, key, new_value)                                          \
  ({                                                                         \
    const BX_KEY_(map) *bx_key_ = (key);                                     \
    BX_VALUE_(map) bx_new_ = (new_value);                                    \
    bpf_map_update_elem(map, bx_key_, &bx_new_, BPF_ANY) ? bx_drop() : true; \
  })
#define bx_set_at(array, index, new_value)                          \
  ({                                                                \
    __u32 bx_index_ = (index);                                      \
    BX_VALUE_(array) bx_new_ = (new_value);                         \
    bpf_map_update_elem(array, &bx_index_, &bx_new_, BPF_ANY) == 0; \
  })

// Moves the value of `key` to `*to` and deletes the row; false if there is none.
#define bx_take(map, key, to)                                      \
  ({                                                               \
    const BX_KEY_(map) *bx_key_ = (key);                           \
    BX_VALUE_(map) *bx_found_ = bpf_map_lookup_elem(map, bx_key_); \
    bool bx_taken_ = bx_found_ != NULL;                            \
    if (bx_taken_) {                                               \
      *(to) = *bx_found_;                                          \
      bpf_map_delete_elem(map, bx_key_);                           \
    }                                                              \
    bx_taken_;                                                     \
  })

// Sends `*record` through a ring buffer, perf event array, queue or stack. `ctx` is the program's
// context.
#define bx_send(ctx, map, record)                                                           \
  ({                                                                                        \
    long bx_error_ =                                                                        \
        BX_TYPE_(map) == BPF_MAP_TYPE_RINGBUF                                               \
            ? bpf_ringbuf_output(map, record, sizeof(*(record)), 0)                         \
        : BX_TYPE_(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY                                    \
            ? bpf_perf_event_output(ctx, map, BPF_F_CURRENT_CPU, record, sizeof(*(record))) \
            : bpf_map_push_elem(map, record, 0);                                            \
    bx_error_ ? bx_drop() : true;                                                           \
  })

#define BX_KEY_(map) typeof(*(map)->key)
#define BX_VALUE_(map) typeof(*(map)->value)
#define BX_TYPE_(map) (sizeof(*(map)->type) / sizeof(int))  // what __uint() makes of it
