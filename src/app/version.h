#pragma once

// What --version, build info and User-Agent headers say.

#include <string_view>

namespace aion::app {

/// The release of upstream whose interfaces are kept; other components decide by it what a peer can
/// do.
inline constexpr std::string_view kVersion = "0.43.0";
inline constexpr std::string_view kBranch = "main";
/// The commit this was built from.
std::string_view Revision();

}  // namespace aion::app
