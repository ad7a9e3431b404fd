#include "net/dns.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "base/bytes.h"

namespace aion::net {
namespace {

/// A DNS server on a loopback UDP port that knows a few records.
class TinyDns {
 public:
  TinyDns() : fd_(socket(AF_INET, SOCK_DGRAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~TinyDns() {
    stopped_ = true;
    thread_.join();
    close(fd_);
  }
  std::string servers() const { return "127.0.0.1:" + std::to_string(port_); }

  // Set before the first look-up.
  std::map<std::pair<std::string, int>, std::vector<std::string>>
      records;                      // Name and type to rdata.
  std::atomic<bool> broken{false};  // Answers SERVFAIL.
  std::atomic<bool> silent{false};

  static std::string A(const char* text) {
    std::string bytes(4, '\0');
    inet_pton(AF_INET, text, bytes.data());
    return bytes;
  }
  static std::string Aaaa(const char* text) {
    std::string bytes(16, '\0');
    inet_pton(AF_INET6, text, bytes.data());
    return bytes;
  }
  static std::string Srv(uint16_t port, std::string_view target) {
    std::string bytes;
    PutBe16(&bytes, 1);
    PutBe16(&bytes, 2);
    PutBe16(&bytes, port);
    return bytes + Name(target);
  }

 private:
  static std::string Name(std::string_view text) {
    std::string bytes;
    while (!text.empty()) {
      const size_t dot = std::min(text.find('.'), text.size());
      bytes.push_back(static_cast<char>(dot));
      bytes.append(text.substr(0, dot));
      text.remove_prefix(std::min(dot + 1, text.size()));
    }
    bytes.push_back('\0');
    return bytes;
  }

  std::string Answer(std::string_view query) const {
    ByteCursor cursor(query);
    const uint16_t id = cursor.Be16();
    cursor.Skip(10);
    std::string name;
    for (uint8_t size = cursor.U8(); size != 0 && cursor.ok(); size = cursor.U8()) {
      if (!name.empty()) name += '.';
      name += cursor.Bytes(size);
    }
    const int type = cursor.Be16();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const auto found = records.find({name, type});
    const bool known = std::any_of(records.begin(), records.end(),
                                   [&](const auto& r) { return r.first.first == name; });
    std::string out;
    PutBe16(&out, id);
    PutBe16(&out, static_cast<uint16_t>(0x8580 | (broken ? 2 : known ? 0 : 3)));
    PutBe16(&out, 1);
    PutBe16(&out,
            static_cast<uint16_t>(broken || found == records.end() ? 0 : found->second.size()));
    PutBe32(&out, 0);
    out += Name(name);
    PutBe16(&out, static_cast<uint16_t>(type));
    PutBe16(&out, 1);
    if (broken || found == records.end()) return out;
    for (const std::string& data : found->second) {
      PutBe16(&out, 0xc00c);
      PutBe16(&out, static_cast<uint16_t>(type));
      PutBe16(&out, 1);
      PutBe32(&out, 60);
      PutBe16(&out, static_cast<uint16_t>(data.size()));
      out += data;
    }
    return out;
  }

  void Run() {
    while (!stopped_) {
      pollfd poll_fd{fd_, POLLIN, 0};
      if (poll(&poll_fd, 1, 10) <= 0) continue;
      char buffer[2048];
      sockaddr_in peer{};
      socklen_t peer_size = sizeof peer;
      const ssize_t count =
          recvfrom(fd_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&peer), &peer_size);
      if (count <= 0 || silent) continue;
      const std::string answer = Answer(std::string_view(buffer, static_cast<size_t>(count)));
      sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&peer), peer_size);
    }
  }

  const int fd_;
  int port_ = 0;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

constexpr int kA = 1, kAaaa = 28, kSrv = 33;

class DnsTest : public testing::Test {
 protected:
  DnsTest() {
    dns_.records[{"store.test.invalid", kA}] = {TinyDns::A("10.0.0.1"), TinyDns::A("10.0.0.2")};
    dns_.records[{"store.test.invalid", kAaaa}] = {TinyDns::Aaaa("fd00::1")};
    dns_.records[{"only4.test.invalid", kA}] = {TinyDns::A("10.0.0.4")};
    dns_.records[{"_grpc._tcp.test.invalid", kSrv}] = {TinyDns::Srv(10901, "only4.test.invalid"),
                                                       TinyDns::Srv(10902, "store.test.invalid")};
    DnsResolver::Options options;
    options.servers = dns_.servers();
    options.timeout_ms = 200;
    options.tries = 2;
    resolver_ = std::make_shared<DnsResolver>(options);
    options.ipv6_first = true;
    ipv6_first_ = std::make_shared<DnsResolver>(options);
  }
  std::vector<std::string> Sorted(DnsResolver& resolver, std::string_view address) {
    auto results = ResolveAddress(resolver, address, {});
    EXPECT_TRUE(results.ok()) << results.status().ToString();
    if (!results.ok()) return {};
    std::sort(results->begin(), results->end());
    return *std::move(results);
  }

