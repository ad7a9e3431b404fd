#pragma once

// The TSDB status API: sizes and cardinalities of heads, by tenant, as thanos.Status and
// `/api/v1/status/tsdb` carry them. Plain movable values. StatusApi is thread-safe; its call blocks
// and ends soon after `context.cancel` does.

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/matcher.h"
#include "model/warnings.h"
#include "store/contract/store.h"

namespace aion::fleet {

using store::PartialResponse;
using store::RequestContext;

struct Statistic {
  std::string name;
  uint64_t value = 0;
  bool operator==(const Statistic&) const = default;
};

struct HeadStatistics {
  uint64_t series_count = 0;
  int64_t label_pair_count = 0;
  int64_t chunk_count = 0;
  TimestampMs min_time = 0;
  TimestampMs max_time = 0;
};

/// Lists are ordered by falling value.
struct TsdbStatistics {
  HeadStatistics head;
  std::vector<Statistic> series_count_by_metric_name;
  std::vector<Statistic> label_value_count_by_label_name;
  std::vector<Statistic> memory_bytes_by_label_name;
  std::vector<Statistic> series_count_by_label_value_pair;
};

struct TsdbStatusRequest {
  std::string tenant;  ///< Deprecated on the wire; empty for all.
  int32_t limit = 0;   ///< Entries of each list; 0 for all.
  PartialResponse partial_response = PartialResponse::kWarn;
  /// On external labels of the databases.
  std::vector<model::Matcher> matchers;
};

struct TsdbStatusResponse {
  std::map<std::string, TsdbStatistics, std::less<>> by_tenant;
  model::Warnings warnings;
};

class StatusApi {
 public:
  virtual ~StatusApi() = default;
  virtual StatusOr<TsdbStatusResponse> TsdbStatus(const TsdbStatusRequest& request,
                                                  const RequestContext& context) = 0;
};

}  // namespace aion::fleet
