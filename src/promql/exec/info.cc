// info(): adds the labels of info metrics (target_info and its like) to series that have the same
// instance and job.
//
// The info series are selected by the values of those two labels found in the base series,
// evaluated as instants whose value is the time of the sample, so that of two info series for one
// target the newer one counts at each step.

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "promql/exec/calls.h"
#include "promql/exec/label_sets.h"
#include "promql/exec/pipeline.h"
#include "promql/exec/stream.h"

namespace aion::promql {
namespace {

constexpr std::string_view kDefaultInfoMetric = "target_info";
const std::vector<std::string>& IdentifyingLabels() {
  static const std::vector<std::string> kLabels = {"instance", "job"};
  return kLabels;
}

/// `@` and offset that say when info series are looked at: those of the first selector, with the
/// subqueries around it.
struct InfoTime {
  std::optional<TimestampMs> timestamp;
  DurationMs offset_ms = 0;
};

bool FindInfoTime(const Expr* expr, InfoTime* time) {
  const VectorSelector* selector = As<VectorSelector>(expr);
  if (const auto* matrix = As<MatrixSelector>(expr)) selector = matrix->selector.get();
  if (selector != nullptr) {
    *time = {selector->time.timestamp, selector->time.offset_ms};
    return true;
  }
  for (const Expr* child : Children(expr)) {
    if (!FindInfoTime(child, time)) continue;
    if (const auto* subquery = As<SubqueryExpr>(expr);
        subquery != nullptr && !time->timestamp.has_value()) {
      time->offset_ms += subquery->time.offset_ms;
      time->timestamp = subquery->time.timestamp;
    }
    return true;
  }
  return false;
}

struct InfoSelector {
  std::vector<model::Matcher> names;  ///< On the metric name of the info series.
  std::map<std::string, std::vector<model::Matcher>> data;  ///< On the labels to add, by label.
};

/// Name matchers without a positive one look at everything called like an info metric.
StatusOr<std::vector<model::Matcher>> EffectiveNames(std::vector<model::Matcher> names) {
  if (names.empty()) {
    return std::vector{
        model::Matcher::Equal(std::string(model::kMetricName), std::string(kDefaultInfoMetric))};
  }
  for (const model::Matcher& matcher : names) {
    if (matcher.type() == model::MatchType::kEqual || matcher.type() == model::MatchType::kRegex)
      return names;
  }
  ASSIGN_OR_RETURN(
      model::Matcher any_info,
      model::Matcher::Create(model::MatchType::kRegex, std::string(model::kMetricName), ".+_info"));
  names.insert(names.begin(), std::move(any_info));
  return names;
}

StatusOr<InfoSelector> ReadSelector(const Call& call) {
  InfoSelector selector;
  if (call.args.size() > 1) {
    for (const model::Matcher& matcher : As<VectorSelector>(Unwrap(call.args[1].get()))->matchers) {
      if (matcher.name() == model::kMetricName) {
        selector.names.push_back(matcher);
      } else {
        selector.data[matcher.name()].push_back(matcher);
      }
    }
  }
  ASSIGN_OR_RETURN(selector.names, EffectiveNames(std::move(selector.names)));
  return selector;
}

bool IsInfoSeries(const InfoSelector& selector, model::LabelsView labels) {
  const std::string_view name = labels.Get(model::kMetricName);
  return std::all_of(selector.names.begin(), selector.names.end(),
                     [name](const model::Matcher& matcher) { return matcher.Matches(name); });
}

std::string QuoteRegex(std::string_view text) {
  std::string quoted;
  for (char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

/// Matchers for the info series of the base series; empty when none of these has an identifying
/// label.
StatusOr<std::vector<model::Matcher>> InfoMatchers(const InfoSelector& selector,
                                                   const StepMatrix& base) {
  std::map<std::string, std::set<std::string>> wanted;
  for (const StepSeries& series : base.series) {
    if (IsInfoSeries(selector, series.labels)) continue;
    for (const std::string& name : IdentifyingLabels()) {
      if (const std::string_view value = series.labels.Get(name); !value.empty())
        wanted[name].emplace(value);
    }
  }
  std::vector<model::Matcher> matchers;
  if (wanted.empty()) return matchers;
  for (const auto& [name, values] : wanted) {
    std::string pattern;
    for (const std::string& value : values)
      pattern += (pattern.empty() ? "" : "|") + QuoteRegex(value);
    ASSIGN_OR_RETURN(model::Matcher matcher,
                     model::Matcher::Create(model::MatchType::kRegex, name, pattern));
    matchers.push_back(std::move(matcher));
  }
  for (const auto& [name, data] : selector.data)
    matchers.insert(matchers.end(), data.begin(), data.end());
  matchers.insert(matchers.end(), selector.names.begin(), selector.names.end());
  return matchers;
}

StatusOr<StepMatrix> FetchInfo(Query& query, std::vector<model::Matcher> matchers,
                               const InfoTime& time, const StepGrid& grid) {
  series::SelectRequest request;
  request.matchers = std::move(matchers);
  const DurationMs lookback = query.options.lookback_ms;
  request.range.min = time.timestamp.value_or(grid.start) - lookback + 1 - time.offset_ms;
  request.range.max = time.timestamp.value_or(grid.Last()) - time.offset_ms;
  request.hints.step_ms = grid.step_ms;
  request.hints.function = "info";
  Pipeline pipeline;
  pipeline.request = &request;
  pipeline.leaf.grid = grid;
  pipeline.leaf.instant = {time.timestamp.value_or(grid.start) - time.offset_ms,
                           grid.step_ms,
                           grid.count,
                           lookback,
                           time.timestamp.has_value(),
                           InstantValue::kInfoTime};
  return Collect(query, [&](SeriesSink* sink) { return Stream(query, pipeline, sink); });
}

/// Info series of one metric for one target.
struct Candidates {
  std::vector<size_t> info;
};

class Enrichment {
 public:
  Enrichment(Query& query, const InfoSelector& selector, const StepMatrix& info,
             const StepGrid& grid)
      : selector_(selector), info_(info), grid_(grid), result_(&query) {
    std::string target;
    for (size_t i = 0; i < info.series.size(); ++i) {
      const model::LabelsView labels = info.series[i].labels;
      KeepLabels(labels, IdentifyingLabels(), &target);
      by_target_[target][std::string(labels.Get(model::kMetricName))].info.push_back(i);
    }
    for (const auto& [name, matchers] : selector.data) {
      for (const model::Matcher& matcher : matchers) data_may_be_absent_ &= matcher.MatchesEmpty();
    }
  }

  /// At every step the newest info series of a metric and target; two of one time are an error.
  Status CheckConflicts() {
    for (const StepSeries& series : info_.series) {
      if (!series.row.has_histograms()) continue;
      return FailedPreconditionError("this should be an info metric, with float samples: " +
                                     series.labels.ToString());
    }
    for (const auto& [target, metrics] : by_target_) {
      for (const auto& [name, candidates] : metrics) {
        for (size_t step = 0; candidates.info.size() > 1 && step < grid_.count; ++step) {
          RETURN_IF_ERROR(CheckStep(candidates, step));
        }
      }
    }
    return OkStatus();
  }

  Status Add(const StepSeries& base) {
    if (IsInfoSeries(selector_, base.labels)) return Emit(base, base.labels, nullptr);
    std::string target;
    KeepLabels(base.labels, IdentifyingLabels(), &target);
    const auto metrics = by_target_.find(target);
    std::map<std::vector<size_t>, std::vector<uint8_t>> steps_of;  // By the info series that apply.
    for (size_t step = 0; step < grid_.count; ++step) {
      if (!base.row.Has(step)) continue;
      std::vector<size_t> chosen;
      if (metrics != by_target_.end()) {
        for (const auto& [name, candidates] : metrics->second) {
          if (const std::optional<size_t> best = Newest(candidates, step)) chosen.push_back(*best);
        }
      }
      steps_of.try_emplace(std::move(chosen), grid_.count).first->second[step] = 1;
    }
    for (const auto& [chosen, steps] : steps_of) {
      if (chosen.empty() && !data_may_be_absent_) continue;
      ASSIGN_OR_RETURN(const model::Labels labels, Enriched(base.labels, chosen));
      RETURN_IF_ERROR(Emit(base, labels, &steps));
    }
    return OkStatus();
  }

  StatusOr<StepMatrix> Finish() {
    RETURN_IF_ERROR(JoinEqualLabels(&result_));
    return std::move(result_);
  }

 private:
  double TimeAt(size_t info, size_t step) const { return info_.series[info].row.values()[step]; }

  std::optional<size_t> Newest(const Candidates& candidates, size_t step) const {
    std::optional<size_t> best;
    for (size_t i : candidates.info) {
      if (!info_.series[i].row.HasFloat(step)) continue;
      if (!best.has_value() || TimeAt(i, step) > TimeAt(*best, step)) best = i;
    }
    return best;
  }

  Status CheckStep(const Candidates& candidates, size_t step) const {
    std::optional<size_t> best;
    for (size_t i : candidates.info) {
      if (!info_.series[i].row.HasFloat(step)) continue;
      if (best.has_value() && TimeAt(i, step) == TimeAt(*best, step)) {
        const auto time = [&](size_t at) {
          return std::to_string(static_cast<int64_t>(TimeAt(at, step)));
        };
        return FailedPreconditionError("found duplicate series for info metric: existing " +
                                       info_.series[*best].labels.ToString() + " @ " + time(*best) +
                                       ", new " + info_.series[i].labels.ToString() + " @ " +
                                       time(i));
      }
      if (!best.has_value() || TimeAt(i, step) > TimeAt(*best, step)) best = i;
    }
    return OkStatus();
  }

  StatusOr<model::Labels> Enriched(const model::Labels& base,
                                   const std::vector<size_t>& chosen) const {
    std::map<std::string_view, std::string_view> added;
    for (size_t i : chosen) {
      for (const model::LabelView label : info_.series[i].labels) {
        if (label.name == model::kMetricName) continue;
        if (!selector_.data.empty() && !selector_.data.contains(std::string(label.name))) continue;
        const auto known = added.find(label.name);
        if (known != added.end() && known->second != label.value) {
          return FailedPreconditionError("conflicting label: " + std::string(label.name));
        }
        if (!base.Has(label.name)) added.emplace(label.name, label.value);
      }
    }
    model::LabelsBuilder builder(base);
    for (const auto& [name, value] : added) builder.Set(name, value);
    return builder.Build();
  }

  Status Emit(const StepSeries& base, const model::Labels& labels,
              const std::vector<uint8_t>* steps) {
    StepSeries out{labels, base.drop_name, StepRow(grid_.count)};
    for (size_t step = 0; step < grid_.count; ++step) {
      if (steps == nullptr || (*steps)[step] != 0) out.row.CopyStep(step, base.row, step);
    }
    return out.row.Empty() ? OkStatus() : result_.Append(std::move(out));
  }

  const InfoSelector& selector_;
  const StepMatrix& info_;
  const StepGrid grid_;
  StepMatrix result_;
  std::map<std::string, std::map<std::string, Candidates>> by_target_;  // Target, then metric name.
  bool data_may_be_absent_ = true;
};

}  // namespace

StatusOr<StepMatrix> EvalInfo(Query& query, const Call& call, const StepGrid& grid) {
  InfoTime time;
  FindInfoTime(call.args[0].get(), &time);
  ASSIGN_OR_RETURN(const StepMatrix base, EvalVector(query, *call.args[0], grid));
  ASSIGN_OR_RETURN(const InfoSelector selector, ReadSelector(call));
  ASSIGN_OR_RETURN(std::vector<model::Matcher> matchers, InfoMatchers(selector, base));
  StepMatrix info;
  if (!matchers.empty()) {
    ASSIGN_OR_RETURN(info, FetchInfo(query, std::move(matchers), time, grid));
  }
  Enrichment enrichment(query, selector, info, grid);
  RETURN_IF_ERROR(enrichment.CheckConflicts());
  for (const StepSeries& series : base.series) {
    RETURN_IF_ERROR(query.CheckCancelled());
    RETURN_IF_ERROR(enrichment.Add(series));
  }
  return enrichment.Finish();
}

}  // namespace aion::promql
