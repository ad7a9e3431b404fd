#pragma once

// `$(VAR)` in configuration texts is replaced by the environment variable; `$VAR` and `${VAR}`
// stay.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace aion::config {

using EnvLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// The process' environment.
std::optional<std::string> ProcessEnv(std::string_view name);

/// kInvalidArgument `found reference to unset environment variable "VAR"`.
StatusOr<std::string> SubstituteEnv(std::string_view text, const EnvLookup& lookup = ProcessEnv);

}  // namespace aion::config
