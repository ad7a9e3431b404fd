#pragma once

// The tree of a PromQL expression, as the parser makes it, the planner annotates it and the printer
// writes it back.
//
// One struct a kind of node, owned by its parent through ExprPtr; `kind` says which struct a node
// is, `As<T>` casts. Every node knows the bytes of the query text it came from, because annotations
// and errors point there. Depth is at most kExprDepthMax, so functions over trees may recurse.
// Plain values: no locks, one owner at a time; a finished tree may be read from many threads.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/duration.h"
#include "model/matcher.h"
#include "promql/parse/functions.h"
#include "promql/parse/operators.h"
#include "promql/parse/value_type.h"

namespace aion::promql {

/// Levels of nesting an expression may have, parentheses and operator chains included; deeper ones
/// do not parse. Evaluating the deepest takes less than 4 MiB of stack.
inline constexpr uint32_t kExprDepthMax = 1000;

/// Byte offsets into the query text, [start, end).
struct SourceRange {
  int32_t start = 0;
  int32_t end = 0;
  bool operator==(const SourceRange&) const = default;
};

/// `a - b`, at the ends of the range instead of beyond: texts may hold any time and offset.
constexpr TimestampMs SaturatingSub(TimestampMs a, DurationMs b) {
  TimestampMs result = 0;
  if (!__builtin_sub_overflow(a, b, &result)) return result;
  return b > 0 ? INT64_MIN : INT64_MAX;
}

enum class NodeKind : uint8_t {
  kNumber,
  kString,
  kVectorSelector,
  kMatrixSelector,
  kSubquery,
  kUnary,
  kBinary,
  kAggregate,
  kCall,
  kParen,
  kStepInvariant,
};

struct Expr {
  explicit Expr(NodeKind node_kind) : kind(node_kind) {}
  virtual ~Expr() = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;
  /// The type it evaluates to; walks down through parentheses and operators.
  ValueType Type() const;

  const NodeKind kind;
  uint32_t depth = 1;  ///< Levels of nodes from here down, kept by the parser.
  SourceRange range;
};
using ExprPtr = std::unique_ptr<Expr>;

/// Arithmetic over durations inside [] and after `offset`: `[step() * 2]`, `offset -(1h / 3)`.
struct DurationExpr {
  enum class Op : uint8_t {
    kLiteral,
    kStep,
    kRange,
    kMinOf,
    kMaxOf,
    kAdd,
    kSub,
    kMul,
    kDiv,
    kMod,
    kPow
  };
  Op op = Op::kLiteral;
  double seconds = 0;  ///< Of a literal.
  bool duration_text =
      false;             ///< The literal was written as a duration ("5m") rather than a number.
  bool wrapped = false;  ///< In parentheses.
  /// `lhs` is null for the unary signs.
  std::unique_ptr<DurationExpr> lhs, rhs;
  SourceRange range;
};
using DurationExprPtr = std::unique_ptr<DurationExpr>;

struct NumberLiteral : Expr {
  static constexpr NodeKind kKind = NodeKind::kNumber;
  NumberLiteral() : Expr(kKind) {}
  double value = 0;
  bool duration_text = false;  ///< Written as a duration; `value` is seconds.
};

struct StringLiteral : Expr {
  static constexpr NodeKind kKind = NodeKind::kString;
  StringLiteral() : Expr(kKind) {}
  std::string value;
};

/// What `@` was given besides a number.
enum class AtPreprocessor : uint8_t { kNone, kStart, kEnd };

/// `@` and `offset`, shared by selectors and subqueries.
struct TimeModifiers {
  DurationMs offset_ms =
      0;  ///< As written; the planner computes it where there is an `offset_expr`.
  DurationExprPtr offset_expr;           ///< Null for a plain duration.
  std::optional<TimestampMs> timestamp;  ///< Of `@`; the planner fills it for start() and end().
  AtPreprocessor at = AtPreprocessor::kNone;

