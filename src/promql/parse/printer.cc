#include "promql/parse/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aion::promql {
namespace {

constexpr std::array<std::string_view, 11> kDurationOps = {"",  "",  "",  "",  "", "+",
                                                           "-", "*", "/", "%", "^"};

std::string FormatMs(DurationMs duration_ms) {
  return duration_ms < 0 ? "-" + FormatModelDuration(-duration_ms)
                         : FormatModelDuration(duration_ms);
}

std::string FormatSeconds(double seconds) {
  return FormatMs(static_cast<DurationMs>(seconds * 1e9 / 1e6));
}

std::string JoinLabels(const std::vector<std::string>& labels) {
  std::string out;
  for (const std::string& label : labels) {
    if (!out.empty()) out.append(", ");
    out.append(model::IsLegacyLabelName(label) ? label : QuoteGo(label));
  }
  return out;
}

std::string AtText(const TimeModifiers& time) {
  if (time.timestamp) return fmt::format(" @ {:.3f}", static_cast<double>(*time.timestamp) / 1000);
  if (time.at == AtPreprocessor::kStart) return " @ start()";
  return time.at == AtPreprocessor::kEnd ? " @ end()" : "";
}

std::string OffsetText(const TimeModifiers& time) {
  if (time.offset_expr != nullptr) return " offset " + ToString(*time.offset_expr);
  return time.offset_ms == 0 ? "" : " offset " + FormatMs(time.offset_ms);
}

std::string RangeText(const MatrixSelector& node) {
  const std::string range =
      node.range_expr != nullptr ? ToString(*node.range_expr) : FormatMs(node.range_ms);
  return "[" + range + "]";
}

std::string ExtendedRangeText(const VectorSelector& node) {
  if (node.anchored) return " anchored";
  return node.smoothed ? " smoothed" : "";
}

std::string SubqueryText(const SubqueryExpr& node) {
  const std::string range =
      node.range_expr != nullptr ? ToString(*node.range_expr) : FormatMs(node.range_ms);
  std::string step;
  if (node.step_ms != 0) {
    step = FormatMs(node.step_ms);
  } else if (node.step_expr != nullptr) {
    step = ToString(*node.step_expr);
  }
  return fmt::format("[{}:{}]{}{}", range, step, AtText(node.time), OffsetText(node.time));
}

std::string SelectorText(const VectorSelector& node) {
  std::vector<std::string> matchers;
  for (const model::Matcher& matcher : node.matchers) {
    const bool is_name = matcher.name() == model::kMetricName &&
                         matcher.type() == model::MatchType::kEqual &&
                         matcher.value() == node.name && !matcher.value().empty();
    if (!is_name) matchers.push_back(matcher.ToString());
  }
  if (matchers.empty()) return node.name.empty() ? "{}" : node.name;
  std::ranges::sort(matchers);
  return fmt::format("{}{{{}}}", node.name, fmt::join(matchers, ","));
}

std::string AggregateText(const AggregateExpr& node) {
  std::string text(OperatorText(node.op));
  if (node.without) return text + " without (" + JoinLabels(node.grouping) + ") ";
  if (!node.grouping.empty()) return text + " by (" + JoinLabels(node.grouping) + ") ";
  return text;
}

std::string MatchingText(const VectorMatching& matching) {
  std::string text;
  const bool grouped = matching.cardinality == MatchCardinality::kManyToOne ||
                       matching.cardinality == MatchCardinality::kOneToMany;
  if (!matching.labels.empty() || matching.on || grouped) {
    text += fmt::format(" {} ({})", matching.on ? "on" : "ignoring", JoinLabels(matching.labels));
  }
  if (grouped) {
    const char* side = matching.cardinality == MatchCardinality::kManyToOne ? "left" : "right";
    text += fmt::format(" group_{} ({})", side, JoinLabels(matching.include));
  }
  if (matching.fill_lhs && matching.fill_rhs && *matching.fill_lhs == *matching.fill_rhs) {
    return text + fmt::format(" fill ({})", FormatGoFloat(*matching.fill_lhs, 'g'));
  }
  if (matching.fill_lhs)
    text += fmt::format(" fill_left ({})", FormatGoFloat(*matching.fill_lhs, 'g'));
  if (matching.fill_rhs)
    text += fmt::format(" fill_right ({})", FormatGoFloat(*matching.fill_rhs, 'g'));
  return text;
}

std::string BinaryText(const BinaryExpr& node) {
  return fmt::format("{}{}{}", OperatorText(node.op), node.return_bool ? " bool" : "",
                     node.matching ? MatchingText(*node.matching) : "");
}

}  // namespace

