// The penalty merge is a left-deep chain of two-way merges, as deduplication folds replica after
// replica:
//
//      level 2:   merge ── b: replica 2
//                   │ a
//      level 1:   merge ── b: replica 1
//                   │ a
//      level 0:   replica 0
//
// Each level answers Seek, like a replica does. A level that switches sides lifts the values below
// it, so the values of a replica depend on every level above: the chain is walked, not folded into
// intermediate columns.

#include "series/dedup.h"

#include <algorithm>
#include <limits>

namespace aion::series {
namespace {

constexpr int64_t kInitialPenaltyMs = 5000;

enum class Kind : uint8_t { kNone, kFloat, kHistogram };

/// One replica as a forward cursor over its two columns.
class Replica {
 public:
  explicit Replica(const SampleColumns& columns) : columns_(&columns) {}

  Kind Seek(TimestampMs t) {
    while (float_ < columns_->times.size() && columns_->times[float_] < t) ++float_;
    while (histogram_ < columns_->histogram_times.size() &&
           columns_->histogram_times[histogram_] < t)
      ++histogram_;
    const bool has_float = float_ < columns_->times.size();
    const bool has_histogram = histogram_ < columns_->histogram_times.size();
    if (!has_float && !has_histogram) return kind_ = Kind::kNone;
    const bool take_float =
        has_float &&
        (!has_histogram || columns_->times[float_] <= columns_->histogram_times[histogram_]);
    return kind_ = take_float ? Kind::kFloat : Kind::kHistogram;
  }
  TimestampMs Time() const {
    return kind_ == Kind::kFloat ? columns_->times[float_] : columns_->histogram_times[histogram_];
  }
  /// Without a lift the value keeps its bits: an addition would turn a staleness marker into a
  /// plain NaN.
  double Value() const {
    return lift_ == 0 ? columns_->values[float_] : columns_->values[float_] + lift_;
  }
  void LiftTo(double last_value) {
    const double value = Value();
    if (last_value > value) lift_ += last_value - value;
  }
  void AppendTo(SampleColumns* out) const {
    if (kind_ == Kind::kFloat) {
      out->times.push_back(columns_->times[float_]);
      out->values.push_back(Value());
      if (!columns_->start_times.empty()) out->start_times.push_back(columns_->start_times[float_]);
    } else {
      out->histogram_times.push_back(columns_->histogram_times[histogram_]);
      out->histograms.push_back(columns_->histograms[histogram_]);
    }
  }

 private:
  const SampleColumns* columns_;
  size_t float_ = 0;
  size_t histogram_ = 0;
  Kind kind_ = Kind::kNone;
  double lift_ = 0;
};

class PenaltyChain {
 public:
  PenaltyChain(std::span<const SampleColumns* const> replicas, bool counter) : counter_(counter) {
    replicas_.reserve(replicas.size());
    for (const SampleColumns* columns : replicas) replicas_.emplace_back(*columns);
    merges_.resize(replicas.size());
    replicas_[0].Seek(kTimestampMin);
    for (size_t level = 1; level < replicas.size(); ++level) {
      merges_[level].a_kind = level == 1 ? replicas_[0].Seek(kTimestampMin) : Next(level - 1);
      merges_[level].b_kind = replicas_[level].Seek(kTimestampMin);
    }
  }

  Kind Next() { return Next(replicas_.size() - 1); }
  const Replica& Current() const { return Picked(replicas_.size() - 1); }

 private:
  struct Merge {
    Kind a_kind = Kind::kNone;
    Kind b_kind = Kind::kNone;
    TimestampMs last_time = kTimestampMin;
    int64_t a_penalty = 0;
    int64_t b_penalty = 0;
    bool use_a = true;
    bool last_was_a = true;
  };

  /// The replica whose sample `level` stands on.
  const Replica& Picked(size_t level) const {
    while (level > 0 && merges_[level].last_was_a) --level;
    return replicas_[level];
  }

  TimestampMs Time(size_t level) const {
    while (level > 0 && merges_[level].use_a) --level;
    return replicas_[level].Time();
  }