  /// The time looked at when the expression around is evaluated at `step_time`: `@` replaces it,
  /// then `offset` shifts.
  TimestampMs ReferenceTime(TimestampMs step_time) const {
    return SaturatingSub(timestamp.value_or(step_time), offset_ms);
  }
};

struct VectorSelector : Expr {
  static constexpr NodeKind kKind = NodeKind::kVectorSelector;
  VectorSelector() : Expr(kKind) {}
  std::string name;                      ///< Metric name written before the braces; may be empty.
  std::vector<model::Matcher> matchers;  ///< As written; that of `name` comes last.
  TimeModifiers time;
  bool anchored = false;
  bool smoothed = false;
  bool skip_histogram_buckets =
      false;               ///< The planner's: only count and sum of histograms are looked at.
  int32_t selection = -1;  ///< The planner's: index into Plan::selections.
  bool bypass_empty_matcher_check = false;  ///< Second argument of info().
};

struct MatrixSelector : Expr {
  static constexpr NodeKind kKind = NodeKind::kMatrixSelector;
  MatrixSelector() : Expr(kKind) {}
  std::unique_ptr<VectorSelector> selector;  ///< Holds the time modifiers as well.
  DurationMs range_ms = 0;
  DurationExprPtr range_expr;  ///< Null for a plain duration.
};

struct SubqueryExpr : Expr {
  static constexpr NodeKind kKind = NodeKind::kSubquery;
  SubqueryExpr() : Expr(kKind) {}
  ExprPtr expr;
  DurationMs range_ms = 0;
  DurationExprPtr range_expr;
  DurationMs step_ms = 0;  ///< 0: the engine's default interval.
  DurationExprPtr step_expr;
  TimeModifiers time;
};

struct UnaryExpr : Expr {
  static constexpr NodeKind kKind = NodeKind::kUnary;
  UnaryExpr() : Expr(kKind) {}
  bool negate = false;  ///< `-`, else `+`.
  ExprPtr expr;
};

enum class MatchCardinality : uint8_t { kOneToOne, kManyToOne, kOneToMany, kManyToMany };
/// "one-to-one" and so on.
std::string_view CardinalityText(MatchCardinality cardinality);

struct VectorMatching {
  MatchCardinality cardinality = MatchCardinality::kOneToOne;
  std::vector<std::string> labels;
  bool on = false;                   ///< `labels` are those compared, rather than those ignored.
  std::vector<std::string> include;  ///< Of group_left and group_right.
  std::optional<double> fill_lhs, fill_rhs;
};

struct BinaryExpr : Expr {
  static constexpr NodeKind kKind = NodeKind::kBinary;
  BinaryExpr() : Expr(kKind) {}
  BinaryOp op = BinaryOp::kAdd;
  ExprPtr lhs, rhs;
  /// Of the sides, kept by the parser: Type() need not walk both of them.
  ValueType lhs_type = ValueType::kNone, rhs_type = ValueType::kNone;
  /// Set exactly when both sides are instant vectors.
  std::optional<VectorMatching> matching;
  bool return_bool = false;
};

struct AggregateExpr : Expr {
  static constexpr NodeKind kKind = NodeKind::kAggregate;
  AggregateExpr() : Expr(kKind) {}
  AggregateOp op = AggregateOp::kSum;
  ExprPtr expr;
  ExprPtr param;  ///< Of topk, bottomk, limitk, limit_ratio, quantile, count_values; else null.
  std::vector<std::string> grouping;
  bool without = false;
};

struct Call : Expr {
  static constexpr NodeKind kKind = NodeKind::kCall;
  Call() : Expr(kKind) {}
  const Function* func = nullptr;  ///< A row of the static table.
  std::vector<ExprPtr> args;
};

struct ParenExpr : Expr {
  static constexpr NodeKind kKind = NodeKind::kParen;
  ParenExpr() : Expr(kKind) {}
  ExprPtr expr;
};

/// Put in by the planner around what is equal at every step. Never made by the parser; prints as
/// its child.
struct StepInvariantExpr : Expr {
  static constexpr NodeKind kKind = NodeKind::kStepInvariant;
  StepInvariantExpr() : Expr(kKind) {}
  ExprPtr expr;
};

/// The node as a T, or null when it is another kind.
template <typename T>
T* As(Expr* expr) {
  return expr != nullptr && expr->kind == T::kKind ? static_cast<T*>(expr) : nullptr;
}
template <typename T>
const T* As(const Expr* expr) {
  return expr != nullptr && expr->kind == T::kKind ? static_cast<const T*>(expr) : nullptr;
}
template <typename T>
T* As(const ExprPtr& expr) {
  return As<T>(expr.get());
}

/// The owning pointers to the children, in the order of the text (an aggregation: expression, then
/// parameter). The selector of a MatrixSelector is not among them: it is part of its node.
std::vector<ExprPtr*> Children(Expr* expr);
std::vector<const Expr*> Children(const Expr* expr);

/// Looks through parentheses and step-invariant wrappers.
Expr* Unwrap(Expr* expr);
const Expr* Unwrap(const Expr* expr);

/// Deep copies.
ExprPtr Clone(const Expr& expr);
DurationExprPtr Clone(const DurationExpr* expr);

/// Calls `visit(selector)` for each vector selector in the order of the text, those of matrix
/// selectors included.
template <typename Visit>
void ForEachSelector(Expr* expr, const Visit& visit) {
  if (auto* selector = As<VectorSelector>(expr)) {
    visit(selector);
  } else if (auto* matrix = As<MatrixSelector>(expr)) {
    visit(matrix->selector.get());
  } else {
    for (ExprPtr* child : Children(expr)) ForEachSelector(child->get(), visit);
  }
}

}  // namespace aion::promql
