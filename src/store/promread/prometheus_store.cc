#include "store/promread/prometheus_store.h"

#include <algorithm>
#include <set>

#include "promclient/remote_read.h"
#include "store/contract/selection.h"
#include "store/promread/label_rewriter.h"
#include "store/promread/read_series_stream.h"

namespace aion::store {
namespace {

using model::Labels;
using model::Matcher;

class EmptyStream : public SeriesStream {
 public:
  StatusOr<bool> Next(SeriesFrame* frame) override {
    frame->clear();
    return false;
  }
};

// Label sets that are all there already, in frames of a bounded number.
class LabelSetStream : public SeriesStream {
 public:
  explicit LabelSetStream(std::vector<std::string> packed) : packed_(std::move(packed)) {}

  StatusOr<bool> Next(SeriesFrame* frame) override {
    frame->clear();
    if (next_ == packed_.size()) return false;
    const size_t end = std::min(next_ + kSeriesPerFrame, packed_.size());
    std::string arena;
    for (size_t i = next_; i < end; ++i) arena += packed_[i];
    Buffer page(std::move(arena));
    size_t offset = 0;
    for (; next_ < end; ++next_) {
      const size_t size = packed_[next_].size();
      frame->series.push_back({model::LabelsView(page.view().substr(offset, size)), 0, 0});
      offset += size;
    }
    frame->pages.push_back(std::move(page));
    return true;
  }

