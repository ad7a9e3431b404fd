#include "store/proxy/proxy.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

#include "store/contract/selection.h"
#include "store/proxy/merged_stream.h"

namespace aion::store {
namespace {

using internal::MemberStream;
using internal::MemberText;

class EmptyStream : public SeriesStream {
 public:
  StatusOr<bool> Next(SeriesFrame* frame) override {
    frame->clear();
    return false;
  }
};

bool AddressMatches(const ProxyMember& member,
                    const std::vector<std::vector<model::Matcher>>& alternatives) {
  if (alternatives.empty()) return true;
  if (member.is_local) return false;
  return std::any_of(
      alternatives.begin(), alternatives.end(), [&](const std::vector<model::Matcher>& matchers) {
        return std::all_of(matchers.begin(), matchers.end(), [&](const model::Matcher& matcher) {
          return matcher.name() != "__address__" || matcher.Matches(member.address);
        });
      });
}

/// A request's context for label calls, which end by themselves: they have no timeout of their own
/// above.
class LabelsContext {
 public:
  LabelsContext(const RequestContext& context, DurationMs timeout_ms) : context_(context) {
    if (timeout_ms <= 0) return;
    limit_.emplace(CancelToken::Clock::now() + std::chrono::milliseconds(timeout_ms),
                   context.cancel);
    context_.cancel = limit_->Token();
  }
  const RequestContext& get() const { return context_; }

