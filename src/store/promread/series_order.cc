#include "store/promread/series_order.h"

#include <algorithm>

namespace aion::store {
namespace {

std::string LastName(model::LabelsView labels) {
  std::string_view last;
  for (const model::LabelView label : labels) last = label.name;
  return std::string(last);
}

bool LabelsLess(const OrderedSeries& a, const OrderedSeries& b) {
  return Compare(model::LabelsView(a.labels), model::LabelsView(b.labels)) < 0;
}

void AppendChunks(OrderedSeries from, OrderedSeries* into) {
  into->chunks.insert(into->chunks.end(), from.chunks.begin(), from.chunks.end());
  for (Buffer& page : from.pages) {
    if (into->pages.empty() || into->pages.back().owner() != page.owner())
      into->pages.push_back(std::move(page));
  }
}

}  // namespace

SeriesOrder::SeriesOrder(Mode mode, const model::Labels& external_labels,
                         const std::vector<std::string>& affected_names)
    : mode_(mode),
      last_external_name_(LastName(external_labels)),
      first_affected_name_(affected_names.empty() ? std::string() : affected_names.front()) {}

Status SeriesOrder::Add(OrderedSeries series, std::vector<OrderedSeries>* ready) {
  if (mode_ == Mode::kStreaming) return AddStreaming(std::move(series), ready);
  if (mode_ == Mode::kGrouped) return AddGrouped(std::move(series), ready);
  held_.push_back(std::move(series));
  return OkStatus();
}

// True when a longer series beginning with `core` could sort before it: its next name may be
// smaller than an external one that comes behind `core`'s last.
bool SeriesOrder::MustWait(std::string_view core) const {
  return !last_external_name_.empty() && LastName(model::LabelsView(core)) < last_external_name_;
}

Status SeriesOrder::AddStreaming(OrderedSeries series, std::vector<OrderedSeries>* ready) {
  if (series.core == last_core_ && !last_labels_.empty() && last_core_direct_) {
    return Emit(std::move(series),
                ready);  // The next frame of a series that went straight through.
  }
  if (!held_.empty() && held_.back().core == series.core) {
    AppendChunks(std::move(series), &held_.back());
    return OkStatus();
  }
  // Leaves: whatever the new core does not begin with, and whatever already sorts before it.
  std::vector<OrderedSeries> leaving;
  std::erase_if(held_, [&](OrderedSeries& held) {
    const bool extended = std::string_view(series.core).starts_with(held.core);
    if (extended && !LabelsLess(held, series)) return false;
    leaving.push_back(std::move(held));
    return true;
  });
  RETURN_IF_ERROR(Release(std::move(leaving), ready));
  last_core_ = series.core;
  last_core_direct_ = !MustWait(series.core);
  if (last_core_direct_) return Emit(std::move(series), ready);
  held_.push_back(std::move(series));
  return OkStatus();
}

void SeriesOrder::SwitchTo(Mode mode) {
  if (mode <= mode_) return;
  mode_ = mode;
  // Every core held while streaming begins with the first one's labels: they are of one group.
  if (!held_.empty()) group_ = GroupOf(held_.front().labels);
}

// The first label's packed bytes; empty when the order within may already be touched by the first
// label.
std::string_view SeriesOrder::GroupOf(std::string_view labels) const {
  const model::LabelsView view(labels);
  if (view.empty()) return {};
  const model::LabelView first = *view.begin();
  if (!(first.name < first_affected_name_)) return {};
  const size_t value_end =
      static_cast<size_t>(first.value.data() + first.value.size() - labels.data());
  return labels.substr(0, value_end);
}

Status SeriesOrder::AddGrouped(OrderedSeries series, std::vector<OrderedSeries>* ready) {
  const std::string_view group = GroupOf(series.labels);
  if (group != group_) {
    RETURN_IF_ERROR(Release(std::exchange(held_, {}), ready));
    group_ = std::string(group);
  }
  held_.push_back(std::move(series));
  return OkStatus();
}

Status SeriesOrder::Finish(std::vector<OrderedSeries>* ready) {
  return Release(std::exchange(held_, {}), ready);
}

Status SeriesOrder::Release(std::vector<OrderedSeries> series, std::vector<OrderedSeries>* ready) {
  std::stable_sort(series.begin(), series.end(), LabelsLess);
  for (OrderedSeries& one : series) RETURN_IF_ERROR(Emit(std::move(one), ready));
  return OkStatus();
}

Status SeriesOrder::Emit(OrderedSeries series, std::vector<OrderedSeries>* ready) {
  if (Compare(model::LabelsView(last_labels_), model::LabelsView(series.labels)) > 0) {
    return UnavailableError(
        "series order of Prometheus changed while it was read (labels of its configuration or "
        "series "
        "changed); try again: series " +
        model::LabelsView(series.labels).ToString());
  }
  last_labels_ = series.labels;
  ready->push_back(std::move(series));
  return OkStatus();
}

}  // namespace aion::store
