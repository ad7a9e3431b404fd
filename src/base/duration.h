#pragma once

// Durations in the two spellings of the field, in milliseconds unless said otherwise.
//
// Prometheus' model duration: "1d", "2h30m", "1w", "90s", "500ms", "0": each unit once, largest
// first. Go's: "1.5h", "300ms", "2h45m10s", with ns and us. And byte sizes in base-2 units:
// "250MB", "1GiB", "512KB".

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace aion {

using DurationMs = int64_t;
using DurationNs = int64_t;

/// Errors carry upstream's texts: `not a valid duration string: "x"`, `empty duration string`.
StatusOr<DurationMs> ParseModelDuration(std::string_view text);
/// "1d", "2h30m", "0s": what Prometheus prints.
std::string FormatModelDuration(DurationMs duration);

/// Errors carry Go's texts: `time: invalid duration "x"`, `time: missing unit in duration "5"`.
StatusOr<DurationNs> ParseGoDuration(std::string_view text);
/// "1h0m0s", "1.5s", "300ms", "0s": time.Duration's String.
std::string FormatGoDuration(DurationNs duration);

/// alecthomas/units' base-2 bytes: KB, KiB, MB, MiB, … all 1024-based; a bare number is refused as
/// upstream does.
StatusOr<uint64_t> ParseByteSize(std::string_view text);

}  // namespace aion
