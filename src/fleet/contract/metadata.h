#pragma once

// The metric metadata API: type, help and unit of metrics, as `/api/v1/metadata` and
// thanos.Metadata carry them. Plain movable values. MetadataApi is thread-safe; its call blocks and
// ends soon after `context.cancel` does.

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/warnings.h"
#include "store/contract/store.h"

namespace aion::fleet {

using store::PartialResponse;
using store::RequestContext;

struct MetricMeta {
  std::string type;
  std::string help;
  std::string unit;
  bool operator==(const MetricMeta&) const = default;
};

struct MetadataRequest {
  std::string metric;  ///< Empty for all.
  int32_t limit = -1;  ///< Metrics to return at most; negative for all, 0 for none.
  PartialResponse partial_response = PartialResponse::kWarn;
};

struct MetadataResponse {
  std::map<std::string, std::vector<MetricMeta>, std::less<>> metadata;
  model::Warnings warnings;
};

class MetadataApi {
 public:
  virtual ~MetadataApi() = default;
  virtual StatusOr<MetadataResponse> MetricMetadata(const MetadataRequest& request,
                                                    const RequestContext& context) = 0;
};

}  // namespace aion::fleet
