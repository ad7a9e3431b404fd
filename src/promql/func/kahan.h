#pragma once

// Compensated summation (Kahan with Neumaier's improvement), the way every sum of PromQL is formed.
// The compensation is dropped once the sum is infinite. The error term is the two-sum of Knuth: the
// same exact value as Neumaier's comparison gives, without a branch. Must not be compiled with
// contraction to fused operations.

#include <cmath>

namespace aion::promql {

struct KahanSum {
  double sum = 0;
  double compensation = 0;

  /// Four additions and a select; no branch.
  void Add(double value) {
    const double total = sum + value;
    const double rest = total - sum;
    const double error = (sum - (total - rest)) + (value - rest);
    compensation = std::isinf(total) ? 0 : compensation + error;
    sum = total;
  }
  double Total() const { return sum + compensation; }
};

}  // namespace aion::promql
