#include "blocks/meta_filters.h"

#include <algorithm>
#include <array>

#include "blocks/block_labels.h"
#include "blocks/concurrently.h"

namespace aion::blocks {
namespace {

constexpr std::string_view kBlockIdLabel = "__block_id";
// Blocks of these sources replace others at once: waiting would leave a gap.
constexpr std::array<std::string_view, 3> kNeverTooFresh = {"compactor", "compactor.repair",
                                                            "bucket.repair"};

template <typename Excluded>
void EraseBlocks(Metas* metas, SyncCounts* counts, BlockState state, const Excluded& excluded) {
  counts->Add(state,
              std::erase_if(*metas, [&](const auto& entry) { return excluded(*entry.second); }));
}

class TimeFilter final : public MetaFilter {
 public:
  TimeFilter(std::function<TimestampMs()> min, std::function<TimestampMs()> max)
      : min_(std::move(min)), max_(std::move(max)) {}
  Status Filter(Metas* metas, SyncCounts* counts, const CancelToken&) override {
    const TimestampMs min = min_(), max = max_();
    EraseBlocks(metas, counts, BlockState::kTimeExcluded, [=](const tsdb::BlockMeta& meta) {
      return meta.max_time < min || meta.min_time > max;
    });
    return OkStatus();
  }

 private:
  const std::function<TimestampMs()> min_, max_;
};

class LabelShardFilter final : public MetaFilter {
 public:
  LabelShardFilter(std::vector<model::RelabelRule> rules, std::vector<std::string> replica_labels)
      : rules_(std::move(rules)), replica_labels_(std::move(replica_labels)) {}
  Status Filter(Metas* metas, SyncCounts* counts, const CancelToken&) override {
    if (rules_.empty()) return OkStatus();
    EraseBlocks(metas, counts, BlockState::kLabelExcluded, [this](const tsdb::BlockMeta& meta) {
      const model::Labels external = ExternalLabels(meta);
      const std::string id = meta.ulid.ToString();
      model::LabelsBuilder builder(external);
      for (const std::string& name : replica_labels_) builder.Delete(name);
      builder.Set(kBlockIdLabel, id);
      const auto kept = model::Relabel(builder.Build(), rules_);
      return !kept || kept->empty();
    });
    return OkStatus();
  }

 private:
  const std::vector<model::RelabelRule> rules_;
  const std::vector<std::string> replica_labels_;
};

class ConsistencyDelayFilter final : public MetaFilter {
 public:
  ConsistencyDelayFilter(DurationMs delay_ms, const Clock& clock,
                         const telemetry::Registry& registry)
      : delay_ms_(delay_ms), clock_(clock) {
    registry.AddGauge("consistency_delay_seconds", "Configured consistency delay in seconds.")
        .Set(static_cast<double>(delay_ms) / 1000);
  }
  Status Filter(Metas* metas, SyncCounts* counts, const CancelToken&) override {
    // Without a delay no clock decides: one that lags behind must not hide blocks.
    if (delay_ms_ <= 0) return OkStatus();
    const TimestampMs now = clock_.NowMs();
    EraseBlocks(metas, counts, BlockState::kTooFresh, [this, now](const tsdb::BlockMeta& meta) {
      const std::string_view source =
          meta.thanos ? std::string_view(meta.thanos->source) : std::string_view();
      if (std::find(kNeverTooFresh.begin(), kNeverTooFresh.end(), source) != kNeverTooFresh.end())
        return false;
      const auto uploaded = meta.thanos ? meta.thanos->UploadTimeMs() : std::nullopt;
      if (uploaded) return *uploaded > now - delay_ms_;
      // Compat: a name from the future counts as old.
      const TimestampMs named = meta.ulid.TimeMs();
      return named <= now && named > now - delay_ms_;
    });
    return OkStatus();
  }

