// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Histograms in the buckets of Prometheus' native histograms. Part of bpf_exporter.bpf.h.
//
// Each doubling has 2^schema buckets (schema 0 to 3), whose bounds are 2^(k/2^schema) of the base
// unit and belong to the bucket below them. Every integer is counted where Prometheus' client
// libraries count it: bounds are compared as integers, nothing is rounded. In the configuration
// `bucket_type: native`; the exporter finds in the type what was chosen here.

// The value of a histogram of integers (bytes, packets) with bounds from 2^first to 2^last, for
// first from -1 to 61 and last to 62; in a map of any kind, also as a field of a struct. Element 0,
// the zero bucket, counts what is at most 2^first, and the last element what is over 2^last. With
// -1 the zero bucket holds nothing but 0.
#define BX_NATIVE_HISTOGRAM(schema, first, last) BX_NATIVE_(schema, first, last, -1, 62, 0)

// The same for durations: calls take nanoseconds and bounds are in seconds, for first from -29
// (2 ns) to 32 and last to 33. -20 is about a microsecond, -10 a millisecond, 6 a minute.
#define BX_NATIVE_SECONDS(schema, first, last) BX_NATIVE_(schema, first, last, -29, 33, 9)

// Counts `value` in the histogram of `key`, which is empty if it is new; at an index of an array;
// in a histogram that the program has found.
#define bx_observe_native(map, key, value) BX_OBSERVE_NATIVE_(map, bx_value(map, key), value)
#define bx_observe_native_at(array, index, value) \
  BX_OBSERVE_NATIVE_(array, bx_value_at(array, index), value)
#define bx_observe_native_in(histogram, value)                                                    \
  ({                                                                                              \
    typeof(histogram) bx_native_ = (histogram);                                                   \
    __u64 bx_size_ = (value);                                                                     \
    bx_count_(bx_native_->buckets,                                                                \
              sizeof(bx_native_->buckets) / sizeof(bx_native_->buckets[0]) - 1, &bx_native_->sum, \
              NULL,                                                                               \
              (struct bx_measure_){bx_native_bucket(bx_native_, bx_size_), bx_size_, 0, 1, 1});   \
  })

// The number of the element that `value` is counted in.
#define bx_native_bucket(histogram, value)                                             \
  ({                                                                                   \
    typeof(histogram) bx_of_ = (histogram);                                            \
    bx_native_bucket_(value, BX_SHAPE_(bx_of_, schema), BX_SHAPE_(bx_of_, first) - 64, \
                      BX_SHAPE_(bx_of_, last) - 64, BX_SHAPE_(bx_of_, decimals) != 0); \
  })

// The shape takes no memory. It is there for the types of its fields: arrays, as these have a
// number that the compiler and readers of BTF see. That of exponents is 64 more.
#define BX_NATIVE_(of_schema, of_first, of_last, least, most, of_decimals)                   \
  struct {                                                                                   \
    _Static_assert((of_schema) >= 0 && (of_schema) <= 3, "the schema is 0 to 3");            \
    _Static_assert((of_first) >= (least) && (of_last) <= (most), #least " to " #most);       \
    _Static_assert((of_first) < (of_last), "the range ends before it begins");               \
    __u64 buckets[(((of_last) - (of_first)) << (of_schema)) + 2];                            \
    struct {                                                                                 \
      char schema[1 + (of_schema)];                                                          \
      char first[65 + (of_first)];                                                           \
      char last[65 + (of_last)];                                                             \
      char decimals[1 + (of_decimals)]; /* of the base unit in a value: 9 for nanoseconds */ \
    } shape[0];                                                                              \
    __u64 sum;                                                                               \
  }
#define BX_SHAPE_(histogram, what) ((int)sizeof((histogram)->shape->what) - 1)

#define BX_OBSERVE_NATIVE_(map, value_of_row, value)   \
  ({                                                   \
    BX_VALUE_(map) *bx_row_ = (value_of_row);          \
    if (bx_row_) bx_observe_native_in(bx_row_, value); \
    bx_row_ != NULL;                                   \
  })

// 1 if `value` is over `bound`, else 0; both are below 2^63. Without a branch, see
// bx_exp2_bucket().
static __always_inline __u64 bx_over_(__u64 value, __u64 bound) {
  __u64 room = bound - value;  // below zero if it is over

  barrier_var(room);
  return room >> 63;
}

// How many of the bounds between 2^62 and 2^63 are below `value`, which is between these, too. The
// bounds of one doubling, shifted there and rounded down: which integers are over a bound stays the
// same.
static __always_inline __u64 bx_native_over_(__u64 value, int schema, bool seconds) {
  __u64 over;

  if (seconds) {                                 // 10^9 * 2^(k/8)
    over = bx_over_(value, 0x7735940000000000);  // 10^9 itself
    if (schema >= 1) over += bx_over_(value, 0x544b2fba5f832838);
    if (schema >= 2) {
      over += bx_over_(value, 0x643e1f3e81e6df61);
      over += bx_over_(value, 0x46e1dc4b00b253ec);
    }
    if (schema >= 3) {
      over += bx_over_(value, 0x6d50be1668caaaed);
      over += bx_over_(value, 0x5bec4509686ecf50);
      over += bx_over_(value, 0x4d4c3382a6a891c8);
      over += bx_over_(value, 0x40ffd3d4aa4e5371);
    }
    return over;
  }
  over = bx_over_(value, 0x4000000000000000);  // 2^(k/8)
  if (schema >= 1) over += bx_over_(value, 0x5a827999fcef3242);
  if (schema >= 2) {
    over += bx_over_(value, 0x4c1bf828c6dc54b7);
    over += bx_over_(value, 0x6ba27e656b4eb57a);
  }
  if (schema >= 3) {
    over += bx_over_(value, 0x45cae0f1f545eb73);
    over += bx_over_(value, 0x52ff6b54d8a89c75);
    over += bx_over_(value, 0x62b39508aa836d6e);
    over += bx_over_(value, 0x75606373ee921c97);
  }
  return over;
}

// All but `value` are constants. 10^9 = 5^9 * 2^9 is between 2^29 and 2^30.
static __always_inline __u64 bx_native_bucket_(__u64 value, int schema, int first, int last,
                                               bool seconds) {
  const __u64 most = !seconds     ? 1ull << last
                     : last >= -9 ? 1953125ull << (last + 9)
                                  : 1953125ull >> (-9 - last);
  const int lowest = seconds ? first + 29 : first;  // bits of values that must be told apart
  const int highest = seconds ? last + 29 : last;
  __s64 bucket = highest;

  if (value > most) return ((last - first) << schema) + 1;
  value <<= 62 - highest;
  // To the left until bit 62 is set, in steps of four ways: three comparisons that do not wait for
  // each other take less time than two that do.
  for (int bits = 16; bits > 0; bits /= 4) {
    __u64 steps = 0;

    for (int ways = 1; ways <= 3; ways++) {
      if (ways * bits <= highest - lowest) steps += bx_over_(1ull << (63 - ways * bits), value);
    }
    value <<= steps * bits;
    bucket -= steps * bits;
  }
  bucket = (bucket - (seconds ? 30 : 0) - first) * (1 << schema) + (seconds ? 1 : 0);
  bucket += bx_native_over_(value, schema, seconds);
  barrier_var(bucket);              // or clang makes a branch of it
  return bucket & ~(bucket >> 63);  // below the first bound: 0
}
