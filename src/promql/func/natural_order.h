#pragma once

// Natural order of label values: runs of digits compare as numbers ("node2" before "node10"). Pure
// function.

#include <string_view>

namespace aion::promql {

/// Whether `a` comes before `b`; the relation of the field's natural sort, which puts a text before
/// its own extensions.
bool NaturallyBefore(std::string_view a, std::string_view b);

}  // namespace aion::promql