 private:
  const DurationMs delay_ms_;
  const Clock& clock_;
};

class ReplicaLabelRemover final : public MetaFilter {
 public:
  explicit ReplicaLabelRemover(std::vector<std::string> labels) : labels_(std::move(labels)) {}
  Status Filter(Metas* metas, SyncCounts* counts, const CancelToken&) override {
    if (labels_.empty()) return OkStatus();
    for (auto& [block, meta] : *metas) {
      if (!meta->thanos) continue;
      auto changed = std::make_shared<tsdb::BlockMeta>(*meta);
      auto& external = changed->thanos->labels;
      size_t removed = 0;
      for (const std::string& name : labels_) removed += external.erase(name);
      if (removed == 0) continue;
      counts->replica_labels_removed += removed;
      if (external.empty()) external[labels_.front()] = "deduped";
      meta = std::move(changed);
    }
    return OkStatus();
  }

 private:
  const std::vector<std::string> labels_;
};

/// The marks of the listed blocks: known ones stay, the others are asked for. Unreadable ones are
/// left out.
StatusOr<std::map<Ulid, Mark>> GatherMarks(objstore::Bucket& bucket, MarkKind kind,
                                           size_t concurrency, const Metas& metas,
                                           const std::map<Ulid, Mark>& known,
                                           const telemetry::Logger& logger,
                                           const CancelToken& cancel) {
  std::map<Ulid, Mark> marks;
  std::vector<Ulid> wanted;
  for (const auto& [block, meta] : metas) {
    const auto at = known.find(block);
    if (at != known.end()) {
      marks.insert(*at);
    } else {
      wanted.push_back(block);
    }
  }
  std::mutex mutex;
  RETURN_IF_ERROR(RunConcurrently(wanted.size(), concurrency, [&](size_t i) -> Status {
    const auto mark = ReadMark(bucket, wanted[i], kind, cancel);
    if (!mark.ok()) {
      const StatusCode code = mark.status().code();
      if (code != StatusCode::kDataLoss && code != StatusCode::kUnimplemented) return mark.status();
      logger.Warn(
          "found partial mark; if we will see it happening often for the same block, consider "
          "manually "
          "deleting it from the object storage",
          {{"block", wanted[i].ToString()}, {"file", MarkFile(kind)}, {"err", mark.status()}});
      return OkStatus();
    }
    const std::lock_guard lock(mutex);
    if (*mark) marks.emplace(wanted[i], **mark);
    return OkStatus();
  }));
  return marks;
}

}  // namespace

std::shared_ptr<MetaFilter> MakeTimeFilter(std::function<TimestampMs()> min,
                                           std::function<TimestampMs()> max) {
  return std::make_shared<TimeFilter>(std::move(min), std::move(max));
}

std::shared_ptr<MetaFilter> MakeLabelShardFilter(std::vector<model::RelabelRule> rules,
                                                 std::vector<std::string> replica_labels) {
  return std::make_shared<LabelShardFilter>(std::move(rules), std::move(replica_labels));
}

std::shared_ptr<MetaFilter> MakeConsistencyDelayFilter(DurationMs delay_ms, const Clock& clock,
                                                       const telemetry::Registry& registry) {
  return std::make_shared<ConsistencyDelayFilter>(delay_ms, clock, registry);
}

std::shared_ptr<MetaFilter> MakeReplicaLabelRemover(std::vector<std::string> replica_labels) {
  return std::make_shared<ReplicaLabelRemover>(std::move(replica_labels));
}

DeletionMarkFilter::DeletionMarkFilter(objstore::Bucket& bucket, const Options& options,
                                       const Clock& clock, telemetry::Logger logger)
    : bucket_(bucket), options_(options), clock_(clock), logger_(std::move(logger)) {}

Status DeletionMarkFilter::Filter(Metas* metas, SyncCounts* counts, const CancelToken& cancel) {
  ASSIGN_OR_RETURN(auto marks, GatherMarks(bucket_, MarkKind::kDeletion, options_.concurrency,
                                           *metas, Marks(), logger_, cancel));
  const int64_t now_s = clock_.NowMs() / 1000;
  for (const auto& [block, mark] : marks) {
    counts->Add(BlockState::kMarkedForDeletion);
    if (now_s - mark.time_s > options_.delay_ms / 1000) metas->erase(block);
  }
  const std::lock_guard lock(mutex_);
  marks_ = std::move(marks);
  return OkStatus();
}

std::map<Ulid, Mark> DeletionMarkFilter::Marks() const {
  const std::lock_guard lock(mutex_);
  return marks_;
}

MarkGatherer::MarkGatherer(objstore::Bucket& bucket, MarkKind kind, size_t concurrency,
                           telemetry::Logger logger)
    : bucket_(bucket), kind_(kind), concurrency_(concurrency), logger_(std::move(logger)) {}

Status MarkGatherer::Filter(Metas* metas, SyncCounts* counts, const CancelToken& cancel) {
  ASSIGN_OR_RETURN(auto marks,
                   GatherMarks(bucket_, kind_, concurrency_, *metas, {}, logger_, cancel));
  counts->Add(kind_ == MarkKind::kNoCompact ? BlockState::kMarkedForNoCompact
                                            : BlockState::kMarkedForNoDownsample,
              marks.size());
  const std::lock_guard lock(mutex_);
  marks_ = std::move(marks);
  return OkStatus();
}

std::map<Ulid, Mark> MarkGatherer::Marks() const {
  const std::lock_guard lock(mutex_);
  return marks_;
}

namespace {

/// Groups of one resolution and label set. The key is exact, not a hash.
std::map<std::pair<int64_t, std::string>, std::vector<const tsdb::BlockMeta*>> GroupBlocks(
    const Metas& metas) {
  std::map<std::pair<int64_t, std::string>, std::vector<const tsdb::BlockMeta*>> groups;
  for (const auto& [block, meta] : metas) {
    groups[{ResolutionMs(*meta), ExternalLabels(*meta).packed()}].push_back(meta.get());
  }
  return groups;
}

void AppendDuplicates(std::vector<const tsdb::BlockMeta*> group, std::vector<Ulid>* duplicates) {
  std::sort(group.begin(), group.end(), [](const auto* a, const auto* b) {
    const size_t a_count = a->compaction.sources.size(), b_count = b->compaction.sources.size();
    return a_count != b_count ? a_count > b_count : a->ulid < b->ulid;
  });
  std::vector<std::vector<Ulid>> kept_sources;
  for (const tsdb::BlockMeta* meta : group) {
    std::vector<Ulid> sources = meta->compaction.sources;
    std::sort(sources.begin(), sources.end());
    const bool covered =
        std::any_of(kept_sources.begin(), kept_sources.end(), [&](const std::vector<Ulid>& kept) {
          return std::includes(kept.begin(), kept.end(), sources.begin(), sources.end());
        });
    if (covered) {
      duplicates->push_back(meta->ulid);
    } else {
      kept_sources.push_back(std::move(sources));
    }
  }
}

}  // namespace

Status DedupFilter::Filter(Metas* metas, SyncCounts* counts, const CancelToken&) {
  std::vector<Ulid> duplicates;
  for (auto& [key, group] : GroupBlocks(*metas)) AppendDuplicates(group, &duplicates);
  std::sort(duplicates.begin(), duplicates.end());
  for (const Ulid& block : duplicates) metas->erase(block);
  counts->Add(BlockState::kDuplicate, duplicates.size());
  const std::lock_guard lock(mutex_);
  duplicates_ = std::move(duplicates);
  return OkStatus();
}

std::vector<Ulid> DedupFilter::Duplicates() const {
  const std::lock_guard lock(mutex_);
  return duplicates_;
}

}  // namespace aion::blocks
