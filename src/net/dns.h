#pragma once

// DNS discovery of peers: addresses with a `dns+`, `dnssrv+`, `dnssrvnoa+` or `dnsdualstack+`
// prefix become lists of host:port; others stand for themselves.
//
//   dns+host:port            the host's addresses, with the port (mandatory)
//   dnsdualstack+host:port   AAAA and A addresses
//   dnssrv+name[:port]       SRV targets resolved to addresses; a given port overrides the record's
//   dnssrvnoa+name[:port]    SRV targets as they are, without the final dot
//
// A scheme inside ("dns+http://host:1") is kept before each result. A name that does not exist
// gives no addresses; a failed lookup keeps the last good ones.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/status.h"

namespace aion::net {

struct SrvRecord {
  std::string target;  ///< With the final dot when the server gave one.
  uint16_t port = 0;
  uint16_t priority = 0;
  uint16_t weight = 0;
};

/// Blocking look-ups over c-ares. Thread-safe. A name without records is an empty list; failures
/// are kUnavailable.
class DnsResolver {
 public:
  struct Options {
    std::string servers;    ///< "127.0.0.1:5353,…"; "" for /etc/resolv.conf.
    int timeout_ms = 2000;  ///< For each try.
    int tries = 3;
    /// `miekgdns` of the `--*.sd-dns-resolver` flags: AAAA addresses, A ones only when there are
    /// none, and no hosts file. Otherwise, as `golang`: both.
    bool ipv6_first = false;
  };
  DnsResolver();
  explicit DnsResolver(Options options);
  virtual ~DnsResolver() = default;

  enum class Family { kIpv4, kIpv6, kAny };
  /// kAny: as Options says. Literal addresses stand for themselves.
  virtual StatusOr<std::vector<std::string>> LookupIp(std::string_view host, Family family,
                                                      const CancelToken& cancel);
  virtual StatusOr<std::vector<SrvRecord>> LookupSrv(std::string_view name,
                                                     const CancelToken& cancel);

 private:
  Options options_;
};

/// True for "dns+…" and its kin (any "x+" prefix, as upstream).
bool IsDynamicAddress(std::string_view address);

/// One address with a prefix, resolved. kInvalidArgument for an unknown prefix or a missing port.
StatusOr<std::vector<std::string>> ResolveAddress(DnsResolver& resolver, std::string_view address,
                                                  const CancelToken& cancel);

/// Keeps the results of a set of addresses. Thread-safe.
class DnsProvider {
 public:
  struct Stats {
    uint64_t lookups = 0;
    uint64_t failures = 0;
  };
  explicit DnsProvider(std::shared_ptr<DnsResolver> resolver) : resolver_(std::move(resolver)) {}

  /// Resolves all; on failures the last results of those addresses stay and the first error is
  /// returned. Results of addresses no longer asked for are dropped when all went well.
  Status Resolve(const std::vector<std::string>& addresses, const CancelToken& cancel);
  /// All results, sorted and unique.
  std::vector<std::string> Addresses() const;
  std::vector<std::string> AddressesFor(std::string_view address) const;
  /// Results a name, for the dns_provider_results metric.
  std::map<std::string, size_t> ResultCounts() const;
  Stats stats() const;

 private:
  const std::shared_ptr<DnsResolver> resolver_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>, std::less<>> resolved_;  // Guarded by mutex_.
  Stats stats_;                                                            // Guarded by mutex_.
};

}  // namespace aion::net
