#pragma once

// SeriesOrder: gives series their final order while holding as few of them as can be.
//
// Prometheus sorts by a series' own labels (its core). With the same external labels E set into
// every core the order can only turn in one case, where one core is the beginning of another:
//
//   core   {a=1}         before  {a=1, b=1}        (a prefix sorts first)
//   shown  {a=1, z=E}    after   {a=1, b=1, z=E}   ("b" sorts before "z")
//
// So kStreaming holds a series only while longer ones that begin with it may still come, and only
// if an external name could sort behind theirs: mostly for one step. If series have external or
// replica names natively, setting or removing them can move a series anywhere among those that
// share the labels before the first such name; kGrouped therefore holds and sorts the series of one
// first label (the metric name, as a rule) at a time. kWhole holds everything.
//
// Entries with equal labels may follow each other: chunks of one series in several frames. Whatever
// leaves is checked to ascend. Not thread-safe.

#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"
#include "model/labels.h"
#include "series/encoded.h"

namespace aion::store {

/// A series on its way out, owning its bytes.
struct OrderedSeries {
  std::string labels;  ///< Packed.
  std::string core;    ///< Packed.
  std::vector<series::EncodedChunk> chunks;
  std::vector<Buffer> pages;  ///< Owners of the chunks' data.
};

class SeriesOrder {
 public:
  enum class Mode { kStreaming, kGrouped, kWhole };

  /// `external_labels` as shown; `affected_names` sorted (see `label_rewriter.h`).
  SeriesOrder(Mode mode, const model::Labels& external_labels,
              const std::vector<std::string>& affected_names);

  /// Takes one entry; appends to `ready` what can leave now. kUnavailable when the order turns out
  /// not to be one, which happens when Prometheus' labels changed under the read: trying again
  /// helps.
  Status Add(OrderedSeries series, std::vector<OrderedSeries>* ready);
  Status Finish(std::vector<OrderedSeries>* ready);
  /// To a mode that holds more: kGrouped when a series with a native external name was seen, kWhole
  /// when what comes is not sorted at all.
  void SwitchTo(Mode mode);
  Mode mode() const { return mode_; }

 private:
  Status AddStreaming(OrderedSeries series, std::vector<OrderedSeries>* ready);
  Status AddGrouped(OrderedSeries series, std::vector<OrderedSeries>* ready);
  bool MustWait(std::string_view core) const;
  std::string_view GroupOf(std::string_view labels) const;
  Status Release(std::vector<OrderedSeries> series, std::vector<OrderedSeries>* ready);
  Status Emit(OrderedSeries series, std::vector<OrderedSeries>* ready);

  Mode mode_;
  const std::string last_external_name_;
  const std::string first_affected_name_;
  std::vector<OrderedSeries>
      held_;  // kStreaming: each core begins with the one before; else a group.
  std::string group_;
  std::string last_core_;
  bool last_core_direct_ =
      false;  // kStreaming: the last core was not held, and neither are its next frames.
  std::string last_labels_;
};

}  // namespace aion::store
