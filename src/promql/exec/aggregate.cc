#include "promql/exec/aggregate.h"

#include <algorithm>
#include <unordered_set>

#include "promql/exec/accumulator.h"
#include "promql/exec/label_sets.h"
#include "promql/exec/pipeline.h"
#include "promql/exec/stream.h"

namespace aion::promql {
namespace {

struct Spec {
  AggregateOp op;
  Grouping grouping;
  SourceRange at;
  size_t step_count;
};

/// Groups in order of appearance. What a group is charged moves with it from shard to sink.
struct Groups {
  LabelSetIndex index;
  std::vector<std::string> labels;
  std::vector<Accumulator> accumulators;
  std::vector<MemoryCharge> charges;

  void Append(std::string packed, Accumulator accumulator, MemoryCharge charge) {
    labels.push_back(std::move(packed));
    accumulators.push_back(std::move(accumulator));
    charges.push_back(std::move(charge));
  }
};

class GroupShard : public ShardSink {
 public:
  GroupShard(const Spec& spec, MemoryAccountant* accountant)
      : spec_(spec), accountant_(accountant) {}

  Status Add(model::LabelsView labels, bool drop_name, StepRow* row) override {
    if (drop_name) NoteDropped(labels);
    spec_.grouping.LabelsOf(labels, &key_);
    const auto [at, is_new] = groups.index.Find(key_);
    if (is_new) {
      groups.Append(key_, Accumulator(spec_.op, spec_.step_count), MemoryCharge(accountant_));
      RETURN_IF_ERROR(groups.charges.back().Add(
          groups.accumulators.back().HeapBytes() + 2 * key_.size(), "groups of an aggregation"));
    }
    Accumulator& group = groups.accumulators[at];
    group.drop_name |= drop_name;
    if (row->has_histograms() && !group.has_histograms()) {
      // A sum and its compensation are each about as large as the first histograms.
      RETURN_IF_ERROR(groups.charges[at].Add(2 * RowBytes(*row), "histograms of an aggregation"));
    }
    group.Add(*row, row->has_histograms() ? labels.Get(model::kMetricName) : std::string_view(),
              spec_.at, &annotations);
    return OkStatus();
  }

  Groups groups;
  Annotations annotations;
  std::vector<uint64_t> dropped;  // Hashes of labels that had __type__ or __unit__ and lose them.

 private:
  /// Two series of one name can only become equal by losing these labels.
  void NoteDropped(model::LabelsView labels) {
    if (labels.Has("__type__") || labels.Has("__unit__"))
      dropped.push_back(DropMetadata(labels).Hash());
  }

  const Spec& spec_;
  MemoryAccountant* const accountant_;
  std::string key_;
};

class GroupSink : public SeriesSink {
 public:
  GroupSink(Query& query, const Spec& spec) : query_(query), spec_(spec) {}

  std::unique_ptr<ShardSink> NewShard() override {
    return std::make_unique<GroupShard>(spec_, query_.request.accountant);
  }

  Status Merge(std::unique_ptr<ShardSink> sink) override {
    auto& shard = static_cast<GroupShard&>(*sink);
    query_.annotations.Merge(shard.annotations);
    for (uint64_t hash : shard.dropped) {
      if (!dropped_.insert(hash).second && !query_.options.delayed_name_removal)
        return SameLabelsetError();
    }
    for (size_t i = 0; i < shard.groups.labels.size(); ++i) {
      Accumulator& group = shard.groups.accumulators[i];
      const auto [at, is_new] = groups_.index.Find(shard.groups.labels[i]);
      if (is_new) {
        groups_.Append(std::move(shard.groups.labels[i]), std::move(group),
                       std::move(shard.groups.charges[i]));
      } else {
        groups_.accumulators[at].Merge(group, spec_.at, &query_.annotations);
      }
    }
    return OkStatus();
  }

  StatusOr<StepMatrix> Finish() {
    StepMatrix matrix(&query_);
    for (size_t i = 0; i < groups_.labels.size(); ++i) {
      StepSeries series;
      series.labels = model::Labels::FromPacked(std::move(groups_.labels[i]));
      series.drop_name = groups_.accumulators[i].drop_name;
      groups_.accumulators[i].Finish(spec_.at, &series.row, &query_.annotations);
      groups_.charges[i].Reset();
      if (!series.row.Empty()) RETURN_IF_ERROR(matrix.Append(std::move(series)));
    }
    return matrix;
  }

 private:
  Query& query_;
  const Spec& spec_;
  Groups groups_;
  std::unordered_set<uint64_t> dropped_;
};

/// Feeds held series in shards like those of a stream, so that both ways give the same digits.
Status FeedHeld(const Query& query, StepMatrix matrix, SeriesSink* sink) {
  for (size_t begin = 0; begin < matrix.series.size(); begin += kShardSeries) {
    std::unique_ptr<ShardSink> shard = sink->NewShard();
    const size_t end = std::min(matrix.series.size(), begin + kShardSeries);
    for (size_t i = begin; i < end; ++i) {
      StepSeries& series = matrix.series[i];
      RETURN_IF_ERROR(shard->Add(series.labels, series.drop_name, &series.row));
    }
    RETURN_IF_ERROR(sink->Merge(std::move(shard)));
    RETURN_IF_ERROR(query.CheckCancelled());
  }
  return OkStatus();
}

StatusOr<StepMatrix> EvalGroups(Query& query, const Spec& spec, const Expr& expr,
                                const StepGrid& grid) {
  GroupSink sink(query, spec);
  ASSIGN_OR_RETURN(std::optional<Pipeline> pipeline, MakePipeline(query, expr, grid));
  if (pipeline.has_value() && CanFuse(query, *pipeline)) {
    RETURN_IF_ERROR(Stream(query, *pipeline, &sink));
  } else {
    ASSIGN_OR_RETURN(StepMatrix inner, EvalVector(query, expr, grid));
    RETURN_IF_ERROR(FeedHeld(query, std::move(inner), &sink));
  }
  return sink.Finish();
}

}  // namespace

Grouping::Grouping(const AggregateExpr& aggregate)
    : without_(aggregate.without), names_(aggregate.grouping) {
  if (without_) names_.emplace_back(model::kMetricName);
  std::sort(names_.begin(), names_.end());
}

void Grouping::LabelsOf(model::LabelsView labels, std::string* packed) const {
  if (without_) {
    RemoveLabels(labels, names_, packed);
  } else {
    KeepLabels(labels, names_, packed);
  }
}

StatusOr<StepMatrix> EvalAggregate(Query& query, const AggregateExpr& aggregate,
                                   const StepGrid& grid) {
  switch (aggregate.op) {
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
      return EvalRanking(query, aggregate, grid);
    case AggregateOp::kQuantile:
      return EvalQuantile(query, aggregate, grid);
    case AggregateOp::kCountValues:
      return EvalCountValues(query, aggregate, grid);
    default:
      break;
  }
  const Spec spec{aggregate.op, Grouping(aggregate), Unwrap(aggregate.expr.get())->range,
                  grid.count};
  return EvalGroups(query, spec, *aggregate.expr, grid);
}

StatusOr<StepMatrix> EvalPresence(Query& query, const Expr& expr, const StepGrid& grid) {
  return EvalGroups(query, {AggregateOp::kGroup, Grouping(), expr.range, grid.count}, expr, grid);
}

}  // namespace aion::promql
