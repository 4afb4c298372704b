// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Histograms. Part of bpf_exporter.bpf.h.
//
// One row is one histogram, whose value is a BX_HISTOGRAM; in the configuration
// `value: {buckets: buckets, sum: sum}`. Or each bucket is a row (bx_…_rows). Bounds are inclusive.
// What is over the last one is counted in the last bucket.
//
// `unit` is how much is 1 in the histogram. With 1000 it takes nanoseconds and counts microseconds,
// which bucket_multiplier: 0.000001 makes seconds of. What a sum has less than a unit is kept for
// the next time. For linear histograms it is the width of a bucket.

// The value of a histogram with the buckets 0 to count - 1; in a map of any kind, also as a field
// of a struct. The other kind is for linear ones whose sum can be negative.
#define BX_HISTOGRAM(count) BX_HISTOGRAM_(count, __u64)
#define BX_SIGNED_HISTOGRAM(count) BX_HISTOGRAM_(count, __s64)
#define BX_HISTOGRAM_(count, sum_type)             \
  struct {                                         \
    __u64 buckets[count];                          \
    sum_type sum;                                  \
    __s64 rest; /* of the sum, less than a unit */ \
  }

// Counts `value` in the histogram of `key`, which is empty if it is new. exp2: bucket n ends at 2^n
// units; exp2zero: bucket 0 holds 0, bucket n ends at 2^(n-1); linear: bucket n ends at n units,
// and what is negative is in bucket 0.
#define bx_observe_exp2(map, key, value, unit) \
  BX_OBSERVE_(map, bx_value(map, key), bx_exp2_(value, unit))
#define bx_observe_exp2zero(map, key, value, unit) \
  BX_OBSERVE_(map, bx_value(map, key), bx_exp2zero_(value, unit))
#define bx_observe_linear(map, key, value, unit) \
  BX_OBSERVE_(map, bx_value(map, key), bx_linear_(value, unit))

// The same at an index of an array.
#define bx_observe_exp2_at(array, index, value, unit) \
  BX_OBSERVE_(array, bx_value_at(array, index), bx_exp2_(value, unit))
#define bx_observe_exp2zero_at(array, index, value, unit) \
  BX_OBSERVE_(array, bx_value_at(array, index), bx_exp2zero_(value, unit))
#define bx_observe_linear_at(array, index, value, unit) \
  BX_OBSERVE_(array, bx_value_at(array, index), bx_linear_(value, unit))

// The same in a histogram that the program has found: &row->latency.
#define bx_observe_exp2_in(histogram, value, unit) BX_OBSERVE_IN_(histogram, bx_exp2_(value, unit))
#define bx_observe_exp2zero_in(histogram, value, unit) \
  BX_OBSERVE_IN_(histogram, bx_exp2zero_(value, unit))
#define bx_observe_linear_in(histogram, value, unit) \
  BX_OBSERVE_IN_(histogram, bx_linear_(value, unit))

// The same where each bucket is a row: the last field of the key is `bucket`, which these calls
// set, the value an integer of 8 bytes, and `last` what bucket_max says. The row after it has the
// sum.
#define bx_observe_exp2_rows(map, key, value, unit, last) \
  BX_OBSERVE_ROWS_(map, key, bx_exp2_(value, unit), last)
#define bx_observe_exp2zero_rows(map, key, value, unit, last) \
  BX_OBSERVE_ROWS_(map, key, bx_exp2zero_(value, unit), last)
#define bx_observe_linear_rows(map, key, value, unit, last) \
  BX_OBSERVE_ROWS_(map, key, bx_linear_(value, unit), last)

// The bucket numbers alone, of a value in units. Without branches, which cost 10 ns where values
// vary, and give the verifier 30 paths to follow.
static __always_inline __u32 bx_exp2_bucket(__u64 value) {
  __u64 bucket = 1;

  if (value <= 1) return 0;
  value--;  // a bound belongs to its own bucket
  if (value >> 32) {
    value >>= 32;
    bucket += 32;
    barrier_var(value);  // or clang tests it a second time
  }
  for (__u64 bits = 16; bits > 1; bits /= 2) {
    __u64 room = (1ull << bits) - 1 - value;  // below zero if the value has more bits

    barrier_var(room);  // or clang makes a branch of it
    value >>= (room >> 63) * bits;
    bucket += (room >> 63) * bits;
  }
  return bucket + value / 2;
}
static __always_inline __u32 bx_exp2zero_bucket(__u64 value) {
  return value == 0 ? 0 : bx_exp2_bucket(value) + 1;
}

