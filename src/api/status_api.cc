#include "api/status_api.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <thread>

#include "base/text.h"
#include "net/cors.h"

namespace aion::api {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string>>;

std::string StringFieldsJson(const Fields& fields) {
  std::string json = "{";
  for (const auto& [name, value] : fields) {
    if (json.size() > 1) json += ',';
    AppendJsonString(&json, name);
    json += ':';
    AppendJsonString(&json, value);
  }
  return json + "}";
}

/// Threads stand for goroutines, cores for GOMAXPROCS.
std::string RuntimeInfoJson(TimestampMs start_time) {
  std::error_code error;
  size_t threads = 0;
  for (auto it = std::filesystem::directory_iterator("/proc/self/task", error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    ++threads;
  }
  std::string json = "{\"startTime\":";
  AppendJsonString(&json, FormatRfc3339(start_time));
  json += ",\"CWD\":";
  AppendJsonString(&json, std::filesystem::current_path(error).string());
  json += ",\"goroutineCount\":" + std::to_string(threads);
  json += ",\"GOMAXPROCS\":" + std::to_string(std::thread::hardware_concurrency());
  return json + ",\"GOGC\":\"\",\"GODEBUG\":\"\",\"GOMEMLIMIT\":0}";
}

}  // namespace

void AddStatusRoutes(const StatusApi& status, net::Router* router) {
  const auto get = [&](std::string_view path, std::string name, std::function<std::string()> json) {
    router->Handle("GET", path, std::move(name),
                   JsonHandler([json = std::move(json)](const net::Request&, const net::Params&)
                                   -> Answer { return AnswerData{json(), {}}; },
                               status.cors));
  };
  const BuildInfo build = status.build;
  get("/api/v1/status/buildinfo", "status_build", [build] {
    return StringFieldsJson({{"version", build.version},
                             {"revision", build.revision},
                             {"branch", build.branch},
                             {"buildUser", build.build_user},
                             {"buildDate", build.build_date},
                             {"goVersion", build.compiler}});
  });
  get("/api/v1/status/runtimeinfo", "status_runtime",
      [start = status.start_time] { return RuntimeInfoJson(start); });
  const std::map<std::string, std::string> flags(status.flags.begin(), status.flags.end());
  get("/api/v1/status/flags", "status_flags", [flags] {
    Fields fields;
    for (const auto& [name, value] : flags) fields.emplace_back(name, value);
    return StringFieldsJson(fields);
  });
  router->Handle("OPTIONS", "/api/v1/*path", "options", net::PreflightHandler(status.cors));
}

}  // namespace aion::api
