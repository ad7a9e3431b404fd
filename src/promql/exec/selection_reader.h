#pragma once

// SelectionReader: the batches of one leaf, from the Queryable or, where several selectors of a
// query ask for the same series, from what the first of them has got. Used by the query's own
// thread.

#include <memory>
#include <vector>

#include "promql/exec/pipeline.h"
#include "promql/exec/query.h"

namespace aion::promql {

/// Series held for the other selectors of a selection; beyond that each asks for itself.
inline constexpr size_t kSharedSeriesMax = 20'000;

class SelectionReader {
 public:
  /// Asks the Queryable unless the batches are at hand. Errors are the Queryable's.
  static StatusOr<SelectionReader> Open(Query& query, const Pipeline& pipeline);

  /// The next batch, or null at the end, after which the warnings of the source are with the query.
  StatusOr<std::shared_ptr<const series::SeriesBatch>> Next();

 private:
  explicit SelectionReader(Query* query) : query_(query) {}
  void Keep(const std::shared_ptr<const series::SeriesBatch>& batch);
  void Finish();

  Query* query_;
  SharedBatches* shared_ = nullptr;         // Null when nobody else reads the selection.
  std::unique_ptr<series::SeriesSet> set_;  // Null when reading what is held.
  size_t next_ = 0;
};

}  // namespace aion::promql
