#pragma once

// The signatures of PromQL's functions. What they compute is `promql/func`'s; here is only what the
// parser checks.

#include <cstdint>
#include <span>
#include <string_view>

#include "promql/parse/value_type.h"

namespace aion::promql {

struct Function {
  std::string_view name;
  std::span<const ValueType> arg_types;
  /// 0: exactly `arg_types`. n > 0: the last argument may be absent or appear up to n times. -1:
  /// any number of times.
  int32_t variadic = 0;
  ValueType return_type = ValueType::kVector;
  bool experimental = false;
};

/// Prometheus' functions, ascending by name.
std::span<const Function> Functions();
/// Thanos' xdelta, xincrease and xrate, which look at the sample before the window as well.
std::span<const Function> XFunctions();
/// Null when there is none of that name.
const Function* FindFunction(std::string_view name);
const Function* FindXFunction(std::string_view name);

}  // namespace aion::promql
