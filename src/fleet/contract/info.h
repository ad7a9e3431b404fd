#pragma once

// InfoAnswer: what a component tells of itself over thanos.info.Info; the endpoint set builds its
// knowledge of a peer from it. A plain movable value. InfoApi is thread-safe and its call may
// block.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "store/contract/store.h"

namespace aion::fleet {

struct ApiTimeRange {
  TimestampMs min_time = kTimestampMin;
  TimestampMs max_time = kTimestampMax;
};

struct InfoAnswer {
  std::vector<model::Labels> label_sets;
  std::string component;  ///< "sidecar", "store", "query", "rule", "receive".
  /// Absent while the component is not ready or has no StoreAPI.
  std::optional<store::StoreInfo> store;
  bool supports_projections = false;  ///< Of the store section.
  std::optional<ApiTimeRange> exemplars;
  bool rules = false;
  bool metric_metadata = false;
  bool targets = false;
  bool query = false;
  bool status = false;
};

class InfoApi {
 public:
  virtual ~InfoApi() = default;
  virtual StatusOr<InfoAnswer> Info(const store::RequestContext& context) = 0;
};

/// An InfoApi from a function: for components, whose answer is composed by the lead.
class InfoFunction : public InfoApi {
 public:
  explicit InfoFunction(std::function<StatusOr<InfoAnswer>()> function)
      : function_(std::move(function)) {}
  StatusOr<InfoAnswer> Info(const store::RequestContext& /*context*/) override {
    return function_();
  }

 private:
  std::function<StatusOr<InfoAnswer>()> function_;
};

}  // namespace aion::fleet
