#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <poll.h>

#include <cstring>
#include <mutex>

#include "net/dns.h"

// Every look-up makes a channel of its own: /etc/resolv.conf is read anew, and nothing is shared
// between threads.

namespace aion::net {
namespace {

/// How long a cancelled look-up may still take.
constexpr int kCancelPollMs = 20;

struct ChannelCloser {
  void operator()(ares_channeldata* channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<ares_channeldata, ChannelCloser>;

Status Failure(std::string_view what, std::string_view name, int code) {
  return UnavailableError("lookup " + std::string(what) + " \"" + std::string(name) +
                          "\": " + ares_strerror(code));
}

bool IsNotFound(int code) { return code == ARES_ENOTFOUND || code == ARES_ENODATA; }

StatusOr<Channel> Open(const DnsResolver::Options& options) {
  static std::once_flag once;
  std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
  ares_options settings{};
  settings.timeout = options.timeout_ms;
  settings.tries = options.tries;
  char dns_only[] = "b";
  settings.lookups = dns_only;
  int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
  if (options.ipv6_first) mask |= ARES_OPT_LOOKUPS;
  ares_channel raw = nullptr;
  if (const int code = ares_init_options(&raw, &settings, mask); code != ARES_SUCCESS) {
    return UnavailableError(std::string("dns: ") + ares_strerror(code));
  }
  Channel channel(raw);
  if (!options.servers.empty()) {
    if (const int code = ares_set_servers_ports_csv(raw, options.servers.c_str());
        code != ARES_SUCCESS) {
      return InvalidArgumentError("dns: servers \"" + options.servers +
                                  "\": " + ares_strerror(code));
    }
  }
  return channel;
}

/// Runs the channel until `done` or cancelled; the pending callbacks then see ARES_ECANCELLED.
Status Drive(ares_channel channel, const bool& done, const CancelToken& cancel) {
  while (!done) {
    if (Status status = cancel.Check(); !status.ok()) {
      ares_cancel(channel);
      return status;
    }
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int mask = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
    pollfd polls[ARES_GETSOCK_MAXNUM];
    nfds_t count = 0;
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const bool read = ARES_GETSOCK_READABLE(static_cast<unsigned>(mask), i);
      const bool write = ARES_GETSOCK_WRITABLE(static_cast<unsigned>(mask), i);
      if (!read && !write) continue;
      polls[count++] = {sockets[i], static_cast<short>((read ? POLLIN : 0) | (write ? POLLOUT : 0)),
                        0};
    }
    poll(polls, count, kCancelPollMs);
    for (nfds_t i = 0; i < count; ++i) {
      const bool readable = (polls[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
      const bool writable = (polls[i].revents & POLLOUT) != 0;
      ares_process_fd(channel, readable ? polls[i].fd : ARES_SOCKET_BAD,
                      writable ? polls[i].fd : ARES_SOCKET_BAD);
    }
    if (count == 0 || (polls[0].revents == 0))
      ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }
  return OkStatus();
}

struct IpQuery {
  bool done = false;
  int code = ARES_SUCCESS;
  std::vector<std::string> addresses;
};

void OnAddresses(void* context, int code, int, ares_addrinfo* info) {
  auto* query = static_cast<IpQuery*>(context);
  query->done = true;
  query->code = code;
  if (info == nullptr) return;
  for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
    char text[INET6_ADDRSTRLEN] = "";
    const void* address =
        node->ai_family == AF_INET
            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(node->ai_addr)->sin_addr)
            : static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(node->ai_addr)->sin6_addr);
    if (inet_ntop(node->ai_family, address, text, sizeof text) != nullptr)
      query->addresses.emplace_back(text);
  }
  ares_freeaddrinfo(info);
}

struct SrvQuery {
  bool done = false;
  int code = ARES_SUCCESS;
  std::vector<SrvRecord> records;
};

void OnSrv(void* context, int code, int, unsigned char* answer, int size) {
  auto* query = static_cast<SrvQuery*>(context);
  query->done = true;
  query->code = code;
  if (code != ARES_SUCCESS) return;
  ares_srv_reply* first = nullptr;
  query->code = ares_parse_srv_reply(answer, size, &first);
  for (const ares_srv_reply* reply = first; reply != nullptr; reply = reply->next) {
    query->records.push_back({reply->host, reply->port, reply->priority, reply->weight});
  }
  if (first != nullptr) ares_free_data(first);
}

StatusOr<std::vector<std::string>> LookupFamily(const DnsResolver::Options& options,
                                                std::string_view host, int family,
                                                const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const Channel channel, Open(options));
  IpQuery query;
  ares_addrinfo_hints hints{};
  hints.ai_family = family;
  hints.ai_flags = ARES_AI_NOSORT;
  ares_getaddrinfo(channel.get(), std::string(host).c_str(), nullptr, &hints, &OnAddresses, &query);
  RETURN_IF_ERROR(Drive(channel.get(), query.done, cancel));
  if (IsNotFound(query.code)) return std::vector<std::string>();
  if (query.code != ARES_SUCCESS) return Failure("IP addresses", host, query.code);
  return std::move(query.addresses);
}

}  // namespace

DnsResolver::DnsResolver() : DnsResolver(Options()) {}
DnsResolver::DnsResolver(Options options) : options_(std::move(options)) {}

StatusOr<std::vector<std::string>> DnsResolver::LookupIp(std::string_view host, Family family,
                                                         const CancelToken& cancel) {
  if (family == Family::kIpv4) return LookupFamily(options_, host, AF_INET, cancel);
  if (family == Family::kIpv6) return LookupFamily(options_, host, AF_INET6, cancel);
  if (!options_.ipv6_first) return LookupFamily(options_, host, AF_UNSPEC, cancel);
  auto addresses = LookupFamily(options_, host, AF_INET6, cancel);
  if (addresses.ok() && !addresses->empty()) return addresses;
  return LookupFamily(options_, host, AF_INET, cancel);
}

StatusOr<std::vector<SrvRecord>> DnsResolver::LookupSrv(std::string_view name,
                                                        const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const Channel channel, Open(options_));
  SrvQuery query;
  ares_search(channel.get(), std::string(name).c_str(), ns_c_in, ns_t_srv, &OnSrv, &query);
  RETURN_IF_ERROR(Drive(channel.get(), query.done, cancel));
  if (IsNotFound(query.code)) return std::vector<SrvRecord>();
  if (query.code != ARES_SUCCESS) return Failure("SRV records", name, query.code);
  return std::move(query.records);
}

}  // namespace aion::net