  static TimestampMs After(TimestampMs last, int64_t penalty) {
    TimestampMs after = 0;
    if (__builtin_add_overflow(last, 1 + penalty, &after)) return kTimestampMax;
    return after;
  }

  Kind Next(size_t level) {
    Merge& merge = merges_[level];
    const bool was_a = merge.use_a;
    const bool was_float = (was_a ? merge.a_kind : merge.b_kind) == Kind::kFloat;
    const double last_value = counter_ && was_float ? Picked(level).Value() : 0;
    const Kind kind = Advance(level);
    if (counter_ && was_float && merge.use_a != was_a) Lift(level, last_value);
    return kind;
  }

  Kind Advance(size_t level) {
    Merge& merge = merges_[level];
    Replica& b = replicas_[level];
    if (merge.a_kind != Kind::kNone)
      merge.a_kind = Seek(level - 1, After(merge.last_time, merge.a_penalty));
    if (merge.b_kind != Kind::kNone) merge.b_kind = b.Seek(After(merge.last_time, merge.b_penalty));

    const bool has_a = merge.a_kind != Kind::kNone, has_b = merge.b_kind != Kind::kNone;
    if (!has_a && !has_b) {
      merge.use_a = false;
      return Kind::kNone;
    }
    const TimestampMs a_time = has_a ? Time(level - 1) : kTimestampMax;
    const TimestampMs b_time = has_b ? b.Time() : kTimestampMax;
    merge.use_a = has_a && (!has_b || a_time <= b_time);
    const TimestampMs time = merge.use_a ? a_time : b_time;
    if (has_a && has_b) {
      const int64_t penalty =
          merge.last_time == kTimestampMin ? kInitialPenaltyMs : 2 * (time - merge.last_time);
      (merge.use_a ? merge.b_penalty : merge.a_penalty) = penalty;
    }
    (merge.use_a ? merge.a_penalty : merge.b_penalty) = 0;
    merge.last_time = time;
    merge.last_was_a = merge.use_a;
    return merge.use_a ? merge.a_kind : merge.b_kind;
  }

  Kind Seek(size_t level, TimestampMs t) {
    if (level == 0) return replicas_[0].Seek(t);
    // A level is advanced sample by sample: jumping would not see the gaps it has to react to.
    while (Time(level) < t) {
      if (Next(level) == Kind::kNone) return Kind::kNone;
    }
    return merges_[level].use_a ? merges_[level].a_kind : merges_[level].b_kind;
  }

  void Lift(size_t level, double last_value) {
    for (; level > 0; --level) {
      if (merges_[level].b_kind == Kind::kFloat) replicas_[level].LiftTo(last_value);
      if (merges_[level].a_kind != Kind::kFloat) return;
    }
    replicas_[0].LiftTo(last_value);
  }

  const bool counter_;
  std::vector<Replica> replicas_;
  std::vector<Merge> merges_;  // Entry 0 is unused.
};

}  // namespace

void DedupPenalty(std::span<const SampleColumns* const> replicas, bool counter,
                  SampleColumns* out) {
  out->clear();
  PenaltyChain chain(replicas, counter);
  while (chain.Next() != Kind::kNone) chain.Current().AppendTo(out);
}

void DedupChain(std::span<const SampleColumns* const> replicas, SampleColumns* out) {
  out->clear();
  std::vector<Replica> cursors;
  cursors.reserve(replicas.size());
  for (const SampleColumns* columns : replicas) cursors.emplace_back(*columns);
  TimestampMs next = kTimestampMin;
  while (true) {
    const Replica* earliest = nullptr;
    for (Replica& cursor : cursors) {
      if (cursor.Seek(next) == Kind::kNone) continue;
      if (earliest == nullptr || cursor.Time() < earliest->Time()) earliest = &cursor;
    }
    if (earliest == nullptr) return;
    earliest->AppendTo(out);
    if (earliest->Time() == kTimestampMax) return;
    next = earliest->Time() + 1;
  }
}

}  // namespace aion::series
