#pragma once

// /api/v1/status/{buildinfo,runtimeinfo,flags} and OPTIONS /api/v1/*: what every component with an
// API has.

#include <string>
#include <utility>
#include <vector>

#include "api/respond.h"
#include "base/clock.h"

namespace aion::api {

struct BuildInfo {
  std::string version, revision, branch, build_user, build_date, compiler;
};

struct StatusApi {
  BuildInfo build;
  TimestampMs start_time = 0;
  /// Name and value of every flag; secrets already masked.
  std::vector<std::pair<std::string, std::string>> flags;
  bool cors = true;
};

void AddStatusRoutes(const StatusApi& status, net::Router* router);

}  // namespace aion::api
