#pragma once

// StepRow: the values of one series at every step of a query: what window functions write,
// operators transform and aggregations read.
//
// A dense array of doubles with a bit a step that says whether there is a float, and, only when the
// series has native histograms, an array of pointers to them; a step holds one or the other. One
// step (an instant query) is kept without an allocation. Values without their bit are undefined.
// Movable, not thread-safe.

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>

#include "base/clock.h"
#include "base/duration.h"
#include "model/histogram.h"

namespace aion::promql {

using HistogramPtr = std::shared_ptr<const model::FloatHistogram>;

/// The steps of an evaluation: start, start + step, …
struct StepGrid {
  TimestampMs start = 0;
  DurationMs step_ms = 1;
  size_t count = 1;
  TimestampMs Time(size_t index) const { return start + static_cast<int64_t>(index) * step_ms; }
  TimestampMs Last() const { return Time(count - 1); }
  bool operator==(const StepGrid&) const = default;
};

class StepRow {
 public:
  StepRow() = default;
  explicit StepRow(size_t count) { Reset(count); }
  StepRow(StepRow&&) = default;
  StepRow& operator=(StepRow&&) = default;

  /// Makes all steps absent; keeps the memory when the count stays.
  void Reset(size_t count) {
    if (count != count_ && count > 1) {
      values_ = std::make_unique_for_overwrite<double[]>(count);
      bits_ = std::make_unique_for_overwrite<uint64_t[]>((count + 63) / 64);
    }
    count_ = count;
    histograms_.reset();
    std::memset(bits(), 0, word_count() * sizeof(uint64_t));
  }

  size_t count() const { return count_; }
  size_t word_count() const { return (count_ + 63) / 64; }
  double* values() { return count_ > 1 ? values_.get() : &one_value_; }
  const double* values() const { return count_ > 1 ? values_.get() : &one_value_; }
  uint64_t* bits() { return count_ > 1 ? bits_.get() : &one_bits_; }
  const uint64_t* bits() const { return count_ > 1 ? bits_.get() : &one_bits_; }

  bool HasFloat(size_t step) const { return (bits()[step / 64] >> (step % 64) & 1) != 0; }
  void SetFloat(size_t step, double value) {
    values()[step] = value;
    bits()[step / 64] |= uint64_t{1} << (step % 64);
  }
  void ClearFloat(size_t step) { bits()[step / 64] &= ~(uint64_t{1} << (step % 64)); }

  bool has_histograms() const { return histograms_ != nullptr; }
  /// Null when the step has none.
  const HistogramPtr& Histogram(size_t step) const {
    return histograms_ == nullptr ? kNoHistogram : histograms_[step];
  }
  void SetHistogram(size_t step, HistogramPtr histogram) {
    if (histograms_ == nullptr) histograms_ = std::make_unique<HistogramPtr[]>(count_);
    histograms_[step] = std::move(histogram);
  }
  void DropHistograms() { histograms_.reset(); }

  bool Has(size_t step) const { return HasFloat(step) || Histogram(step) != nullptr; }
  void Clear(size_t step) {
    ClearFloat(step);
    if (histograms_ != nullptr) histograms_[step] = nullptr;
  }
  /// Takes over one step of another row, absent or not.
  void CopyStep(size_t step, const StepRow& from, size_t from_step) {
    if (from.HasFloat(from_step)) {
      SetFloat(step, from.values()[from_step]);
    } else if (from.Histogram(from_step) != nullptr) {
      SetHistogram(step, from.Histogram(from_step));
    }
  }
  StepRow Copy() const {
    StepRow row(count_);
    std::memcpy(row.values(), values(), count_ * sizeof(double));
    std::memcpy(row.bits(), bits(), word_count() * sizeof(uint64_t));
    for (size_t i = 0; has_histograms() && i < count_; ++i) {
      if (histograms_[i] != nullptr) row.SetHistogram(i, histograms_[i]);
    }
    return row;
  }

  /// One bit a step: float or histogram.
  uint64_t PresentWord(size_t word) const {
    uint64_t present = bits()[word];
    if (histograms_ == nullptr) return present;
    for (size_t step = word * 64; step < count_ && step < word * 64 + 64; ++step) {
      if (histograms_[step] != nullptr) present |= uint64_t{1} << (step % 64);
    }
    return present;
  }
  bool Empty() const {
    for (size_t word = 0; word < word_count(); ++word) {
      if (PresentWord(word) != 0) return false;
    }
    return true;
  }
  size_t FloatCount() const {
    size_t floats = 0;
    for (size_t word = 0; word < word_count(); ++word)
      floats += static_cast<size_t>(std::popcount(bits()[word]));
    return floats;
  }
  /// What the row keeps on the heap, histograms by their pointers only.
  size_t HeapBytes() const {
    const size_t floats =
        count_ > 1 ? count_ * sizeof(double) + word_count() * sizeof(uint64_t) : 0;
    return floats + (histograms_ != nullptr ? count_ * sizeof(HistogramPtr) : 0);
  }

 private:
  static inline const HistogramPtr kNoHistogram = nullptr;

  size_t count_ = 0;
  double one_value_ = 0;
  uint64_t one_bits_ = 0;
  std::unique_ptr<double[]> values_;
  std::unique_ptr<uint64_t[]> bits_;
  std::unique_ptr<HistogramPtr[]> histograms_;
};

/// Calls `visit(step)` for each set bit of the words of a row.
template <typename Visit>
void ForEachFloat(const StepRow& row, const Visit& visit) {
  for (size_t word = 0; word < row.word_count(); ++word) {
    for (uint64_t bits = row.bits()[word]; bits != 0; bits &= bits - 1) {
      visit(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
    }
  }
}

}  // namespace aion::promql
