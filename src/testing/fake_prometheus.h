#pragma once

// FakePrometheus: an HTTP server that answers what a test says, by path, and can vanish and come
// back on its port. For tests only. Answers may be changed at any time.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/http_server.h"

namespace aion::testing {

class FakePrometheus {
 public:
  FakePrometheus() { Start("127.0.0.1:0"); }
  ~FakePrometheus() { Stop(); }

  std::string url() const { return "http://" + address_; }

  /// {"status":"success","data":<data>}
  void SetData(const std::string& path, const std::string& data) {
    SetAnswer(path, 200, "application/json", "{\"status\":\"success\",\"data\":" + data + "}");
  }
  void SetAnswer(const std::string& path, int code, const std::string& type,
                 const std::string& body) {
    SetHandler(path, [code, type, body](const net::Request&, net::ResponseWriter& response) {
      net::SendText(response, code, type, body);
    });
  }
  void SetHandler(const std::string& path, net::Handler handler) {
    const std::lock_guard lock(mutex_);
    handlers_[path] = std::move(handler);
  }
  void Remove(const std::string& path) {
    const std::lock_guard lock(mutex_);
    handlers_.erase(path);
  }

  /// "GET /api/v1/labels?match[]=…" of every request so far, query decoded.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  size_t CountRequests(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const std::string& request : requests_)
      count += request.find(" " + path) != std::string::npos ? 1 : 0;
    return count;
  }

  void Stop() {
    if (server_ != nullptr) server_->Stop(0);
    server_.reset();
  }
  void Restart() { Start(address_); }

 private:
  void Start(const std::string& address) {
    net::Router router;
    router.Handle("*", "/*path", "fake",
                  [this](const net::Request& request, net::ResponseWriter& response) {
                    Answer(request, response);
                  });
    net::HttpServerOptions options;
    options.address = address;
    auto server = net::HttpServer::Start(std::move(router), options);
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = *std::move(server);
    address_ = server_->address();
  }

  void Answer(const net::Request& request, net::ResponseWriter& response) {
    net::Handler handler;
    {
      const std::lock_guard lock(mutex_);
      std::string line = request.method + " " + request.path;
      for (const auto& [name, value] : request.query.pairs()) line += " " + name + "=" + value;
      requests_.push_back(line);
      const auto found = handlers_.find(request.path);
      if (found != handlers_.end()) handler = found->second;
    }
    if (handler) return handler(request, response);
    net::SendError(response, 404, "404 page not found");
  }

  mutable std::mutex mutex_;
  std::map<std::string, net::Handler> handlers_;  // Guarded by mutex_.
  std::vector<std::string> requests_;             // Guarded by mutex_.
  std::unique_ptr<net::HttpServer> server_;
  std::string address_;
};

}  // namespace aion::testing
