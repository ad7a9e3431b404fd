#include "promql/exec/selection_reader.h"

namespace aion::promql {

StatusOr<SelectionReader> SelectionReader::Open(Query& query, const Pipeline& pipeline) {
  SelectionReader reader(&query);
  const series::SelectRequest* request = pipeline.request;
  if (request == nullptr) {
    const auto index = static_cast<size_t>(pipeline.leaf.selector->selection);
    const Selection& selection = query.plan.selections[index];
    request = &selection.request;
    if (selection.selectors.size() > 1) {
      query.shared.resize(query.plan.selections.size());
      reader.shared_ = &query.shared[index];
      if (reader.shared_->complete) return reader;
    }
  }
  ASSIGN_OR_RETURN(reader.set_, query.queryable.Select(*request, query.request));
  return reader;
}

StatusOr<std::shared_ptr<const series::SeriesBatch>> SelectionReader::Next() {
  std::shared_ptr<const series::SeriesBatch> batch;
  if (set_ == nullptr) {
    if (next_ < shared_->batches.size()) batch = shared_->batches[next_++];
  } else {
    ASSIGN_OR_RETURN(batch, set_->NextBatch());
    if (batch != nullptr && shared_ != nullptr) Keep(batch);
  }
  if (batch == nullptr) Finish();
  return batch;
}

void SelectionReader::Keep(const std::shared_ptr<const series::SeriesBatch>& batch) {
  if (shared_->too_many) return;
  shared_->series_count += batch->size();
  shared_->batches.push_back(batch);
  if (shared_->series_count <= kSharedSeriesMax) return;
  shared_->too_many = true;
  shared_->batches.clear();
}

void SelectionReader::Finish() {
  if (set_ != nullptr) query_->warnings.Merge(set_->warnings());
  if (shared_ == nullptr) return;
  shared_->complete = !shared_->too_many;
  const size_t readers =
      query_->plan.selections[static_cast<size_t>(shared_ - query_->shared.data())]
          .selectors.size();
  if (++shared_->readers_done < readers) return;
  shared_->batches.clear();  // All have read; should one come back, it asks anew.
  shared_->complete = false;
}

}  // namespace aion::promql