  TinyDns dns_;
  std::shared_ptr<DnsResolver> resolver_, ipv6_first_;
};

using Strings = std::vector<std::string>;

TEST_F(DnsTest, ResolvesEveryKind) {
  EXPECT_EQ(Sorted(*resolver_, "dns+only4.test.invalid:1"), Strings{"10.0.0.4:1"});
  EXPECT_EQ(Sorted(*resolver_, "dns+store.test.invalid:1"),
            (Strings{"10.0.0.1:1", "10.0.0.2:1", "[fd00::1]:1"}));
  EXPECT_EQ(Sorted(*ipv6_first_, "dns+store.test.invalid:1"), Strings{"[fd00::1]:1"});
  EXPECT_EQ(Sorted(*ipv6_first_, "dns+only4.test.invalid:1"), Strings{"10.0.0.4:1"});
  EXPECT_EQ(Sorted(*resolver_, "dnsdualstack+store.test.invalid:2"),
            (Strings{"10.0.0.1:2", "10.0.0.2:2", "[fd00::1]:2"}));
  EXPECT_EQ(Sorted(*ipv6_first_, "dnssrv+_grpc._tcp.test.invalid"),
            (Strings{"10.0.0.4:10901", "[fd00::1]:10902"}));
  EXPECT_EQ(Sorted(*ipv6_first_, "dnssrv+_grpc._tcp.test.invalid:7"),
            (Strings{"10.0.0.4:7", "[fd00::1]:7"}));
  EXPECT_EQ(Sorted(*resolver_, "dnssrvnoa+_grpc._tcp.test.invalid"),
            (Strings{"only4.test.invalid:10901", "store.test.invalid:10902"}));
  EXPECT_EQ(Sorted(*resolver_, "dns+http://only4.test.invalid:1"), Strings{"http://10.0.0.4:1"});
  EXPECT_EQ(Sorted(*resolver_, "plain:9090"), Strings{"plain:9090"});
}

TEST_F(DnsTest, MissingNamesAreEmptyNotErrors) {
  EXPECT_EQ(Sorted(*resolver_, "dns+absent.test.invalid:1"), Strings{});
  EXPECT_EQ(Sorted(*resolver_, "dnssrv+_absent._tcp.test.invalid"), Strings{});
}

TEST_F(DnsTest, RefusesWhatCannotBeResolved) {
  EXPECT_EQ(ResolveAddress(*resolver_, "dns+noport.test.invalid", {}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ResolveAddress(*resolver_, "dnsdualstack+noport", {}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(ResolveAddress(*resolver_, "dnsx+h:1", {}).status().message(),
            "invalid lookup scheme \"dnsx\"");
  dns_.broken = true;
  EXPECT_EQ(ResolveAddress(*resolver_, "dns+only4.test.invalid:1", {}).status().code(),
            StatusCode::kUnavailable);
}

TEST_F(DnsTest, EndsWhenCancelled) {
  dns_.silent = true;
  CancelSource source(std::chrono::steady_clock::now() + std::chrono::milliseconds(30));
  EXPECT_EQ(ResolveAddress(*resolver_, "dns+only4.test.invalid:1", source.Token()).status().code(),
            StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ResolveAddress(*resolver_, "dns+only4.test.invalid:1", {}).status().code(),
            StatusCode::kUnavailable);
}

TEST_F(DnsTest, ProviderKeepsTheLastGoodResults) {
  DnsProvider provider(resolver_);
  ASSERT_TRUE(provider.Resolve({"dns+only4.test.invalid:1", "static:2"}, {}).ok());
  EXPECT_EQ(provider.Addresses(), (Strings{"10.0.0.4:1", "static:2"}));
  dns_.broken = true;
  EXPECT_FALSE(provider.Resolve({"dns+only4.test.invalid:1", "static:3"}, {}).ok());
  EXPECT_EQ(provider.Addresses(), (Strings{"10.0.0.4:1", "static:2", "static:3"}));
  EXPECT_EQ(provider.stats().lookups, 2u);
  EXPECT_EQ(provider.stats().failures, 1u);
  dns_.broken = false;
  ASSERT_TRUE(provider.Resolve({"static:3"}, {}).ok());
  EXPECT_EQ(provider.Addresses(), Strings{"static:3"});
  EXPECT_EQ(provider.ResultCounts(), (std::map<std::string, size_t>{{"static:3", 1}}));
  EXPECT_EQ(provider.AddressesFor("static:3"), Strings{"static:3"});
}

}  // namespace
}  // namespace aion::net
