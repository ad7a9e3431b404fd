#pragma once

// The exemplars API, as `/api/v1/query_exemplars` and thanos.Exemplars carry it. Plain movable
// values; series labels include external labels. ExemplarsApi is thread-safe; its call blocks and
// ends soon after `context.cancel` does.

#include <string>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/time_range.h"
#include "model/warnings.h"
#include "store/contract/store.h"

namespace aion::fleet {

using store::PartialResponse;
using store::RequestContext;

struct Exemplar {
  model::Labels labels;
  double value = 0;
  TimestampMs time = 0;
};

struct ExemplarSeries {
  model::Labels labels;
  std::vector<Exemplar> exemplars;
};

struct ExemplarsRequest {
  std::string query;  ///< A PromQL expression; the exemplars of all its selectors are meant.
  model::QueryRange range;
  PartialResponse partial_response = PartialResponse::kWarn;
};

struct ExemplarsResponse {
  std::vector<ExemplarSeries> series;
  model::Warnings warnings;
};

class ExemplarsApi {
 public:
  virtual ~ExemplarsApi() = default;
  virtual StatusOr<ExemplarsResponse> Exemplars(const ExemplarsRequest& request,
                                                const RequestContext& context) = 0;
};

}  // namespace aion::fleet
