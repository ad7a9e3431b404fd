#pragma once

// The HTML of the page: index.html with what this component and this request have to tell it.
//
// The page routes itself by path, so one document serves every UI path. What is filled in are the
// contents of <meta> elements; values come from flags and from request headers, so all of them are
// escaped. Pure functions, thread-safe.

#include <string>
#include <string_view>

#include "base/status.h"

namespace aion::ui {

struct ShellOptions {
  std::string_view
      component;  ///< "query", "store", "compact", "rule" or "bucket": which pages the bar offers.
  std::string_view path_prefix;  ///< "" or "/thanos", as SanitizePrefix gives it.
  std::string_view query_url;    ///< Where components without a graph page send expressions.
  std::string_view tenant_header;
  std::string_view default_tenant;
  bool show_tenant_box = false;  ///< Whether queries may name a tenant.
};

std::string RenderShell(const ShellOptions& options);

/// Safe inside HTML text and quoted attributes.
std::string EscapeHtml(std::string_view text);

/// The path of an external prefix, which may be a whole URL or come from a proxy's header: scheme
/// and host are dropped,
/// "." and ".." resolved. "" or "/a/b", never with a slash at the end. kInvalidArgument when it is
/// no URL.
StatusOr<std::string> SanitizePrefix(std::string_view prefix);

}  // namespace aion::ui
