#pragma once

// The UI's paths on a component's HTTP server: the page at every UI path, and its files.
//
// Files are sent from the binary without a copy, compressed where the client takes gzip, with
// strong tags; those whose name carries a hash may be cached for a year. Handlers are thread-safe
// and never block.

#include <string>

#include "net/http_server.h"

namespace aion::ui {

struct UiOptions {
  std::string component;        ///< As ShellOptions has it.
  std::string external_prefix;  ///< --web.external-prefix; wins over the header.
  std::string
      prefix_header;      ///< --web.prefix-header: the request header a proxy names the prefix in.
  std::string query_url;  ///< --alert.query-url and the like.
  std::string tenant_header;
  std::string default_tenant;
  bool show_tenant_box = false;
};

/// A prefix that is no URL counts as none, as upstream has it; call SanitizePrefix to warn of it at
/// start.
void AddRoutes(net::Router& router, UiOptions options);

}  // namespace aion::ui
