#include "testing/promql_script_runner.h"

#include <fmt/format.h>

#include <map>

#include "promql/parse/printer.h"
#include "testing/classic_histograms.h"
#include "testing/memory_queryable.h"
#include "testing/promql_script.h"
#include "testing/promql_script_compare.h"

namespace aion::testing {
namespace {

using promql::Engine;
using promql::ExprPtr;
using promql::QueryResult;

constexpr DurationMs kMinuteMs = 60'000;
constexpr int64_t kMaxSamples = 10'000;

constexpr std::string_view kTimeDependent[] = {
    "day_of_month", "day_of_week", "day_of_year", "days_in_month",  "end",
    "hour",         "minute",      "month",       "predict_linear", "range",
    "start",        "step",        "time",        "timestamp",      "year"};

bool CallsTimeDependent(const promql::Expr* expr) {
  if (const auto* call = promql::As<promql::Call>(expr)) {
    for (const std::string_view name : kTimeDependent) {
      if (call->func->name == name) return true;
    }
  }
  for (const promql::Expr* child : promql::Children(expr)) {
    if (CallsTimeDependent(child)) return true;
  }
  return false;
}

/// Pins what is not pinned yet to `time`; a pinned subquery pins what is inside it.
void PinTimes(promql::Expr* expr, TimestampMs time) {
  promql::TimeModifiers* modifiers = nullptr;
  if (auto* selector = promql::As<promql::VectorSelector>(expr)) modifiers = &selector->time;
  if (auto* matrix = promql::As<promql::MatrixSelector>(expr)) modifiers = &matrix->selector->time;
  if (auto* subquery = promql::As<promql::SubqueryExpr>(expr)) modifiers = &subquery->time;
  if (modifiers != nullptr) {
    if (!modifiers->timestamp) modifiers->timestamp = time;
    return;
  }
  for (ExprPtr* child : promql::Children(expr)) PinTimes(child->get(), time);
}

bool MentionsQueryContext(std::string_view query) {
  for (const std::string_view call : {"start()", "end()", "range()", "step()"}) {
    if (query.find(call) != std::string_view::npos) return true;
  }
  return false;
}

struct InstantQuery {
  std::string query;
  TimestampMs time = 0;
};

/// The query itself, then pinned to its time and asked at others.
std::vector<InstantQuery> Variants(const EvalCommand& eval) {
  std::vector<InstantQuery> variants = {{eval.query, eval.time}};
  StatusOr<ExprPtr> expr = promql::ParseExpr(eval.query, promql::ParserOptions::All());
  if (!expr.ok() || CallsTimeDependent(expr->get())) return variants;
  PinTimes(expr->get(), eval.time);
  const std::string pinned = promql::ToString(**expr);
  const TimestampMs time = eval.time;
  std::vector<TimestampMs> times = {-10 * time, 0, time / 5, time, 10 * time};
  if (time == 0) times = {-1000, 0, 1000};
  for (const TimestampMs other : times) variants.push_back({pinned, other});
  return variants;
}

class Runner {
 public:
  explicit Runner(const Engine& engine) : engine_(engine) {}

  ScriptOutcome Run(std::string_view script) {
    for (const ScriptCommand& command : ParsePromqlScript(script))
      std::visit([&](const auto& c) { Do(c); }, command);
    return std::move(outcome_);
  }

 private:
  void Do(const ClearCommand&) { queryable_.Clear(); }

  void Do(const BadCommand& command) {
    outcome_.failures.push_back(fmt::format("line {}: {}", command.line, command.error));
  }

  void Do(const LoadCommand& load) {
    ClassicHistograms classic;
    std::map<model::Labels, const LoadedSeries*>
        last_of_name;  // A series given twice has the values of the last.
    for (const LoadedSeries& series : load.series)
      last_of_name[series.description.labels] = &series;
    for (const auto& [labels, series] : last_of_name) Load(load, *series, &classic);
    if (!load.with_custom_buckets) return;
    const auto converted = classic.Convert();
    if (!converted.ok()) {
      outcome_.failures.push_back(
          fmt::format("line {}: {}", load.line, converted.status().message()));
      return;
    }
    for (const auto& [labels, samples] : *converted) {
      for (const NativeSample& sample : samples)
        queryable_.AppendHistogram(labels, sample.time, sample.histogram);
    }
  }