std::string ToString(const DurationExpr& expr) {
  using Op = DurationExpr::Op;
  std::string text;
  switch (expr.op) {
    case Op::kLiteral:
      return expr.duration_text ? FormatSeconds(expr.seconds) : FormatGoFloat(expr.seconds, 'f');
    case Op::kStep:
      text = "step()";
      break;
    case Op::kRange:
      text = "range()";
      break;
    case Op::kMinOf:
    case Op::kMaxOf:
      text = fmt::format("{}({}, {})", expr.op == Op::kMinOf ? "min_of" : "max_of",
                         ToString(*expr.lhs), ToString(*expr.rhs));
      break;
    default:
      text = ToString(*expr.rhs);
      if (expr.lhs != nullptr) {
        text = fmt::format("{} {} {}", ToString(*expr.lhs),
                           kDurationOps[static_cast<size_t>(expr.op)], text);
      } else if (expr.op == Op::kSub) {
        text.insert(0, "-");
      }
  }
  return expr.wrapped ? "(" + text + ")" : text;
}

std::string ToShortString(const Expr& expr) {
  switch (expr.kind) {
    case NodeKind::kAggregate:
      return AggregateText(static_cast<const AggregateExpr&>(expr));
    case NodeKind::kBinary:
      return BinaryText(static_cast<const BinaryExpr&>(expr));
    case NodeKind::kCall:
      return std::string(static_cast<const Call&>(expr).func->name);
    case NodeKind::kMatrixSelector: {
      const auto& node = static_cast<const MatrixSelector&>(expr);
      return RangeText(node) + AtText(node.selector->time) + OffsetText(node.selector->time);
    }
    case NodeKind::kSubquery:
      return SubqueryText(static_cast<const SubqueryExpr&>(expr));
    case NodeKind::kUnary:
      return static_cast<const UnaryExpr&>(expr).negate ? "-" : "+";
    default:
      return ToString(expr);
  }
}

namespace {

void Append(std::string* out, const Expr& expr);

void AppendArguments(std::string* out, const std::vector<ExprPtr>& args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out->append(", ");
    Append(out, *args[i]);
  }
}

void AppendAggregate(std::string* out, const AggregateExpr& node) {
  out->append(AggregateText(node)).append("(");
  if (node.param != nullptr) {
    Append(out, *node.param);
    out->append(", ");
  }
  Append(out, *node.expr);
  out->append(")");
}

void Append(std::string* out, const Expr& expr) {
  switch (expr.kind) {
    case NodeKind::kNumber: {
      const auto& node = static_cast<const NumberLiteral&>(expr);
      out->append(node.duration_text ? FormatSeconds(node.value) : FormatGoFloat(node.value, 'f'));
      return;
    }
    case NodeKind::kString:
      out->append(QuoteGo(static_cast<const StringLiteral&>(expr).value));
      return;
    case NodeKind::kVectorSelector: {
      const auto& node = static_cast<const VectorSelector&>(expr);
      out->append(SelectorText(node) + AtText(node.time) + ExtendedRangeText(node) +
                  OffsetText(node.time));
      return;
    }
    case NodeKind::kMatrixSelector: {
      const auto& node = static_cast<const MatrixSelector&>(expr);
      out->append(SelectorText(*node.selector) + RangeText(node) +
                  ExtendedRangeText(*node.selector) + AtText(node.selector->time) +
                  OffsetText(node.selector->time));
      return;
    }
    case NodeKind::kSubquery: {
      const auto& node = static_cast<const SubqueryExpr&>(expr);
      Append(out, *node.expr);
      out->append(SubqueryText(node));
      return;
    }
    case NodeKind::kUnary:
      out->append(ToShortString(expr));
      Append(out, *static_cast<const UnaryExpr&>(expr).expr);
      return;
    case NodeKind::kBinary: {
      const auto& node = static_cast<const BinaryExpr&>(expr);
      Append(out, *node.lhs);
      out->append(" " + BinaryText(node) + " ");
      Append(out, *node.rhs);
      return;
    }
    case NodeKind::kAggregate:
      AppendAggregate(out, static_cast<const AggregateExpr&>(expr));
      return;
    case NodeKind::kCall:
      out->append(static_cast<const Call&>(expr).func->name).append("(");
      AppendArguments(out, static_cast<const Call&>(expr).args);
      out->append(")");
      return;
    case NodeKind::kParen:
      out->append("(");
      Append(out, *static_cast<const ParenExpr&>(expr).expr);
      out->append(")");
      return;
    case NodeKind::kStepInvariant:
      Append(out, *static_cast<const StepInvariantExpr&>(expr).expr);
      return;
  }
}

}  // namespace

std::string ToString(const Expr& expr) {
  std::string out;
  Append(&out, expr);
  return out;
}

}  // namespace aion::promql
