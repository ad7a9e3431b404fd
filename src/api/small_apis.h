#pragma once

// /api/v1/{rules,alerts,targets,metadata,query_exemplars,status/tsdb}: the small APIs over whatever
// answers them, a fleet or a single component. Pointers are not owned and may be null: a null API
// adds no route.

#include <string>

#include "api/respond.h"
#include "fleet/contract/exemplars.h"
#include "fleet/contract/metadata.h"
#include "fleet/contract/rules.h"
#include "fleet/contract/targets.h"
#include "fleet/contract/tsdb_status.h"
#include "fleet/endpoint.h"

namespace aion::api {

struct SmallApis {
  fleet::RulesApi* rules = nullptr;
  fleet::TargetsApi* targets = nullptr;
  fleet::MetadataApi* metadata = nullptr;
  fleet::ExemplarsApi* exemplars = nullptr;
  fleet::StatusApi* status = nullptr;

  bool rules_partial_response = true;
  bool targets_partial_response = true;
  bool metadata_partial_response = true;
  bool exemplars_partial_response = true;
  bool status_partial_response = true;

  /// The querier's key; the ruler says "Alerts".
  std::string alerts_key = "alerts";
  bool cors = true;
};

void AddSmallApiRoutes(const SmallApis& apis, net::Router* router);

/// /api/v1/stores; `statuses` is called for each request and must be thread-safe.
void AddStoresRoute(std::function<std::vector<fleet::EndpointStatus>()> statuses, bool cors,
                    net::Router* router);

}  // namespace aion::api
