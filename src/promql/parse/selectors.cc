#include "promql/parse/selectors.h"

#include "promql/parse/parser.h"

namespace aion::promql {

StatusOr<std::vector<std::vector<model::Matcher>>> SelectorsOf(std::string_view query) {
  ASSIGN_OR_RETURN(const ExprPtr expr, ParseExpr(query, ParserOptions::All()));
  std::vector<std::vector<model::Matcher>> selectors;
  ForEachSelector(expr.get(),
                  [&](const VectorSelector* selector) { selectors.push_back(selector->matchers); });
  return selectors;
}

void EnforceMatcher(const model::Matcher& matcher, Expr* expr) {
  ForEachSelector(expr,
                  [&](VectorSelector* selector) { EnforceMatcher(matcher, &selector->matchers); });
}

void EnforceMatcher(const model::Matcher& matcher, std::vector<model::Matcher>* matchers) {
  std::erase_if(*matchers, [&](const model::Matcher& own) { return own.name() == matcher.name(); });
  matchers->push_back(matcher);
}

}  // namespace aion::promql
