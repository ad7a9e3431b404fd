#pragma once

// Engine: evaluates PromQL over a series::Queryable. The door of `promql`: expression text and
// times in, a value with its warnings and statistics out.
//
// A query runs on the caller's thread, which alone blocks (on NextBatch of the selected series);
// decoding, window functions and aggregation run on the compute pool of the options. What a query
// keeps in memory is charged to the accountant of its RequestContext, and the cancel token is asked
// at least every few milliseconds. Answers do not depend on the number of threads. An Engine is
// immutable and serves any number of queries at once.
//
// Errors, and what the API calls them (`ErrorKind`):
//   kInvalidArgument    bad_data   the text does not parse (`1:5: parse error: …`)
//   kFailedPrecondition execution  evaluation cannot go on (many-to-many matching, duplicate
//   labels, …) kResourceExhausted  execution  max_samples or the memory budget would be passed; the
//   text names the limit kCancelled          canceled   `query was canceled in …` kDeadlineExceeded
//   timeout    `query timed out in …` anything else       internal   of the Queryable, with
//   `expanding series: ` before it
// Warnings and infos (annotations) never are errors; they carry their place in the text as
// upstream's do.

#include <functional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/duration.h"
#include "base/status.h"
#include "model/query_value.h"
#include "model/warnings.h"
#include "promql/parse/ast.h"
#include "promql/parse/parser.h"
#include "series/queryable.h"

namespace aion::runtime {
class ThreadPool;
}

namespace aion::promql {

struct EngineOptions {
  DurationMs lookback_delta_ms = 300'000;
  /// Samples a query may hold at a time, as upstream counts them; 0 for no limit.
  int64_t max_samples = 50'000'000;
  /// Of one query; 0 for none. The RequestContext's own deadline holds besides.
  DurationMs timeout_ms = 120'000;
  /// Step of a subquery written without one, from its range. Null: one minute.
  std::function<DurationMs(DurationMs range_ms)> default_subquery_step_ms;
  /// Not owned; null evaluates on the caller's thread.
  runtime::ThreadPool* pool = nullptr;

  /// Parts of the language that are off by default.
  ParserOptions parser;
  bool delayed_name_removal = false;  ///< promql-delayed-name-removal
  bool type_and_unit_labels = false;  ///< type-and-unit-labels
  bool use_start_timestamps = false;  ///< use-start-timestamps
  bool per_step_stats = false;  ///< Fills QueryStats::samples_per_step where a query asks for it.
  bool thanos_x_functions = false;  ///< xrate, xincrease, xdelta
};

/// What one query may set for itself.
struct QueryOptions {
  DurationMs lookback_delta_ms = 0;  ///< 0: the engine's.
  bool per_step_stats = false;
};

struct RangeTimes {
  TimestampMs start = 0;
  TimestampMs end = 0;     ///< Inclusive.
  DurationMs step_ms = 0;  ///< Requires: > 0.
};

struct QueryStats {
  int64_t samples_total =
      0;  ///< Samples looked at: whole windows, at each step (totalQueryableSamples).
  int64_t samples_peak = 0;  ///< Most samples held at a time.
  int64_t samples_read = 0;  ///< Each sample once.
  struct Step {
    TimestampMs time = 0;
    int64_t samples = 0;
  };
  std::vector<Step> samples_per_step;
};

struct QueryResult {
  model::QueryValue value;
  model::Warnings warnings;
  QueryStats stats;
};

class Engine {
 public:
  explicit Engine(EngineOptions options);

  /// The value at `time`: scalar, string, vector or matrix, by the type of the expression. Vectors
  /// keep the order of sort() and topk(); a matrix is sorted by labels.
  StatusOr<QueryResult> Instant(std::string_view query, TimestampMs time,
                                const QueryOptions& query_options, series::Queryable& queryable,
                                const series::RequestContext& context) const;
  /// A matrix sorted by labels. A query that is neither scalar nor vector is kInvalidArgument:
  /// `invalid expression type "range vector" for range query, must be Scalar or instant Vector`.
  StatusOr<QueryResult> Range(std::string_view query, const RangeTimes& times,
                              const QueryOptions& query_options, series::Queryable& queryable,
                              const series::RequestContext& context) const;

  /// The same for an expression that is parsed already; `expr` is consumed. `query` is its text,
  /// which annotations point into; ranges of nodes beyond it print without a place.
  StatusOr<QueryResult> InstantExpr(ExprPtr expr, std::string_view query, TimestampMs time,
                                    const QueryOptions& query_options, series::Queryable& queryable,
                                    const series::RequestContext& context) const;
  StatusOr<QueryResult> RangeExpr(ExprPtr expr, std::string_view query, const RangeTimes& times,
                                  const QueryOptions& query_options, series::Queryable& queryable,
                                  const series::RequestContext& context) const;

  const EngineOptions& options() const { return options_; }

 private:
  EngineOptions options_;
};

/// What /api/v1 puts in `errorType` for a Status of the Engine.
enum class ErrorKind : uint8_t { kBadData, kExecution, kCanceled, kTimeout, kInternal };
ErrorKind KindOf(const Status& status);

}  // namespace aion::promql
