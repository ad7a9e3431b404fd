#include "ui/shell.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/url.h"
#include "ui/assets.h"

namespace aion::ui {
namespace {

constexpr std::string_view kTemplate = "index.html";
constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

using Values = std::array<std::pair<std::string_view, std::string_view>, 6>;

// The value of a placeholder, or null: the text then stays as it is.
const std::string_view* ValueOf(const Values& values, std::string_view name) {
  for (const auto& [known, value] : values) {
    if (known == name) return &value;
  }
  return nullptr;
}

std::string Fill(std::string_view text, const Values& values) {
  std::string out;
  out.reserve(text.size() + 256);
  while (true) {
    const size_t open = text.find(kOpen);
    const size_t close = open == text.npos ? text.npos : text.find(kClose, open);
    if (close == text.npos) return out.append(text);
    const std::string_view name = text.substr(open + kOpen.size(), close - open - kOpen.size());
    out.append(text.substr(0, open));
    if (const std::string_view* value = ValueOf(values, name)) {
      out.append(EscapeHtml(*value));
    } else {
      out.append(text.substr(open, close + kClose.size() - open));
    }
    text.remove_prefix(close + kClose.size());
  }
}

// The segments of a path with "", "." and ".." resolved; ".." above the root is dropped.
std::string CleanAbsolute(std::string_view path) {
  std::vector<std::string_view> kept;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string clean;
  for (const std::string_view segment : kept) clean.append("/").append(segment);
  return clean;
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\0':
        out += "\uFFFD";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string RenderShell(const ShellOptions& options) {
  const Asset* page = FindAsset(kTemplate);
  CHECK(page != nullptr);
  const Values values = {{
      {"pathPrefix", options.path_prefix},
      {"component", options.component},
      {"queryURL", options.query_url},
      {"tenantHeader", options.tenant_header},
      {"defaultTenant", options.default_tenant},
      {"displayTenantBox", options.show_tenant_box ? "inline-block" : "none"},
  }};
  return Fill(page->body, values);
}

StatusOr<std::string> SanitizePrefix(std::string_view prefix) {
  if (prefix.empty()) return std::string();
  StatusOr<net::Url> url = net::ParseUrl(prefix);
  if (!url.ok()) return url.status().WithContext("external prefix");
  StatusOr<std::string> path = net::PathUnescape(url->path);
  if (!path.ok()) return path.status().WithContext("external prefix");
  return CleanAbsolute(*path);
}

}  // namespace aion::ui