// A value as a histogram takes it: its bucket, and sign * (units * unit + rest).
struct bx_measure_ {
  __u64 bucket;
  __u64 units;
  __u64 rest;
  __u64 unit;
  __s64 sign;
};

static __always_inline struct bx_measure_ bx_measure_of_(__u64 size, __u64 unit, __s64 sign) {
  __u64 units = size / unit;
  __u64 rest = size - units * unit;

  return (struct bx_measure_){units + (rest > 0), units, rest, unit, sign};
}

static __always_inline struct bx_measure_ bx_exp2_(__u64 value, __u64 unit) {
  struct bx_measure_ measure = bx_measure_of_(value, unit, 1);

  measure.bucket = bx_exp2_bucket(measure.bucket);
  return measure;
}

static __always_inline struct bx_measure_ bx_exp2zero_(__u64 value, __u64 unit) {
  struct bx_measure_ measure = bx_measure_of_(value, unit, 1);

  measure.bucket = bx_exp2zero_bucket(measure.bucket);
  return measure;
}

static __always_inline struct bx_measure_ bx_linear_(__s64 value, __u64 unit) {
  struct bx_measure_ measure;

  if (value >= 0) return bx_measure_of_(value, unit, 1);
  measure = bx_measure_of_(-(__u64)value, unit, -1);
  measure.bucket = 0;
  return measure;
}

// Two CPUs that move the same unit from the rest to the sum leave the rest below zero for a while;
// sum * unit + rest is right at any time.
static __always_inline void bx_count_(__u64 *buckets, __u64 last, __u64 *sum, __s64 *rest,
                                      struct bx_measure_ measure) {
  __u64 bucket = measure.bucket;

  barrier_var(bucket);  // the verifier must see it compared, not what it was made from
  if (bucket > last) bucket = last;
  __sync_fetch_and_add(&buckets[bucket], 1);
  if (measure.unit > 1) {
    if (measure.sign * *rest + (__s64)measure.rest >= (__s64)measure.unit) {
      measure.rest -= measure.unit;
      measure.units++;
      barrier_var(measure.units);  // one branch, not two
    }
    __sync_fetch_and_add(rest, measure.sign * measure.rest);
  }
  __sync_fetch_and_add(sum, measure.sign * measure.units);
}

// There is no room for a rest: the sum is rounded up as often as the rest is large, by chance.
static __always_inline __u64 bx_rounded_(struct bx_measure_ measure) {
  if (measure.unit > 1) {
    __u64 random = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32();
    measure.units += random % measure.unit < measure.rest;
  }
  return measure.sign * measure.units;
}

#define BX_OBSERVE_(map, value_of_row, measure)    \
  ({                                               \
    BX_VALUE_(map) *bx_row_ = (value_of_row);      \
    if (bx_row_) BX_OBSERVE_IN_(bx_row_, measure); \
    bx_row_ != NULL;                               \
  })
#define BX_OBSERVE_IN_(histogram, measure)                                                     \
  ({                                                                                           \
    typeof(histogram) bx_into_ = (histogram);                                                  \
    bx_count_(bx_into_->buckets, sizeof(bx_into_->buckets) / sizeof(bx_into_->buckets[0]) - 1, \
              (__u64 *)&bx_into_->sum, &bx_into_->rest, measure);                              \
  })
// The row of the sum comes first: if it has no room the bucket is not counted either.
#define BX_OBSERVE_ROWS_(map, key, measure, last)                               \
  ({                                                                            \
    BX_KEY_(map) *bx_of_ = (key);                                               \
    struct bx_measure_ bx_measure_ = (measure);                                 \
    bool bx_counted_ = false;                                                   \
    BX_VALUE_(map) * bx_sum_;                                                   \
    bx_of_->bucket = (last) + 1;                                                \
    bx_sum_ = bx_value(map, bx_of_);                                            \
    bx_of_->bucket = bx_measure_.bucket < (last) ? bx_measure_.bucket : (last); \
    if (bx_sum_ && bx_increment(map, bx_of_)) {                                 \
      __sync_fetch_and_add(bx_sum_, bx_rounded_(bx_measure_));                  \
      bx_counted_ = true;                                                       \
    }                                                                           \
    bx_counted_;                                                                \
  })
