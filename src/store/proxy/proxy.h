#pragma once

// Proxy: one Store over many. It asks the members that can hold matching series, merges their
// sorted streams into one, chains the chunks of equal series and drops identical ones, and turns a
// member's failure into a warning or an error as the request's partial-response strategy says.
//
//   member streams ──(one thread each, bounded queue of frames)──► loser tree by labels ──► frames
//
// A member that does not announce support for `without_replica_labels` is re-sorted here; one that
// does not shard is filtered here; one that breaks its order is cut off with an error that names
// it. Thread-safe.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/contract/store.h"

namespace aion::store {

struct ProxyMember {
  std::shared_ptr<Store> store;
  std::string address;    ///< For messages and `storeMatch[]`.
  bool is_local = false;  ///< In this process: `__address__` selectors never match it.
  StoreInfo info;         ///< As last announced.
  /// Added to what this member is asked.
  std::vector<model::Matcher> extra_matchers;
};

struct ProxyOptions {
  /// Announced with every label set and evaluated against matchers like external labels.
  model::Labels selector_labels;
  /// How long a member may take for each frame; 0 for ever.
  DurationMs response_timeout_ms = 0;
  /// How long a member may take for label names or values, as long as a query may by default; 0 for
  /// ever.
  DurationMs labels_timeout_ms = 120'000;
  /// Frames held of each member beyond the one being merged.
  size_t buffered_frames_max = 4;
  std::string name = "proxy";
  /// A member's Series answer had no frame at all
  /// (thanos_proxy_store_empty_stream_responses_total). Thread-safe; may be null.
  std::function<void()> on_empty_answer;
};

class Proxy : public Store {
 public:
  /// `members` is called once a request; it must be thread-safe and cheap.
  Proxy(std::function<std::vector<ProxyMember>()> members, ProxyOptions options);

  std::string Name() const override { return options_.name; }
  StoreInfo Info() const override;
  /// kAborted carries a member's failure under the abort strategy; kInvalidArgument when no matcher
  /// is left after the selector labels; a request no member can answer gives an empty stream
  /// (kUnavailable-free, as upstream).
  StatusOr<std::unique_ptr<SeriesStream>> Series(const SeriesRequest& request,
                                                 const RequestContext& context) override;
  StatusOr<LabelsResponse> LabelNames(const LabelNamesRequest& request,
                                      const RequestContext& context) override;
  StatusOr<LabelsResponse> LabelValues(const LabelValuesRequest& request,
                                       const RequestContext& context) override;

 private:
  std::function<std::vector<ProxyMember>()> members_;
  ProxyOptions options_;
};

}  // namespace aion::store
