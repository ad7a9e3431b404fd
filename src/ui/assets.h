#pragma once

// The files of the web page, embedded in the binary: compressed once when it is built, handed out
// as views for ever.
//
// The page's source lies in web/; the build makes it (or the plain page of builds without npm) and
// turns the result into a table that is sorted by path. Constant data: every function is
// thread-safe and allocates nothing.

#include <span>
#include <string_view>

namespace aion::ui {

struct Asset {
  std::string_view
      path;  ///< Below the route prefix, without a leading slash: "static/index-B1a2.js".
  std::string_view content_type;
  std::string_view body;
  std::string_view gzip_body;  ///< Empty where compression gains nothing.
  std::string_view etag;       ///< Strong, quotes included; names the content of `body`.
  std::string_view gzip_etag;  ///< The same for `gzip_body`: a strong tag names one representation.
  bool immutable =
      false;  ///< The name carries a hash of the content, so the file may be cached for ever.
};

/// Every file, sorted by path.
std::span<const Asset> Assets();

/// Null when there is no such file. "index.html" is the template of shell.h, not a file to serve as
/// it lies.
const Asset* FindAsset(std::string_view path);

}  // namespace aion::ui
