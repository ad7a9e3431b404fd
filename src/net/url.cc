#include "net/url.h"

#include <algorithm>

namespace aion::net {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

std::string Escape(std::string_view text, std::string_view kept, bool plus_for_space) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c) || kept.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else if (c == ' ' && plus_for_space) {
      out.push_back('+');
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

StatusOr<std::string> Unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
      if (low < 0) {
        return InvalidArgumentError("invalid URL escape \"" + std::string(text.substr(i, 3)) +
                                    "\"");
      }
      out.push_back(static_cast<char>(high << 4 | low));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

bool IsPort(std::string_view port) {
  return port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Status ParseAuthority(std::string_view authority, Url* url) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    const size_t colon = user_info.find(':');
    ASSIGN_OR_RETURN(url->user, PathUnescape(user_info.substr(0, colon)));
    if (colon != std::string_view::npos) {
      ASSIGN_OR_RETURN(url->password, PathUnescape(user_info.substr(colon + 1)));
      url->has_password = true;
    }
  }
  std::string_view host = authority, port;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return InvalidArgumentError("missing ']' in host");
    host = authority.substr(1, close - 1);
    const std::string_view rest = authority.substr(close + 1);
    if (!rest.empty() && rest[0] != ':')
      return InvalidArgumentError("invalid port " + QueryEscape(rest) + " after host");
    if (!rest.empty()) port = rest.substr(1);
  } else if (const size_t colon = authority.rfind(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  if (!IsPort(port))
    return InvalidArgumentError("invalid port \":" + std::string(port) + "\" after host");
  if (host.find_first_of(" \"<>\\^`{|}") != std::string_view::npos) {
    return InvalidArgumentError("invalid character in host name: " + std::string(host));
  }
  url->host = host;
  url->port = port;
  return OkStatus();
}

}  // namespace

std::string_view Params::Get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

bool Params::Has(std::string_view name) const {
  return std::any_of(pairs_.begin(), pairs_.end(),
                     [&](const auto& pair) { return pair.first == name; });
}

std::vector<std::string> Params::GetAll(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

void Params::Append(const Params& other) {
  pairs_.insert(pairs_.end(), other.pairs_.begin(), other.pairs_.end());
}

std::string Params::Encode() const {
  std::vector<const std::pair<std::string, std::string>*> sorted;
  for (const auto& pair : pairs_) sorted.push_back(&pair);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->first < b->first; });
  std::string out;
  for (const auto* pair : sorted) {
    if (!out.empty()) out.push_back('&');
    out += QueryEscape(pair->first) + "=" + QueryEscape(pair->second);
  }
  return out;
}

std::string QueryEscape(std::string_view text) { return Escape(text, "", true); }
std::string PathEscape(std::string_view text) { return Escape(text, "$&+=:@", false); }
StatusOr<std::string> QueryUnescape(std::string_view text) { return Unescape(text, true); }
StatusOr<std::string> PathUnescape(std::string_view text) { return Unescape(text, false); }

namespace {

Status AddPair(std::string_view pair, Params* params) {
  if (pair.find(';') != std::string_view::npos)
    return InvalidArgumentError("invalid semicolon separator in query");
  const size_t equals = std::min(pair.find('='), pair.size());
  ASSIGN_OR_RETURN(std::string name, QueryUnescape(pair.substr(0, equals)));
  ASSIGN_OR_RETURN(std::string value,
                   QueryUnescape(pair.substr(std::min(equals + 1, pair.size()))));
  params->Add(std::move(name), std::move(value));
  return OkStatus();
}

/// Adds every well-formed pair; returns the first error.
Status AddPairs(std::string_view text, Params* params) {
  Status first;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    Status status = AddPair(pair, params);
    if (first.ok()) first = std::move(status);
  }
  return first;
}

}  // namespace

StatusOr<Params> ParseQuery(std::string_view text) {
  Params params;
  RETURN_IF_ERROR(AddPairs(text, &params));
  return params;
}

Params ParseQueryLeniently(std::string_view text) {
  Params params;
  static_cast<void>(AddPairs(text, &params));
  return params;
}

std::string Url::HostPort() const {
  return port.empty() && host.find(':') == std::string::npos ? host : JoinHostPort(host, port);
}

std::string Url::ToString() const {
  std::string out;
  if (!scheme.empty()) out += scheme + ":";
  if (!scheme.empty() || !host.empty()) {
    out += "//";
    if (!user.empty() || has_password) {
      out += Escape(user, "$&+,;=", false);
      if (has_password) out += ":" + Escape(password, "$&+,;=", false);
      out += "@";
    }
    out += HostPort();
  }
  out += path;
  if (!query.empty()) out += "?" + query;
  if (!fragment.empty()) out += "#" + fragment;
  return out;
}

StatusOr<Url> ParseUrl(std::string_view text) {
  const auto fail = [&](std::string_view why) {
    return InvalidArgumentError("parse \"" + std::string(text) + "\": " + std::string(why));
  };
  for (const char c : text) {
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f)
      return fail("net/url: invalid control character in URL");
  }
  Url url;
  std::string_view rest = text;
  if (const size_t hash = rest.find('#'); hash != std::string_view::npos) {
    url.fragment = rest.substr(hash + 1);
    rest = rest.substr(0, hash);
  }
  if (const size_t question = rest.find('?'); question != std::string_view::npos) {
    url.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (const size_t colon = rest.find(':');
      colon != std::string_view::npos && rest.find('/') > colon) {
    if (colon == 0) return fail("missing protocol scheme");
    for (const char c : rest.substr(0, colon)) {
      const char lower = static_cast<char>(c | 0x20);
      if (!((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
            c == '.')) {
        return fail("first path segment in URL cannot contain colon");
      }
      url.scheme.push_back(c >= 'A' && c <= 'Z' ? lower : c);
    }
    rest.remove_prefix(colon + 1);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = std::min(rest.find('/'), rest.size());
    if (const Status status = ParseAuthority(rest.substr(0, slash), &url); !status.ok())
      return fail(status.message());
    rest.remove_prefix(slash);
  }
  url.path = rest;
  return url;
}

StatusOr<HostPort> SplitHostPort(std::string_view address) {
  const auto fail = [&](std::string_view why) {
    return InvalidArgumentError("address " + std::string(address) + ": " + std::string(why));
  };
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return fail("missing port in address");
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[')) {
    const size_t close = host.find(']');
    if (close == std::string_view::npos) {
      return fail(address.find(']') == std::string_view::npos ? "missing ']' in address"
                                                              : "missing port in address");
    }
    if (close + 1 != host.size()) return fail("too many colons in address");
    host = host.substr(1, close - 1);
  } else if (host.find(':') != std::string_view::npos) {
    return fail("too many colons in address");
  }
  return HostPort{std::string(host), std::string(address.substr(colon + 1))};
}

std::string JoinHostPort(std::string_view host, std::string_view port) {
  const bool bracket = host.find(':') != std::string_view::npos;
  std::string out = bracket ? "[" + std::string(host) + "]" : std::string(host);
  if (!port.empty() || !bracket) out += ":" + std::string(port);
  return out;
}

}  // namespace aion::net
