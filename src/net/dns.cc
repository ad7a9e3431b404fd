#include "net/dns.h"

#include <algorithm>

#include "net/url.h"

namespace aion::net {
namespace {

struct DynamicName {
  std::string kind;    ///< "dns", "dnssrv", …
  std::string scheme;  ///< "http:" or "".
  std::string host;
  std::string port;
  std::string name;  ///< Host and port as written.
};

DynamicName Parse(std::string_view address) {
  DynamicName out;
  const size_t plus = address.find('+');
  out.kind = address.substr(0, plus);
  std::string_view rest = address.substr(plus + 1);
  if (const size_t slashes = rest.find("//"); slashes != std::string_view::npos) {
    out.scheme = rest.substr(0, slashes);
    rest.remove_prefix(slashes + 2);
  }
  out.name = rest;
  if (auto parts = SplitHostPort(rest); parts.ok()) {
    out.host = std::move(parts->host);
    out.port = std::move(parts->port);
  } else {
    out.host = rest;
  }
  return out;
}

void AddResult(const DynamicName& name, std::string_view host, std::string_view port,
               std::vector<std::string>* out) {
  const std::string joined = JoinHostPort(host, port);
  out->push_back(name.scheme.empty() ? joined : name.scheme + "//" + joined);
}

StatusOr<std::vector<std::string>> ResolveHost(DnsResolver& resolver, const DynamicName& name,
                                               const CancelToken& cancel) {
  if (name.port.empty()) {
    return InvalidArgumentError("missing port in address given for dns lookup: " + name.name);
  }
  ASSIGN_OR_RETURN(const auto addresses,
                   resolver.LookupIp(name.host, DnsResolver::Family::kAny, cancel));
  std::vector<std::string> out;
  for (const std::string& address : addresses) AddResult(name, address, name.port, &out);
  return out;
}

StatusOr<std::vector<std::string>> ResolveDualStack(DnsResolver& resolver, const DynamicName& name,
                                                    const CancelToken& cancel) {
  if (name.port.empty()) {
    return InvalidArgumentError("missing port in address given for dnsdualstack lookup: " +
                                name.name);
  }
  std::vector<std::string> out;
  Status failure;
  for (const auto family : {DnsResolver::Family::kIpv6, DnsResolver::Family::kIpv4}) {
    auto addresses = resolver.LookupIp(name.host, family, cancel);
    if (!addresses.ok()) {
      failure = addresses.status();
      continue;
    }
    for (const std::string& address : *addresses) AddResult(name, address, name.port, &out);
  }
  // One family is enough: its answer counts although the other failed.
  if (out.empty() && !failure.ok()) return failure;
  return out;
}

StatusOr<std::vector<std::string>> ResolveSrv(DnsResolver& resolver, const DynamicName& name,
                                              bool with_addresses, const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const auto records, resolver.LookupSrv(name.host, cancel));
  std::vector<std::string> out;
  for (const SrvRecord& record : records) {
    const std::string port = name.port.empty() ? std::to_string(record.port) : name.port;
    if (!with_addresses) {
      std::string_view target = record.target;
      while (target.ends_with('.')) target.remove_suffix(1);
      AddResult(name, target, port, &out);
      continue;
    }
    ASSIGN_OR_RETURN(const auto addresses,
                     resolver.LookupIp(record.target, DnsResolver::Family::kAny, cancel));
    for (const std::string& address : addresses) AddResult(name, address, port, &out);
  }
  return out;
}

}  // namespace

bool IsDynamicAddress(std::string_view address) {
  const size_t plus = address.find('+');
  return plus != std::string_view::npos && plus != 0;
}

StatusOr<std::vector<std::string>> ResolveAddress(DnsResolver& resolver, std::string_view address,
                                                  const CancelToken& cancel) {
  if (!IsDynamicAddress(address)) return std::vector<std::string>{std::string(address)};
  const DynamicName name = Parse(address);
  if (name.kind == "dns") return ResolveHost(resolver, name, cancel);
  if (name.kind == "dnsdualstack") return ResolveDualStack(resolver, name, cancel);
  if (name.kind == "dnssrv") return ResolveSrv(resolver, name, true, cancel);
  if (name.kind == "dnssrvnoa") return ResolveSrv(resolver, name, false, cancel);
  return InvalidArgumentError("invalid lookup scheme \"" + name.kind + "\"");
}

Status DnsProvider::Resolve(const std::vector<std::string>& addresses, const CancelToken& cancel) {
  std::map<std::string, std::vector<std::string>, std::less<>> fresh;
  Stats seen;
  Status first;
  for (const std::string& address : addresses) {
    const bool dynamic = IsDynamicAddress(address);
    auto results = ResolveAddress(*resolver_, address, cancel);
    seen.lookups += dynamic ? 1 : 0;
    if (results.ok()) {
      fresh[address] = *std::move(results);
      continue;
    }
    ++seen.failures;
    if (first.ok()) first = results.status();
  }
  std::lock_guard lock(mutex_);
  stats_.lookups += seen.lookups;
  stats_.failures += seen.failures;
  if (first.ok()) resolved_.clear();
  for (auto& [address, results] : fresh) resolved_[address] = std::move(results);
  return first;
}

std::vector<std::string> DnsProvider::Addresses() const {
  std::vector<std::string> all;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [address, results] : resolved_)
      all.insert(all.end(), results.begin(), results.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::string> DnsProvider::AddressesFor(std::string_view address) const {
  std::lock_guard lock(mutex_);
  const auto found = resolved_.find(address);
  return found == resolved_.end() ? std::vector<std::string>() : found->second;
}

std::map<std::string, size_t> DnsProvider::ResultCounts() const {
  std::map<std::string, size_t> counts;
  std::lock_guard lock(mutex_);
  for (const auto& [address, results] : resolved_) counts[address] = results.size();
  return counts;
}

DnsProvider::Stats DnsProvider::stats() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace aion::net
