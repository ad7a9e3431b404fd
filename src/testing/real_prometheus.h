#pragma once

// RealPrometheus: a Prometheus process on a free loopback port with a data directory of its own, for tests that are only
// worth running against the real thing. The binary is named by AION_TEST_PROMETHEUS, or is `prometheus` in the PATH;
// `Find()` is empty when there is none, and the test then skips. Stopped by its pid.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "net/http_client.h"
#include "net/http_server.h"

namespace aion::testing {

class RealPrometheus {
 public:
  static std::string Find() {
    if (const char* named = std::getenv("AION_TEST_PROMETHEUS")) return named;
    std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
    for (size_t begin = 0; begin <= path.size();) {
      const size_t end = std::min(path.find(':', begin), path.size());
      const std::string file = path.substr(begin, end - begin) + "/prometheus";
      if (access(file.c_str(), X_OK) == 0) return file;
      begin = end + 1;
    }
    return "";
  }

  RealPrometheus(std::string directory, const std::string& config) : directory_(std::move(directory)) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    std::ofstream(directory_ + "/prometheus.yml") << config;
    port_ = FreePort();
    Start();
  }
  ~RealPrometheus() {
    Stop();
    std::filesystem::remove_all(directory_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::string& directory() const { return directory_; }

  void Start() {
    pid_ = fork();
    if (pid_ != 0) return;
    const std::string log = directory_ + "/log";
    if (std::freopen(log.c_str(), "a", stderr) == nullptr || std::freopen(log.c_str(), "a", stdout) == nullptr) _exit(1);
    const std::string binary = Find();
    const std::string config = "--config.file=" + directory_ + "/prometheus.yml";
    const std::string data = "--storage.tsdb.path=" + directory_ + "/data";
    const std::string listen = "--web.listen-address=127.0.0.1:" + std::to_string(port_);
    execl(binary.c_str(), binary.c_str(), config.c_str(), data.c_str(), listen.c_str(), "--web.enable-lifecycle",
          "--storage.tsdb.min-block-duration=2h", "--storage.tsdb.max-block-duration=2h", nullptr);
    _exit(127);
  }
  void Stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
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
  static int FreePort() {
    net::HttpServerOptions options;
    options.address = "127.0.0.1:0";
    auto server = net::HttpServer::Start(net::Router(), options);
    return server.ok() ? (*server)->port() : 19090;
  }

  const std::string directory_;
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace aion::testing
