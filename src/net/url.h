#pragma once

// URLs and the encodings of HTTP requests: percent-encoding, query strings, form bodies, as Go's
// net/url reads them. Pure functions on values; thread-safe. Malformed input is kInvalidArgument
// with Go's text.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace aion::net {

/// Named values in order of appearance; a name may repeat. What query strings, forms and path
/// parameters decode to.
class Params {
 public:
  void Add(std::string name, std::string value) {
    pairs_.emplace_back(std::move(name), std::move(value));
  }
  /// The first value, or an empty view. Lives as long as the Params is unchanged.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  std::vector<std::string> GetAll(std::string_view name) const;
  void Append(const Params& other);
  bool empty() const { return pairs_.empty(); }
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }
  /// name=value&…, sorted by name as url.Values.Encode does.
  std::string Encode() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// Percent-encoding of a query component: space becomes '+'.
std::string QueryEscape(std::string_view text);
StatusOr<std::string> QueryUnescape(std::string_view text);
/// Percent-encoding of one path segment: '/' and '?' are escaped, space becomes %20.
std::string PathEscape(std::string_view text);
StatusOr<std::string> PathUnescape(std::string_view text);

/// "a=1&b=2"; also the body of application/x-www-form-urlencoded. A ';' in a pair is refused as Go
/// does.
StatusOr<Params> ParseQuery(std::string_view text);
/// The same with malformed pairs left out: Go's Request.URL.Query().
Params ParseQueryLeniently(std::string_view text);

struct Url {
  std::string scheme;  ///< Lower case; "" when absent.
  std::string user, password;
  bool has_password = false;
  std::string host;   ///< Without brackets and port.
  std::string port;   ///< Digits, "" when absent.
  std::string path;   ///< As written (still encoded).
  std::string query;  ///< As written, without '?'.
  std::string fragment;

  /// host, host:port or [v6]:port.
  std::string HostPort() const;
  std::string ToString() const;
};

/// Absolute URLs ("http://h:1/p?q") and host-less references ("/p?q").
StatusOr<Url> ParseUrl(std::string_view text);

struct HostPort {
  std::string host;  ///< Without brackets; "" for all interfaces.
  std::string port;
};
/// net.SplitHostPort: the port is mandatory; errors carry Go's texts (`address x: missing port in
/// address`).
StatusOr<HostPort> SplitHostPort(std::string_view address);
std::string JoinHostPort(std::string_view host, std::string_view port);

}  // namespace aion::net
