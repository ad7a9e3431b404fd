#include "promql/parse/ast.h"

namespace aion::promql {

ValueType Expr::Type() const {
  switch (kind) {
    case NodeKind::kNumber:
      return ValueType::kScalar;
    case NodeKind::kString:
      return ValueType::kString;
    case NodeKind::kVectorSelector:
    case NodeKind::kAggregate:
      return ValueType::kVector;
    case NodeKind::kMatrixSelector:
    case NodeKind::kSubquery:
      return ValueType::kMatrix;
    case NodeKind::kUnary:
      return static_cast<const UnaryExpr*>(this)->expr->Type();
    case NodeKind::kParen:
      return static_cast<const ParenExpr*>(this)->expr->Type();
    case NodeKind::kStepInvariant:
      return static_cast<const StepInvariantExpr*>(this)->expr->Type();
    case NodeKind::kCall:
      return static_cast<const Call*>(this)->func->return_type;
    case NodeKind::kBinary: {
      const auto* binary = static_cast<const BinaryExpr*>(this);
      const bool scalar =
          binary->lhs_type == ValueType::kScalar && binary->rhs_type == ValueType::kScalar;
      return scalar ? ValueType::kScalar : ValueType::kVector;
    }
  }
  return ValueType::kNone;
}

std::string_view CardinalityText(MatchCardinality cardinality) {
  switch (cardinality) {
    case MatchCardinality::kOneToOne:
      return "one-to-one";
    case MatchCardinality::kManyToOne:
      return "many-to-one";
    case MatchCardinality::kOneToMany:
      return "one-to-many";
    case MatchCardinality::kManyToMany:
      return "many-to-many";
  }
  return "";
}

std::vector<ExprPtr*> Children(Expr* expr) {
  switch (expr->kind) {
    case NodeKind::kNumber:
    case NodeKind::kString:
    case NodeKind::kVectorSelector:
    case NodeKind::kMatrixSelector:
      return {};
    case NodeKind::kSubquery:
      return {&static_cast<SubqueryExpr*>(expr)->expr};
    case NodeKind::kUnary:
      return {&static_cast<UnaryExpr*>(expr)->expr};
    case NodeKind::kParen:
      return {&static_cast<ParenExpr*>(expr)->expr};
    case NodeKind::kStepInvariant:
      return {&static_cast<StepInvariantExpr*>(expr)->expr};
    case NodeKind::kBinary:
      return {&static_cast<BinaryExpr*>(expr)->lhs, &static_cast<BinaryExpr*>(expr)->rhs};
    case NodeKind::kAggregate: {
      auto* aggregate = static_cast<AggregateExpr*>(expr);
      if (aggregate->param == nullptr) return {&aggregate->expr};
      return {&aggregate->expr, &aggregate->param};
    }
    case NodeKind::kCall: {
      std::vector<ExprPtr*> children;
      for (ExprPtr& arg : static_cast<Call*>(expr)->args) children.push_back(&arg);
      return children;
    }
  }
  return {};
}

std::vector<const Expr*> Children(const Expr* expr) {
  std::vector<const Expr*> children;
  for (ExprPtr* child : Children(const_cast<Expr*>(expr))) children.push_back(child->get());
  return children;
}

const Expr* Unwrap(const Expr* expr) {
  while (true) {
    if (const auto* paren = As<ParenExpr>(expr)) {
      expr = paren->expr.get();
    } else if (const auto* invariant = As<StepInvariantExpr>(expr)) {
      expr = invariant->expr.get();
    } else {
      return expr;
    }
  }
}

Expr* Unwrap(Expr* expr) { return const_cast<Expr*>(Unwrap(static_cast<const Expr*>(expr))); }

DurationExprPtr Clone(const DurationExpr* expr) {
  if (expr == nullptr) return nullptr;
  auto copy = std::make_unique<DurationExpr>();
  copy->op = expr->op;
  copy->seconds = expr->seconds;
  copy->duration_text = expr->duration_text;
  copy->wrapped = expr->wrapped;
  copy->lhs = Clone(expr->lhs.get());
  copy->rhs = Clone(expr->rhs.get());
  copy->range = expr->range;
  return copy;
}

namespace {

TimeModifiers Clone(const TimeModifiers& time) {
  TimeModifiers copy;
  copy.offset_ms = time.offset_ms;
  copy.offset_expr = promql::Clone(time.offset_expr.get());
  copy.timestamp = time.timestamp;
  copy.at = time.at;
  return copy;
}

ExprPtr CloneNode(const NumberLiteral& node) {
  auto copy = std::make_unique<NumberLiteral>();
  copy->value = node.value;
  copy->duration_text = node.duration_text;
  return copy;
}

ExprPtr CloneNode(const StringLiteral& node) {
  auto copy = std::make_unique<StringLiteral>();
  copy->value = node.value;
  return copy;
}

std::unique_ptr<VectorSelector> CloneNode(const VectorSelector& node) {
  auto copy = std::make_unique<VectorSelector>();
  copy->range = node.range;
  copy->name = node.name;
  copy->matchers = node.matchers;
  copy->time = Clone(node.time);
  copy->anchored = node.anchored;
  copy->smoothed = node.smoothed;
  copy->skip_histogram_buckets = node.skip_histogram_buckets;
  copy->bypass_empty_matcher_check = node.bypass_empty_matcher_check;
  copy->selection = node.selection;
  return copy;
}

ExprPtr CloneNode(const MatrixSelector& node) {
  auto copy = std::make_unique<MatrixSelector>();
  copy->selector = CloneNode(*node.selector);
  copy->range_ms = node.range_ms;
  copy->range_expr = promql::Clone(node.range_expr.get());
  return copy;
}

ExprPtr CloneNode(const SubqueryExpr& node) {
  auto copy = std::make_unique<SubqueryExpr>();
  copy->expr = promql::Clone(*node.expr);
  copy->range_ms = node.range_ms;
  copy->range_expr = promql::Clone(node.range_expr.get());
  copy->step_ms = node.step_ms;
  copy->step_expr = promql::Clone(node.step_expr.get());
  copy->time = Clone(node.time);
  return copy;
}

ExprPtr CloneNode(const UnaryExpr& node) {
  auto copy = std::make_unique<UnaryExpr>();
  copy->negate = node.negate;
  copy->expr = promql::Clone(*node.expr);
  return copy;
}

ExprPtr CloneNode(const BinaryExpr& node) {
  auto copy = std::make_unique<BinaryExpr>();
  copy->op = node.op;
  copy->lhs = promql::Clone(*node.lhs);
  copy->rhs = promql::Clone(*node.rhs);
  copy->lhs_type = node.lhs_type;
  copy->rhs_type = node.rhs_type;
  copy->matching = node.matching;
  copy->return_bool = node.return_bool;
  return copy;
}

ExprPtr CloneNode(const AggregateExpr& node) {
  auto copy = std::make_unique<AggregateExpr>();
  copy->op = node.op;
  copy->expr = promql::Clone(*node.expr);
  if (node.param != nullptr) copy->param = promql::Clone(*node.param);
  copy->grouping = node.grouping;
  copy->without = node.without;
  return copy;
}

ExprPtr CloneNode(const Call& node) {
  auto copy = std::make_unique<Call>();
  copy->func = node.func;
  for (const ExprPtr& arg : node.args) copy->args.push_back(promql::Clone(*arg));
  return copy;
}

template <typename Wrapper>
ExprPtr CloneWrapper(const Wrapper& node) {
  auto copy = std::make_unique<Wrapper>();
  copy->expr = promql::Clone(*node.expr);
  return copy;
}

ExprPtr CloneAnyNode(const Expr& expr) {
  switch (expr.kind) {
    case NodeKind::kNumber:
      return CloneNode(static_cast<const NumberLiteral&>(expr));
    case NodeKind::kString:
      return CloneNode(static_cast<const StringLiteral&>(expr));
    case NodeKind::kVectorSelector:
      return CloneNode(static_cast<const VectorSelector&>(expr));
    case NodeKind::kMatrixSelector:
      return CloneNode(static_cast<const MatrixSelector&>(expr));
    case NodeKind::kSubquery:
      return CloneNode(static_cast<const SubqueryExpr&>(expr));
    case NodeKind::kUnary:
      return CloneNode(static_cast<const UnaryExpr&>(expr));
    case NodeKind::kBinary:
      return CloneNode(static_cast<const BinaryExpr&>(expr));
    case NodeKind::kAggregate:
      return CloneNode(static_cast<const AggregateExpr&>(expr));
    case NodeKind::kCall:
      return CloneNode(static_cast<const Call&>(expr));
    case NodeKind::kParen:
      return CloneWrapper(static_cast<const ParenExpr&>(expr));
    case NodeKind::kStepInvariant:
      return CloneWrapper(static_cast<const StepInvariantExpr&>(expr));
  }
  return nullptr;
}

}  // namespace

ExprPtr Clone(const Expr& expr) {
  ExprPtr copy = CloneAnyNode(expr);
  copy->range = expr.range;
  return copy;
}

}  // namespace aion::promql