 private:
  static constexpr size_t kSeriesPerFrame = 4096;
  const std::vector<std::string> packed_;
  size_t next_ = 0;
};

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

LabelsResponse ResponseOf(std::set<std::string> values, int64_t limit) {
  LabelsResponse response;
  response.values.assign(std::make_move_iterator(values.begin()),
                         std::make_move_iterator(values.end()));
  if (limit > 0 && response.values.size() > static_cast<size_t>(limit)) {
    response.values.resize(static_cast<size_t>(limit));
  }
  return response;
}

}  // namespace

PrometheusStore::PrometheusStore(std::shared_ptr<promclient::PrometheusClient> client,
                                 std::function<promclient::SidecarSnapshot()> state,
                                 telemetry::Logger logger, const telemetry::Registry& registry,
                                 PrometheusStoreOptions options)
    : client_(std::move(client)),
      state_(std::move(state)),
      logger_(std::move(logger)),
      frames_received_(registry.AddHistogram("prometheus_store_received_frames",
                                             "Number of frames received per streamed response.",
                                             telemetry::ExponentialBuckets(10, 10, 5))),
      native_labels_(std::make_shared<NativeLabels>(client_, options.label_names_lifetime)) {}

StoreInfo PrometheusStore::Info() const {
  const promclient::SidecarSnapshot now = state_();
  StoreInfo info;
  info.min_time = now.min_time;
  info.max_time = now.max_time;
  info.supports_sharding = true;
  info.supports_without_replica_labels = true;
  if (!now.external_labels.empty()) {
    info.label_sets.push_back(now.external_labels);
    info.tsdb_infos.push_back(TsdbInfo{now.external_labels, now.min_time, now.max_time});
  }
  return info;
}

StatusOr<std::unique_ptr<SeriesStream>> PrometheusStore::Series(const SeriesRequest& request,
                                                                const RequestContext& context) {
  const promclient::SidecarSnapshot now = state_();
  const auto matchers = StripExternalMatchers(request.matchers, now.external_labels);
  if (!matchers.has_value()) return std::unique_ptr<SeriesStream>(std::make_unique<EmptyStream>());
  if (matchers->empty())
    return InvalidArgumentError("no matchers specified (excluding external labels)");
  model::QueryRange range = request.range;
  range.min = std::max(range.min, now.min_time);
  if (range.min > range.max) return std::unique_ptr<SeriesStream>(std::make_unique<EmptyStream>());
  if (request.skip_chunks)
    return LabelsOnly(request, *matchers, range, now.external_labels, context);

  ReadSeriesParts parts{
      .read = nullptr,
      .rewriter = LabelRewriter(now.external_labels, request.without_replica_labels)};
  if (native_labels_->MayOccur(parts.rewriter.affected_names(), context.cancel)) {
    parts.mode = SeriesOrder::Mode::kGrouped;
  }
  RETURN_IF_ERROR(context.cancel.Check());
  parts.read =
      promclient::StartRemoteRead(client_, *matchers, range, context.cancel, context.accountant);
  parts.shard = request.shard;
  parts.series_max = request.limit;
  parts.native_labels = native_labels_;
  parts.frames_received = &frames_received_;
  parts.logger = logger_;
  return std::unique_ptr<SeriesStream>(std::make_unique<ReadSeriesStream>(std::move(parts)));
}

StatusOr<std::unique_ptr<SeriesStream>> PrometheusStore::LabelsOnly(
    const SeriesRequest& request, const std::vector<Matcher>& matchers,
    const model::QueryRange& range, const Labels& external, const RequestContext& context) {
  auto series = client_->Series(matchers, range, request.limit, context.cancel);
  RETURN_IF_ERROR(series.status());
  // The series API does not add external labels; replica labels go from own and external ones
  // alike.
  const LabelRewriter rewriter(external, request.without_replica_labels);
  const ShardFilter shard(request.shard);
  LabelRewriter::Result rewritten;
  std::vector<std::string> packed;
  packed.reserve(series->size());
  for (const Labels& labels : *series) {
    rewriter.Rewrite(labels, &rewritten);
    if (shard.Matches(model::LabelsView(rewritten.labels))) packed.push_back(rewritten.labels);
  }
  std::sort(packed.begin(), packed.end(), [](const std::string& a, const std::string& b) {
    return Compare(model::LabelsView(a), model::LabelsView(b)) < 0;
  });
  packed.erase(std::unique(packed.begin(), packed.end()), packed.end());
  return std::unique_ptr<SeriesStream>(std::make_unique<LabelSetStream>(std::move(packed)));
}

StatusOr<LabelsResponse> PrometheusStore::LabelNames(const LabelNamesRequest& request,
                                                     const RequestContext& context) {
  const promclient::SidecarSnapshot now = state_();
  const auto matchers = StripExternalMatchers(request.matchers, now.external_labels);
  if (!matchers.has_value()) return LabelsResponse();
  std::set<std::string> names;
  if (matchers->empty() || now.LabelCallsTakeMatchers()) {
    ASSIGN_OR_RETURN(auto list,
                     client_->LabelNames(*matchers, request.range, request.limit, context.cancel));
    names.insert(std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
  } else {
    ASSIGN_OR_RETURN(const auto series,
                     client_->Series(*matchers, request.range, request.limit, context.cancel));
    for (const Labels& labels : series) {
      for (const model::LabelView label : labels) names.emplace(label.name);
    }
  }
  if (names.empty()) return LabelsResponse();
  for (const model::LabelView label : now.external_labels) {
    if (!Contains(request.without_replica_labels, label.name)) names.emplace(label.name);
  }
  return ResponseOf(std::move(names), request.limit);
}

StatusOr<LabelsResponse> PrometheusStore::LabelValues(const LabelValuesRequest& request,
                                                      const RequestContext& context) {
  if (request.label.empty()) return InvalidArgumentError("label name parameter cannot be empty");
  if (Contains(request.without_replica_labels, request.label)) return LabelsResponse();
  const promclient::SidecarSnapshot now = state_();
  const auto matchers = StripExternalMatchers(request.matchers, now.external_labels);
  if (!matchers.has_value()) return LabelsResponse();
  std::set<std::string> values;
  if (const std::string_view external = now.external_labels.Get(request.label); !external.empty()) {
    bool any = matchers->empty();
    if (!any) {
      ASSIGN_OR_RETURN(const auto series,
                       client_->Series(*matchers, request.range, 1, context.cancel));
      any = !series.empty();
    }
    if (any) values.emplace(external);
  } else if (matchers->empty() || now.LabelCallsTakeMatchers()) {
    ASSIGN_OR_RETURN(auto list, client_->LabelValues(request.label, *matchers, request.range,
                                                     request.limit, context.cancel));
    values.insert(std::make_move_iterator(list.begin()), std::make_move_iterator(list.end()));
  } else {
    ASSIGN_OR_RETURN(const auto series,
                     client_->Series(*matchers, request.range, request.limit, context.cancel));
    for (const Labels& labels : series) {
      if (const std::string_view value = labels.Get(request.label); !value.empty())
        values.emplace(value);
    }
  }
  return ResponseOf(std::move(values), request.limit);
}

}  // namespace aion::store
