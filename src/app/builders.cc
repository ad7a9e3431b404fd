#include "app/builders.h"

#include <algorithm>

#include "app/observers.h"
#include "app/version.h"
#include "base/text.h"
#include "config/path_or_content.h"
#include "fleet/grpc_dial.h"
#include "objstore/factory.h"
#include "objstore/metrics.h"
#include "runtime/cancel_wait.h"
#include "store/contract/guarded_store.h"

namespace aion::app {
StatusOr<std::unique_ptr<objstore::Bucket>> BuildBucket(const config::FlagValues& flags,
                                                        const Host& host, bool required) {
  const auto source = config::PathOrContent::FromFlags(flags, "objstore.config", required);
  ASSIGN_OR_RETURN(const std::string yaml, source.Content());
  if (yaml.empty()) return std::unique_ptr<objstore::Bucket>();
  ASSIGN_OR_RETURN(auto bucket, objstore::MakeBucketFromYaml(yaml));
  const std::string name = bucket->Name();
  return objstore::MakeMeteredBucket(std::move(bucket), host.metrics(), name);
}

StatusOr<std::vector<model::RelabelRule>> BuildSelector(const config::FlagValues& flags) {
  const auto source = config::PathOrContent::FromFlags(flags, "selector.relabel-config");
  ASSIGN_OR_RETURN(const std::string yaml, source.Content());
  return model::ParseRelabelRules(yaml, {model::RelabelAction::kKeep, model::RelabelAction::kDrop,
                                         model::RelabelAction::kHashMod});
}

std::shared_ptr<store::Store> Guard(std::shared_ptr<store::Store> store,
                                    const config::FlagValues& flags, const Host& host) {
  auto dropped = host.metrics().AddCounterFamily(
      "store_selects_dropped_total",
      "Number of select queries that were dropped due to configured limits.", {"reason"});
  for (const std::string_view reason : {"series", "chunks"})
    dropped.With({reason});  // Exposed at 0 from the start.
  auto& series = host.metrics().AddHistogram("store_server_series_requested",
                                             "Number of requested series for Series calls",
                                             {1, 10, 100, 1000, 10'000, 100'000, 1'000'000});
  auto& chunks = host.metrics().AddHistogram("store_server_chunks_requested",
                                             "Number of requested chunks for Series calls",
                                             {1, 100, 1000, 10'000, 100'000, 1e7, 1e8, 1e9});
  auto& pending = host.metrics().AddGauge("store_server_pending_series_requests",
                                          "Number of pending series requests");
  store::StoreObserver observer;
  observer.on_dropped = [dropped](std::string_view reason) mutable {
    dropped.With({reason}).Add();
  };
  observer.on_begin = [&pending] { pending.Add(); };
  observer.on_done = [&series, &chunks, &pending](uint64_t series_count, uint64_t chunk_count) {
    pending.Sub();
    series.Observe(static_cast<double>(series_count));
    chunks.Observe(static_cast<double>(chunk_count));
  };
  return store::MakeGuardedStore(
      std::move(store),
      {flags.Uint("store.limits.request-series"), flags.Uint("store.limits.request-samples")},
      std::move(observer));
}

StatusOr<model::Labels> ParseLabelFlags(const std::vector<std::string>& values) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& text : values) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos)
      return InvalidArgumentError("unrecognized label \"" + text + "\"");
    const std::string name = text.substr(0, equals);
    if (!model::IsValidLabelName(name))
      return InvalidArgumentError("unsupported format for label " + text);
    auto value = UnquoteGo(std::string_view(text).substr(equals + 1));
    if (!value.ok()) return InvalidArgumentError("unquote label value: " + text);
    pairs.emplace_back(name, std::move(value).value());
  }
  return model::Labels::FromPairs(std::move(pairs));
}

Status RefuseFlags(const config::FlagValues& flags, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (flags.IsSet(name)) {
      return FailedPreconditionError("--" + std::string(name) +
                                     " is not in force yet here: remove the flag");
    }
  }
  return OkStatus();
}

std::vector<std::string> SplitCommas(const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (const std::string& value : values) {
    for (size_t begin = 0; begin <= value.size();) {
      const size_t end = std::min(value.find(',', begin), value.size());
      if (end > begin) parts.push_back(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return parts;
}

fleet::EndpointSet::Dial MakeDialer(const Host& host,
                                    std::shared_ptr<fleet::EndpointSources> sources,
                                    std::string user_agent, DurationMs frame_timeout_ms) {
  fleet::GrpcDialOptions options;
  options.user_agent = std::move(user_agent);
  options.observer = MakeGrpcObserver(host.registry(), GrpcSide::kClient);
  options.frame_timeout_ms = frame_timeout_ms;
  options.group_addresses = [sources](const std::string& group) {
    return sources->GroupAddresses(group);
  };
  return fleet::MakeGrpcDial(std::move(options));
}

api::StatusApi StatusOf(const config::FlagValues& flags, bool cors) {
  api::StatusApi status;
  status.build.version = kVersion;
  status.build.revision = Revision();
  status.build.branch = kBranch;
  status.build.compiler = "g++ " __VERSION__;
  status.start_time = Clock::System().NowMs();
  for (const auto& [name, value] : flags.Printed()) status.flags.emplace_back(name, value);
  status.cors = cors;
  return status;
}

void Event::Set() {
  std::lock_guard lock(mutex_);
  set_ = true;
  changed_.notify_all();
}

Status Event::Wait(const CancelToken& stop) {
  std::unique_lock lock(mutex_);
  return runtime::WaitUnlessCancelled(lock, changed_, stop, [this] { return set_; });
}

void WaitForCancel(const CancelToken& stop) { static_cast<void>(Event().Wait(stop)); }

void WaitFor(DurationMs duration_ms, const CancelToken& stop) {
  const CancelSource timer(CancelToken::Clock::now() + std::chrono::milliseconds(duration_ms),
                           stop);
  WaitForCancel(timer.Token());
}

std::string UserAgent(std::string_view component) {
  return "thanos-" + std::string(component) + "/" + std::string(kVersion);
}

}  // namespace aion::app
