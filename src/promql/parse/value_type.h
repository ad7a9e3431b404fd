#pragma once

// The types of PromQL values, as the parser checks them and the API names them.

#include <cstdint>
#include <string_view>

namespace aion::promql {

enum class ValueType : uint8_t { kNone, kScalar, kVector, kMatrix, kString };

/// "none", "scalar", "vector", "matrix", "string": the API's resultType.
std::string_view ValueTypeText(ValueType type);
/// "instant vector" and "range vector", else as ValueTypeText: what error texts say.
std::string_view DocumentedType(ValueType type);

}  // namespace aion::promql
