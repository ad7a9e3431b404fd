#pragma once

// RealPrometheus: a Prometheus process on a free loopback port with a data directory of its own,
// for tests that are only worth running against the real thing. The binary is named by
// AION_TEST_PROMETHEUS, or is `prometheus` in the PATH; `Find()` is empty when there is none, and
// the test then skips.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "net/http_client.h"
#include "testing/child_process.h"

namespace aion::testing {

class RealPrometheus {
 public:
  static std::string Find() { return ChildProcess::Find("AION_TEST_PROMETHEUS", "prometheus"); }

  RealPrometheus(std::string directory, const std::string& config)
      : directory_(std::move(directory)), port_(ChildProcess::FreePort()) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ + "/prometheus.yml") << config;
    Start();
  }
  ~RealPrometheus() {
    Stop();
    std::filesystem::remove_all(directory_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::string& directory() const { return directory_; }

  void Start() {
    process_.Start(
        {Find(), "--config.file=" + directory_ + "/prometheus.yml",
         "--storage.tsdb.path=" + directory_ + "/data",
         "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--web.enable-lifecycle",
         "--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h"},
        directory_ + "/log");
  }
  void Stop() { process_.Stop(); }
  bool WaitReady() const {
    net::HttpClient client{net::HttpClientConfig()};
    for (int i = 0; i < 300; ++i) {
      net::HttpRequest request;
      request.url = url() + "/-/ready";
      const auto response = client.Do(request, {});
      if (response.ok() && response->code == 200) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

 private:
  const std::string directory_;
  const int port_;
  ChildProcess process_;
};

}  // namespace aion::testing
