#pragma once

// Config templates: what the reloader does to a configuration file on its way to Prometheus: gunzip
// it when it is gzipped, and replace `$(VAR)` by environment variables. `$VAR` and `${VAR}` stay.
// Pure functions; thread-safe.

#include <string>
#include <string_view>

#include "base/status.h"
#include "config/env_substitution.h"

namespace aion::promclient {

/// A configuration file or its unpacked form over this is refused.
inline constexpr size_t kConfigFileBytesMax = 64 << 20;

struct ExpandedConfig {
  std::string text;
  int unset_variables = 0;  ///< References left as they were.
};

/// With `tolerate_unset` a reference to an unset variable stays as it is; otherwise it is
/// kInvalidArgument, with upstream's text. kResourceExhausted past the size limit.
StatusOr<ExpandedConfig> ExpandConfig(std::string_view bytes, const config::EnvLookup& lookup,
                                      bool tolerate_unset);

}  // namespace aion::promclient
