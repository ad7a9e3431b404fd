#pragma once

// ChildProcess: a program run beside a test, its output in a file, ended by its pid. For tests
// only.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "net/http_server.h"

namespace aion::testing {

class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess() { Stop(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Start(std::vector<std::string> arguments, const std::string& log_path) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0) return;
    if (std::freopen(log_path.c_str(), "a", stderr) == nullptr ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
      _exit(1);
    execv(argv[0], argv.data());
    _exit(127);
  }
  void Stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  /// A port nobody listened on a moment ago.
  static int FreePort() {
    net::HttpServerOptions options;
    options.address = "127.0.0.1:0";
    auto server = net::HttpServer::Start(net::Router(), options);
    return server.ok() ? (*server)->port() : 0;
  }
  /// The path `variable` names, or that of `name` in the PATH; empty when there is neither.
  static std::string Find(const char* variable, const std::string& name) {
    if (const char* named = std::getenv(variable)) return named;
    const std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
    for (size_t begin = 0; begin <= path.size();) {
      const size_t end = std::min(path.find(':', begin), path.size());
      std::string file = path.substr(begin, end - begin) + "/" + name;
      if (access(file.c_str(), X_OK) == 0) return file;
      begin = end + 1;
    }
    return "";
  }

 private:
  pid_t pid_ = 0;
};

}  // namespace aion::testing
