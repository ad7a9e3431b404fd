// The form spread over lines: a node that fits in a line stays one; else its children go to lines
// of their own, one level deeper.

#include <algorithm>

#include "promql/parse/printer.h"

namespace aion::promql {
namespace {

constexpr size_t kLineCharsMax = 100;

std::string Indent(size_t level) { return std::string(2 * level, ' '); }

std::string Pretty(const Expr& expr, size_t level);

std::string PrettyArguments(const std::vector<ExprPtr>& args, size_t level) {
  std::string out;
  for (size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out.append(",\n");
    out.append(Pretty(*args[i], level));
  }
  return out;
}

std::string PrettySplit(const Expr& expr, size_t level) {
  const std::string indent = Indent(level);
  switch (expr.kind) {
    case NodeKind::kAggregate: {
      const auto& node = static_cast<const AggregateExpr&>(expr);
      const std::string param = node.param != nullptr ? Pretty(*node.param, level + 1) + ",\n" : "";
      return indent + ToShortString(expr) + "(\n" + param + Pretty(*node.expr, level + 1) + "\n" +
             indent + ")";
    }
    case NodeKind::kBinary: {
      const auto& node = static_cast<const BinaryExpr&>(expr);
      return Pretty(*node.lhs, level + 1) + "\n" + indent + ToShortString(expr) + "\n" +
             Pretty(*node.rhs, level + 1);
    }
    case NodeKind::kCall: {
      const auto& node = static_cast<const Call&>(expr);
      return indent + std::string(node.func->name) + "(\n" + PrettyArguments(node.args, level + 1) +
             "\n" + indent + ")";
    }
    case NodeKind::kParen:
      return indent + "(\n" + Pretty(*static_cast<const ParenExpr&>(expr).expr, level + 1) + "\n" +
             indent + ")";
    case NodeKind::kSubquery:
      return Pretty(*static_cast<const SubqueryExpr&>(expr).expr, level) + ToShortString(expr);
    case NodeKind::kUnary: {
      std::string child = Pretty(*static_cast<const UnaryExpr&>(expr).expr, level);
      child.erase(0, std::min(child.find_first_not_of(" \n"), child.size()));
      return indent + ToShortString(expr) + child;
    }
    default:
      return indent + ToString(expr);
  }
}

std::string Pretty(const Expr& expr, size_t level) {
  if (const auto* invariant = As<StepInvariantExpr>(&expr)) return Pretty(*invariant->expr, level);
  std::string line = ToString(expr);
  if (line.size() > kLineCharsMax || expr.kind == NodeKind::kUnary) return PrettySplit(expr, level);
  // Compat: a subquery that fits is not indented.
  return expr.kind == NodeKind::kSubquery ? line : Indent(level) + line;
}

}  // namespace

std::string ToPrettyString(const Expr& expr) { return Pretty(expr, 0); }

}  // namespace aion::promql
