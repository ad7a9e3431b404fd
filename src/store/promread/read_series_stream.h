#pragma once

// ReadSeriesStream: a SeriesStream over one remote read: pages of messages in, frames of sorted
// series out.

#include <memory>
#include <vector>

#include "promclient/remote_read.h"
#include "store/contract/selection.h"
#include "store/contract/store.h"
#include "store/promread/label_rewriter.h"
#include "store/promread/native_labels.h"
#include "store/promread/series_order.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace aion::store {

/// A frame is closed when its chunks and labels reach this.
inline constexpr size_t kFrameBytes = 1 << 20;

struct ReadSeriesParts {
  std::unique_ptr<promclient::ReadStream> read;
  LabelRewriter rewriter;
  SeriesOrder::Mode mode = SeriesOrder::Mode::kStreaming;
  ShardInfo shard;
  int64_t series_max = 0;  ///< 0: all.
  std::shared_ptr<NativeLabels> native_labels;
  telemetry::Histogram* frames_received = nullptr;
  telemetry::Logger logger;
};

class ReadSeriesStream : public SeriesStream {
 public:
  explicit ReadSeriesStream(ReadSeriesParts parts);
  ~ReadSeriesStream() override;
  StatusOr<bool> Next(SeriesFrame* frame) override;

 private:
  Status TakePage();
  Status TakeChunked(model::LabelsView labels, const std::vector<series::EncodedChunk>& chunks,
                     const Buffer& page);
  Status TakeSampled(std::string_view message);
  /// Rewrites the labels into `series`; false when another shard has it.
  bool Rewrite(model::LabelsView labels, OrderedSeries* series);
  void BuildFrame(SeriesFrame* frame);

  ReadSeriesParts parts_;
  const ShardFilter shard_;
  SeriesOrder order_;
  LabelRewriter::Result rewritten_;
  std::vector<OrderedSeries> ready_;
  size_t ready_begin_ = 0;
  bool ended_ = false;
  int64_t series_count_ = 0;
  std::string last_labels_;
};

}  // namespace aion::store
