#pragma once

// The language of PromQL test scripts, upstream's: load, clear, eval, expect. Text in, commands
// out; running them is promql_script_runner.h.
//
//   load 5m
//     http_requests{job="a"} 0+10x10
//   eval instant at 50m rate(http_requests[5m])
//     {job="a"} 0.0333
//   eval range from 0 to 10m step 5m http_requests
//     expect no_warn
//     {__name__="http_requests", job="a"} 0 10 20
//   clear
//
// A command that does not parse becomes a BadCommand, so that the rest of the file still runs.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/duration.h"
#include "promql/parse/parser.h"

namespace aion::testing {

struct LoadedSeries {
  promql::SeriesDescription description;
  /// Start time of each value relative to its time, where given with `@st`; empty or as long as the
  /// values.
  std::vector<std::optional<DurationMs>> start_offsets;
};

struct LoadCommand {
  int line = 0;
  DurationMs step_ms = 0;
  bool with_custom_buckets = false;
  std::vector<LoadedSeries> series;
};

struct ClearCommand {};

struct BadCommand {
  int line = 0;
  std::string error;
  bool is_eval = false;
};

/// `expect warn msg: …`: a text, a pattern, or anything.
struct Expectation {
  enum class Kind : uint8_t { kOrdered, kFail, kWarn, kNoWarn, kInfo, kNoInfo };
  Kind kind = Kind::kOrdered;
  bool is_pattern = false;
  std::string text;  ///< Pattern ".*" when nothing is asked.

  bool Matches(std::string_view actual) const;
};

struct EvalCommand {
  int line = 0;
  std::string query;
  bool is_range = false;
  TimestampMs time = 0;   ///< Of an instant query.
  TimestampMs start = 0;  ///< Of the range, or of the expected range vector.
  TimestampMs end = 0;
  DurationMs step_ms = 0;
  std::vector<Expectation> expectations;
  bool warn = false;  ///< Old form eval_warn: at least one.
  bool info = false;
  std::vector<promql::SeriesDescription> expected;
  std::optional<double> expected_scalar;
  std::optional<std::string> expected_string;
  bool instant_only = false;  ///< Not to be checked against the same query over a range.

  bool Expects(Expectation::Kind kind) const;
};

using ScriptCommand = std::variant<LoadCommand, ClearCommand, EvalCommand, BadCommand>;

std::vector<ScriptCommand> ParsePromqlScript(std::string_view text);

}  // namespace aion::testing
