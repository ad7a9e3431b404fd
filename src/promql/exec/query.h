#pragma once

// Query: the state of one running query, shared by the operators of this folder; and StepMatrix,
// what they hand to each other: series with their values at every step.
//
// Operators are free functions on the request's thread. They may fork work to the compute pool, but
// only this thread touches a Query; tasks get what they need by value and bring their annotations
// and counts back (`TaskOutcome`).

#include <functional>
#include <vector>

#include "base/accountant.h"
#include "base/status.h"
#include "model/labels.h"
#include "model/warnings.h"
#include "promql/func/annotations.h"
#include "promql/func/step_row.h"
#include "promql/plan/plan.h"
#include "series/queryable.h"

namespace aion::runtime {
class ThreadPool;
}

namespace aion::promql {

/// The samples a query may hold and how many it held, in upstream's unit: a float is one, a
/// histogram several.
class SampleBudget {
 public:
  explicit SampleBudget(int64_t max) : max_(max) {}
  /// kResourceExhausted with upstream's text once more than the maximum is held; `passing` is held
  /// for a moment only.
  Status Add(int64_t samples, int64_t passing = 0);
  void Release(int64_t samples) { held_ -= samples; }
  int64_t peak() const { return peak_; }

 private:
  const int64_t max_;  // 0 for none.
  int64_t held_ = 0;
  int64_t peak_ = 0;
};

struct ExecOptions {
  DurationMs lookback_ms = kDefaultLookbackMs;
  int64_t max_samples = 0;
  std::function<DurationMs(DurationMs)> default_subquery_step;
  runtime::ThreadPool* pool = nullptr;
  bool delayed_name_removal = false;
  bool type_and_unit_labels = false;
  bool use_start_timestamps = false;
  bool per_step_stats = false;
};

/// What a selection that several selectors read has given to the first of them.
struct SharedBatches {
  std::vector<std::shared_ptr<const series::SeriesBatch>> batches;
  size_t series_count = 0;
  size_t readers_done = 0;
  bool complete = false;
  bool too_many = false;  ///< Not held any more.
};

struct Query {
  Query(const ExecOptions& exec_options, const Plan& query_plan, series::Queryable& source,
        const series::RequestContext& request_context)
      : options(exec_options),
        plan(query_plan),
        queryable(source),
        request(request_context),
        samples(exec_options.max_samples) {}

  const ExecOptions& options;
  const Plan& plan;
  series::Queryable& queryable;
  const series::RequestContext& request;

  Annotations annotations;
  model::Warnings warnings;           ///< Of the Queryable.
  std::vector<SharedBatches> shared;  ///< By selection; empty until one is shared.
  SampleBudget samples;
  int64_t samples_total = 0;
  int64_t samples_read = 0;
  std::vector<int64_t> samples_per_step;  ///< Of the outermost grid; empty unless asked for.
  int subquery_depth = 0;

  /// OK, or the error of a cancelled query with upstream's text.
  Status CheckCancelled() const;
};

/// Steps of a query or a subquery, whatever the other limits.
inline constexpr size_t kStepsMax = size_t{1} << 27;

/// kResourceExhausted when an evaluation at `count` steps would pass a limit before any series is
/// looked at.
Status CheckStepCount(const Query& query, size_t count);

/// Turns the Status of a CancelToken into upstream's text: `query was canceled in expression
/// evaluation`.
Status CancelStatus(const Status& status, std::string_view where);

struct StepSeries {
  model::Labels labels;
  bool drop_name = false;  ///< The metric name goes when the query is done (delayed name removal).
  StepRow row;
};

/// Series with values on one grid, and the memory and samples they are charged with.
class StepMatrix {
 public:
  StepMatrix() = default;
  explicit StepMatrix(Query* query) : query_(query), charge_(query->request.accountant) {}
  StepMatrix(StepMatrix&& other) noexcept { *this = std::move(other); }
  StepMatrix& operator=(StepMatrix&& other) noexcept;
  ~StepMatrix() { ReleaseSamples(); }

  std::vector<StepSeries> series;

  /// Charges a series and appends it. kResourceExhausted when a limit would be passed.
  Status Append(StepSeries added);
  /// The same for a series whose operands are released at the same time; `what` names the operator
  /// in the error.
  Status Charge(const StepSeries& added, std::string_view what);

 private:
  void ReleaseSamples();

  Query* query_ = nullptr;
  MemoryCharge charge_;
  int64_t samples_ = 0;
};

/// Samples a row counts for.
int64_t SampleCount(const StepRow& row);
/// Bytes of a row and of the histograms it points to; those that steps share count for each.
uint64_t RowBytes(const StepRow& row);

/// Values of an instant vector at every step. Series order: as upstream shows it for one step, by
/// labels otherwise.
StatusOr<StepMatrix> EvalVector(Query& query, const Expr& expr, const StepGrid& grid);
/// Values of a scalar at every step.
StatusOr<std::vector<double>> EvalScalar(Query& query, const Expr& expr, const StepGrid& grid);

}  // namespace aion::promql
