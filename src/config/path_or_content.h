#pragma once

// Configuration given either as a file (`--x-file`) or in place (`--x`).
//
// Errors carry upstream's texts. Content() reads the file anew at every call, so that a reload sees
// changes. Thread-safe.

#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"
#include "config/env_substitution.h"
#include "config/flag_values.h"

namespace aion::config {

/// A configuration file over this is refused.
inline constexpr uint64_t kConfigBytesMax = 16 << 20;

struct PathOrContent {
  std::string flag;  ///< "objstore.config".
  std::string path;
  std::string content;
  bool required = false;
  bool substitute_env = true;

  /// From the flags `flag` and `flag`-file.
  static PathOrContent FromFlags(const FlagValues& values, std::string_view flag,
                                 bool required = false, bool substitute_env = true);

  /// Empty when neither is given.
  StatusOr<std::string> Content(Env& env = Env::Posix(),
                                const EnvLookup& lookup = ProcessEnv) const;
};

}  // namespace aion::config
