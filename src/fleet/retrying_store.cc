#include "fleet/retrying_store.h"

namespace aion::fleet {
namespace {

bool IsWorthRetrying(const Status& status) { return status.code() == StatusCode::kUnavailable; }

template <typename Call>
auto Attempt(Call call) -> decltype(call()) {
  for (int attempt = 1;; ++attempt) {
    auto result = call();
    if (result.ok() || !IsWorthRetrying(result.status()) || attempt == kGroupAttempts)
      return result;
  }
}

class RetryingStream : public store::SeriesStream {
 public:
  RetryingStream(std::shared_ptr<store::Store> inner, store::SeriesRequest request,
                 store::RequestContext context, std::unique_ptr<store::SeriesStream> stream)
      : inner_(std::move(inner)),
        request_(std::move(request)),
        context_(std::move(context)),
        stream_(std::move(stream)) {}

  StatusOr<bool> Next(store::SeriesFrame* frame) override {
    while (true) {
      StatusOr<bool> more = stream_->Next(frame);
      if (more.ok() || has_begun_ || !IsWorthRetrying(more.status()) ||
          ++attempts_ == kGroupAttempts) {
        has_begun_ = true;
        return more;
      }
      ASSIGN_OR_RETURN(stream_, inner_->Series(request_, context_));
    }
  }

 private:
  const std::shared_ptr<store::Store> inner_;
  const store::SeriesRequest request_;
  const store::RequestContext context_;
  std::unique_ptr<store::SeriesStream> stream_;
  bool has_begun_ = false;
  int attempts_ = 0;
};

class RetryingStore : public store::Store {
 public:
  explicit RetryingStore(std::shared_ptr<store::Store> inner) : inner_(std::move(inner)) {}

  std::string Name() const override { return inner_->Name(); }
  store::StoreInfo Info() const override { return inner_->Info(); }

  StatusOr<std::unique_ptr<store::SeriesStream>> Series(
      const store::SeriesRequest& request, const store::RequestContext& context) override {
    ASSIGN_OR_RETURN(auto stream, Attempt([&] { return inner_->Series(request, context); }));
    return std::unique_ptr<store::SeriesStream>(
        std::make_unique<RetryingStream>(inner_, request, context, std::move(stream)));
  }
  StatusOr<store::LabelsResponse> LabelNames(const store::LabelNamesRequest& request,
                                             const store::RequestContext& context) override {
    return Attempt([&] { return inner_->LabelNames(request, context); });
  }
  StatusOr<store::LabelsResponse> LabelValues(const store::LabelValuesRequest& request,
                                              const store::RequestContext& context) override {
    return Attempt([&] { return inner_->LabelValues(request, context); });
  }

 private:
  const std::shared_ptr<store::Store> inner_;
};

}  // namespace

std::shared_ptr<store::Store> MakeRetryingStore(std::shared_ptr<store::Store> inner) {
  return std::make_shared<RetryingStore>(std::move(inner));
}

}  // namespace aion::fleet
