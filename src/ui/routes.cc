#include "ui/routes.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "ui/assets.h"
#include "ui/shell.h"

namespace aion::ui {
namespace {

constexpr std::string_view kHandlerName =
    "react-static";  // Compat: the metrics' name for the page.

constexpr std::array<std::string_view, 14> kPagePaths = {
    "/",       "/alerts", "/blocks",  "/config",      "/flags",
    "/global", "/graph",  "/loaded",  "/rules",       "/service-discovery",
    "/status", "/stores", "/targets", "/tsdb-status",
};

constexpr std::array<std::string_view, 2> kRootFiles = {"/favicon.ico", "/manifest.json"};

// Nothing on the page comes from elsewhere; the editor writes its own style elements.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src "
    "'none'; base-uri 'none'";

constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kRevalidate = "no-cache";

// True when If-None-Match names the tag; weak comparison, as RFC 9110 asks of this header.
bool Matches(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  // Tags hold no comma and no quote inside, so finding the quoted tag is exact.
  return if_none_match.find(etag) != std::string_view::npos;
}

// "gzip;q=0" refuses it.
bool AcceptsGzip(const net::Headers& headers) {
  if (!headers.HasToken("Accept-Encoding", "gzip")) return false;
  const std::string_view value = headers.Get("Accept-Encoding");
  const size_t at = value.find("gzip");
  if (at == value.npos) return true;
  const std::string_view rest =
      value.substr(at + 4, std::min(value.find(',', at), value.size()) - at - 4);
  const size_t quality = rest.find("q=0");
  return quality == rest.npos || rest.find_first_of("123456789", quality + 3) != rest.npos;
}

void SendAsset(const Asset& asset, const net::Request& request, net::ResponseWriter& response) {
  const bool gzip = !asset.gzip_body.empty() && AcceptsGzip(request.headers);
  const std::string_view etag = gzip ? asset.gzip_etag : asset.etag;
  net::Headers& headers = response.headers();
  headers.Set("Cache-Control", std::string(asset.immutable ? kForever : kRevalidate));
  headers.Set("ETag", std::string(etag));
  headers.Set("Vary", "Accept-Encoding");
  if (Matches(request.headers.Get("If-None-Match"), etag)) {
    response.SetStatus(304);
    response.Send(std::string());
    return;
  }
  headers.Set("Content-Type", std::string(asset.content_type));
  headers.Set("X-Content-Type-Options", "nosniff");
  if (gzip) headers.Set("Content-Encoding", "gzip");
  // The bytes are part of the binary: they need no owner.
  std::vector<Buffer> pieces;
  pieces.emplace_back(std::shared_ptr<const void>(), gzip ? asset.gzip_body : asset.body);
  response.Send(std::move(pieces));
}

void SendAssetAt(std::string_view path, const net::Request& request,
                 net::ResponseWriter& response) {
  const Asset* asset = FindAsset(path);
  if (asset == nullptr) {
    net::SendError(response, 404, "404 page not found");
    return;
  }
  SendAsset(*asset, request, response);
}

std::string PrefixOrNone(std::string_view prefix) {
  StatusOr<std::string> clean = SanitizePrefix(prefix);
  return clean.ok() ? *std::move(clean) : std::string();
}

void SendShell(const UiOptions& options, const net::Request& request,
               net::ResponseWriter& response) {
  std::string_view named = options.external_prefix;
  if (named.empty() && !options.prefix_header.empty())
    named = request.headers.Get(options.prefix_header);
  const std::string prefix = PrefixOrNone(named);
  net::Headers& headers = response.headers();
  headers.Set("Cache-Control", "no-store");
  headers.Set("Content-Security-Policy", std::string(kContentSecurityPolicy));
  net::SendText(response, 200, "text/html; charset=utf-8",
                RenderShell({.component = options.component,
                             .path_prefix = prefix,
                             .query_url = options.query_url,
                             .tenant_header = options.tenant_header,
                             .default_tenant = options.default_tenant,
                             .show_tenant_box = options.show_tenant_box}));
}

}  // namespace

void AddRoutes(net::Router& router, UiOptions options) {
  const auto shared = std::make_shared<const UiOptions>(std::move(options));
  for (const std::string_view path : kPagePaths) {
    router.Handle("GET", path, std::string(kHandlerName),
                  [shared](const net::Request& request, net::ResponseWriter& response) {
                    SendShell(*shared, request, response);
                  });
  }
  // The files carry their own compression.
  const net::RouteOptions as_they_lie = {.gzip = false};
  for (const std::string_view path : kRootFiles) {
    router.Handle(
        "GET", path, std::string(kHandlerName),
        [name = path.substr(1)](const net::Request& request, net::ResponseWriter& response) {
          SendAssetAt(name, request, response);
        },
        as_they_lie);
  }
  router.Handle(
      "GET", "/static/*filepath", std::string(kHandlerName),
      [](const net::Request& request, net::ResponseWriter& response) {
        std::string_view rest = request.path_params.Get("filepath");
        while (rest.starts_with('/')) rest.remove_prefix(1);
        SendAssetAt("static/" + std::string(rest), request, response);
      },
      as_they_lie);
}

}  // namespace aion::ui
