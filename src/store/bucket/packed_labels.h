#pragma once

// The order of packed labels, fast where neighbours share a long beginning, as series of a sorted
// list do. Pure function.

#include <string_view>

namespace aion::store {

/// model::Compare on packed labels, with the part that both have in common skipped eight bytes at a
/// time.
int ComparePackedLabels(std::string_view a, std::string_view b);

}  // namespace aion::store