  void Load(const LoadCommand& load, const LoadedSeries& series, ClassicHistograms* classic) {
    const model::Labels& labels = series.description.labels;
    TimestampMs time = 0;
    for (size_t i = 0; i < series.description.values.size(); ++i, time += load.step_ms) {
      const promql::SequenceValue& value = series.description.values[i];
      if (value.omitted) continue;
      TimestampMs start_time = 0;
      if (!series.start_offsets.empty() && series.start_offsets[i])
        start_time = time + *series.start_offsets[i];
      if (value.histogram) {
        queryable_.AppendHistogram(labels, time, *value.histogram, start_time);
        continue;
      }
      queryable_.AppendFloat(labels, time, value.value, start_time);
      if (load.with_custom_buckets) classic->Add(labels, time, value.value);
    }
  }

  void Do(const EvalCommand& eval) {
    const Status status = eval.is_range ? RunRange(eval) : RunInstant(eval);
    if (status.ok()) {
      ++outcome_.passed;
      return;
    }
    outcome_.failures.push_back(
        fmt::format("line {}: {}: {}", eval.line, eval.query, status.message()));
  }

  /// Compares what is not the value: failure and annotations. `*done` when the query was to fail
  /// and did.
  static Status CheckOutcome(const EvalCommand& eval, const StatusOr<QueryResult>& result,
                             bool* done) {
    const bool expect_failure = eval.Expects(Expectation::Kind::kFail);
    *done = !result.ok() && expect_failure;
    if (!result.ok()) {
      if (!expect_failure) return result.status();
      for (const Expectation& expectation : eval.expectations) {
        if (expectation.kind != Expectation::Kind::kFail ||
            expectation.Matches(result.status().message()))
          continue;
        return FailedPreconditionError(
            fmt::format("expected error {}, got {}", expectation.text, result.status().message()));
      }
      return OkStatus();
    }
    if (expect_failure) return FailedPreconditionError("expected an error, got none");
    return CompareAnnotations(eval, result->warnings);
  }

  Status RunRange(const EvalCommand& eval) {
    const StatusOr<QueryResult> result = engine_.Range(
        eval.query, {eval.start, eval.end, eval.step_ms}, {}, queryable_, series::RequestContext());
    bool done;
    RETURN_IF_ERROR(CheckOutcome(eval, result, &done));
    return done ? OkStatus() : CompareResult(eval, result->value);
  }

  Status RunInstant(const EvalCommand& eval) {
    for (const InstantQuery& variant : Variants(eval)) {
      const Status status = RunVariant(eval, variant);
      if (!status.ok())
        return status.WithContext(fmt::format("{} at {} ms", variant.query, variant.time));
    }
    return OkStatus();
  }

  Status RunVariant(const EvalCommand& eval, const InstantQuery& variant) {
    const StatusOr<QueryResult> result =
        engine_.Instant(variant.query, variant.time, {}, queryable_, series::RequestContext());
    bool done;
    RETURN_IF_ERROR(CheckOutcome(eval, result, &done));
    if (done) return OkStatus();
    RETURN_IF_ERROR(CompareResult(eval, result->value));
    if (eval.instant_only || MentionsQueryContext(variant.query)) return OkStatus();
    return RunMiddleStep(eval, variant, std::holds_alternative<model::Scalar>(result->value))
        .WithContext("as the middle step of a range");
  }

  Status RunMiddleStep(const EvalCommand& eval, const InstantQuery& variant, bool scalar) {
    const promql::RangeTimes times = {variant.time - kMinuteMs, variant.time + kMinuteMs,
                                      kMinuteMs};
    const StatusOr<QueryResult> result =
        engine_.Range(variant.query, times, {}, queryable_, series::RequestContext());
    if (!result.ok()) return result.status();
    if (eval.Expects(Expectation::Kind::kOrdered)) return OkStatus();
    const model::Vector vector = VectorAt(std::get<model::Matrix>(result->value), variant.time);
    if (!scalar) return CompareResult(eval, vector);
    if (vector.empty()) return FailedPreconditionError("no value");
    return CompareResult(eval, model::Scalar{variant.time, vector.front().value});
  }

  const Engine& engine_;
  MemoryQueryable queryable_;
  ScriptOutcome outcome_;
};

}  // namespace

promql::EngineOptions ScriptEngineOptions() {
  promql::EngineOptions options;
  options.max_samples = kMaxSamples;
  options.parser = promql::ParserOptions::All();
  options.delayed_name_removal = true;
  options.use_start_timestamps = true;
  return options;
}

ScriptOutcome RunPromqlScript(std::string_view script, const Engine& engine) {
  return Runner(engine).Run(script);
}

}  // namespace aion::testing
