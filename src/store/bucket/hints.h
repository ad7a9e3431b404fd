#pragma once

// Response hints of the store gateway: google.protobuf.Any around hintspb messages that name the
// blocks queried.

#include <string>
#include <string_view>
#include <vector>

namespace aion::store {

/// Serialized Any; `message` is "SeriesResponseHints", "LabelNamesResponseHints" or
/// "LabelValuesResponseHints".
std::string QueriedBlocksHints(std::string_view message, const std::vector<std::string>& blocks);

}  // namespace aion::store
