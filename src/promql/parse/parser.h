#pragma once

// Text to tree: the language of Prometheus 3.14, with its error texts.
//
// Lexing and parsing are one pass, in time linear in the text and memory linear in the tree; a text
// beyond kQueryBytesMax or nested beyond kExprDepthMax is refused. Errors are kInvalidArgument with
// upstream's message, `line:column: parse error: …`, of the first error met. Pure functions,
// thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "promql/parse/ast.h"

namespace aion::promql {

inline constexpr size_t kQueryBytesMax = size_t{16} << 20;

/// The parts of the language behind feature flags.
struct ParserOptions {
  bool experimental_functions =
      false;                          ///< promql-experimental-functions: also limitk, limit_ratio.
  bool duration_expressions = false;  ///< promql-duration-expr
  bool extended_range_selectors = false;  ///< promql-extended-range-selectors: anchored, smoothed.
  bool fill_modifiers = false;            ///< promql-binop-fill-modifiers
  bool x_functions = false;               ///< Thanos' xrate, xincrease and xdelta.
  /// All of Prometheus' own.
  static constexpr ParserOptions All() { return {true, true, true, true, false}; }
};

/// A parsed and type-checked expression.
StatusOr<ExprPtr> ParseExpr(std::string_view query, const ParserOptions& options);

/// `name{a="b",c=~"d"}`: what match[] parameters hold.
StatusOr<std::vector<model::Matcher>> ParseMetricSelector(std::string_view text);

/// `name{a="b"}`: labels with their values.
StatusOr<model::Labels> ParseMetric(std::string_view text);

/// One value of a series description: a float, a histogram or a gap.
struct SequenceValue {
  double value = 0;
  bool omitted = false;
  std::optional<model::FloatHistogram> histogram;
  bool counter_reset_hint_set = false;  ///< The text gave a counter_reset_hint.
};

struct SeriesDescription {
  model::Labels labels;
  std::vector<SequenceValue> values;
};

/// Values one description may expand to.
inline constexpr size_t kSequenceValuesMax = 10'000'000;

/// `name{a="b"} 1 2 3+1x4 _x3 {{schema:0 sum:1}}`: the series of test scripts and rule unit tests.
StatusOr<SeriesDescription> ParseSeriesDescription(std::string_view text);

/// "line:column" of a byte offset, both from 1, as errors and annotations say it; "invalid
/// position" beyond the text.
std::string FormatPosition(std::string_view query, int32_t offset);

}  // namespace aion::promql
