#pragma once

// Explain: the plan as a tree of operators, for /api/v1/query_explain. Names follow upstream's
// form,
// `[aggregate] sum by ([job])`, but the tree is of the operators this engine runs. A pure function.

#include <string>
#include <vector>

#include "promql/plan/plan.h"

namespace aion::promql {

struct ExplainNode {
  std::string name;
  std::vector<ExplainNode> children;
};

ExplainNode Explain(const Plan& plan);

}  // namespace aion::promql