 private:
  std::optional<CancelSource> limit_;
  RequestContext context_;
};

/// The members that may hold something, by time, labels and address.
std::vector<ProxyMember> Relevant(std::vector<ProxyMember> members, const model::QueryRange& range,
                                  const std::vector<model::Matcher>& matchers,
                                  const std::vector<std::vector<model::Matcher>>& store_matchers) {
  std::erase_if(members, [&](const ProxyMember& member) {
    const model::QueryRange held{member.info.min_time, member.info.max_time};
    return !held.Overlaps(range) || !AddressMatches(member, store_matchers) ||
           !LabelSetsMatch(matchers, member.info.label_sets);
  });
  return members;
}

/// The request with the member's own matchers.
template <typename Request>
Request ForMember(const ProxyMember& member, Request request) {
  request.matchers.insert(request.matchers.end(), member.extra_matchers.begin(),
                          member.extra_matchers.end());
  return request;
}

/// Asks every member on a thread of its own and merges the sorted answers.
template <typename Ask>
StatusOr<LabelsResponse> AskAll(const std::vector<ProxyMember>& members, PartialResponse strategy,
                                int64_t limit, std::string_view what, const Ask& ask) {
  std::vector<std::optional<StatusOr<LabelsResponse>>> answers(members.size());
  std::vector<std::thread> threads;
  threads.reserve(members.size());
  size_t alone = 1;  // Members from here on, and the first one, are asked by this thread.
  try {
    for (; alone < members.size(); ++alone) {
      threads.emplace_back([&, i = alone] { answers[i].emplace(ask(members[i])); });
    }
  } catch (const std::system_error&) {
    // The system has no more threads.
  }
  if (!members.empty()) answers[0].emplace(ask(members[0]));
  for (; alone < members.size(); ++alone) answers[alone].emplace(ask(members[alone]));
  for (std::thread& thread : threads) thread.join();

  LabelsResponse merged;
  for (size_t i = 0; i < members.size(); ++i) {
    StatusOr<LabelsResponse>& answer = *answers[i];
    if (!answer.ok()) {
      std::string text =
          "fetch label " + std::string(what) + " from store " + MemberText(members[i]) +
          ": rpc error: code = " + std::string(StatusCodeName(answer.status().code())) +
          " desc = " + std::string(answer.status().message());
      if (strategy == PartialResponse::kAbort)
        return Status(answer.status().code(), std::move(text));
      merged.warnings.AddWarning(std::move(text));
      continue;
    }
    merged.warnings.Merge(answer->warnings);
    merged.values.insert(merged.values.end(), std::make_move_iterator(answer->values.begin()),
                         std::make_move_iterator(answer->values.end()));
  }
  std::sort(merged.values.begin(), merged.values.end());
  merged.values.erase(std::unique(merged.values.begin(), merged.values.end()), merged.values.end());
  if (limit > 0 && merged.values.size() > static_cast<size_t>(limit))
    merged.values.resize(static_cast<size_t>(limit));
  return merged;
}

}  // namespace

Proxy::Proxy(std::function<std::vector<ProxyMember>()> members, ProxyOptions options)
    : members_(std::move(members)), options_(std::move(options)) {}

StoreInfo Proxy::Info() const {
  StoreInfo info;
  info.supports_sharding = true;
  info.supports_without_replica_labels = true;
  const std::vector<ProxyMember> members = members_();
  if (!members.empty()) {
    info.min_time = kTimestampMax;
    info.max_time = kTimestampMin;
  }
  for (const ProxyMember& member : members) {
    info.min_time = std::min(info.min_time, member.info.min_time);
    info.max_time = std::max(info.max_time, member.info.max_time);
    for (const model::Labels& labels : member.info.label_sets) {
      model::LabelsBuilder builder(labels);
      for (const model::LabelView label : options_.selector_labels)
        builder.Set(label.name, label.value);
      info.label_sets.push_back(builder.Build());
    }
    info.tsdb_infos.insert(info.tsdb_infos.end(), member.info.tsdb_infos.begin(),
                           member.info.tsdb_infos.end());
  }
  std::sort(info.label_sets.begin(), info.label_sets.end());
  info.label_sets.erase(std::unique(info.label_sets.begin(), info.label_sets.end()),
                        info.label_sets.end());
  if (info.label_sets.empty() && !options_.selector_labels.empty())
    info.label_sets.push_back(options_.selector_labels);
  return info;
}

StatusOr<std::unique_ptr<SeriesStream>> Proxy::Series(const SeriesRequest& request,
                                                      const RequestContext& context) {
  auto matchers = StripExternalMatchers(request.matchers, options_.selector_labels);
  if (!matchers) return std::unique_ptr<SeriesStream>(std::make_unique<EmptyStream>());
  if (matchers->empty())
    return InvalidArgumentError("no matchers specified (excluding selector labels)");
  std::vector<ProxyMember> members = members_();
  if (members.empty() && request.partial_response == PartialResponse::kAbort) {
    return UnavailableError("No StoreAPIs available");
  }
  members = Relevant(std::move(members), request.range, *matchers, request.store_matchers);
  if (members.empty()) return std::unique_ptr<SeriesStream>(std::make_unique<EmptyStream>());

  SeriesRequest forwarded = request;
  forwarded.matchers = *std::move(matchers);
  std::vector<std::unique_ptr<MemberStream>> streams;
  for (ProxyMember& member : members) {
    const SeriesRequest asked = ForMember(member, forwarded);
    streams.push_back(std::make_unique<MemberStream>(std::move(member), asked, context, options_));
  }
  return std::unique_ptr<SeriesStream>(std::make_unique<internal::MergedStream>(
      std::move(streams), request.partial_response, request.limit, context.cancel));
}

StatusOr<LabelsResponse> Proxy::LabelNames(const LabelNamesRequest& request,
                                           const RequestContext& context) {
  auto matchers = StripExternalMatchers(request.matchers, options_.selector_labels);
  if (!matchers) return LabelsResponse();
  LabelNamesRequest forwarded = request;
  forwarded.matchers = *matchers;
  const auto members = Relevant(members_(), request.range, *matchers, request.store_matchers);
  const LabelsContext limited(context, options_.labels_timeout_ms);
  return AskAll(members, request.partial_response, request.limit, "names",
                [&](const ProxyMember& member) {
                  return member.store->LabelNames(ForMember(member, forwarded), limited.get());
                });
}

StatusOr<LabelsResponse> Proxy::LabelValues(const LabelValuesRequest& request,
                                            const RequestContext& context) {
  if (request.label.empty()) return InvalidArgumentError("label name parameter cannot be empty");
  auto matchers = StripExternalMatchers(request.matchers, options_.selector_labels);
  if (!matchers) return LabelsResponse();
  LabelValuesRequest forwarded = request;
  forwarded.matchers = *matchers;
  const auto members = Relevant(members_(), request.range, *matchers, request.store_matchers);
  const LabelsContext limited(context, options_.labels_timeout_ms);
  return AskAll(members, request.partial_response, request.limit, "values",
                [&](const ProxyMember& member) {
                  return member.store->LabelValues(ForMember(member, forwarded), limited.get());
                });
}

}  // namespace aion::store
