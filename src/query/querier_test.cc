#include "query/querier.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "chunk/xor.h"

namespace aion::query {
namespace {

using model::Labels;
using series::EncodedChunk;

struct Part {
  Labels labels;
  std::vector<std::pair<TimestampMs, double>> samples;
};

/// Serves the given frames, one chunk an entry, and remembers what it was asked.
class FakeStore : public store::Store {
 public:
  explicit FakeStore(std::vector<std::vector<Part>> frames) : frames_(std::move(frames)) {}
  std::string Name() const override { return "fake"; }
  store::StoreInfo Info() const override { return {}; }
  StatusOr<std::unique_ptr<store::SeriesStream>> Series(const store::SeriesRequest& request,
                                                        const store::RequestContext&) override {
    asked = request;
    return std::unique_ptr<store::SeriesStream>(std::make_unique<Stream>(frames_, &pages));
  }
  StatusOr<store::LabelsResponse> LabelNames(const store::LabelNamesRequest&,
                                             const store::RequestContext&) override {
    return UnimplementedError("not asked here");
  }
  StatusOr<store::LabelsResponse> LabelValues(const store::LabelValuesRequest&,
                                              const store::RequestContext&) override {
    return UnimplementedError("not asked here");
  }
  store::SeriesRequest asked;
  std::vector<std::weak_ptr<const void>> pages;  // Of the frames served.

 private:
  class Stream : public store::SeriesStream {
   public:
    Stream(std::vector<std::vector<Part>> frames, std::vector<std::weak_ptr<const void>>* pages)
        : frames_(std::move(frames)), pages_(pages) {}
    StatusOr<bool> Next(store::SeriesFrame* frame) override {
      frame->clear();
      if (at_ == frames_.size()) return false;
      struct Page {
        std::vector<Part> parts;
        std::vector<std::string> bytes;
      };
      auto page = std::make_shared<Page>();
      page->parts = frames_[at_++];
      for (const Part& part : page->parts) {
        chunk::XorAppender appender;
        for (const auto& [time, value] : part.samples) appender.Append(time, value);
        page->bytes.push_back(appender.Take());
      }
      for (size_t i = 0; i < page->parts.size(); ++i) {
        const Part& part = page->parts[i];
        frame->chunks.push_back({part.samples.front().first, part.samples.back().first,
                                 page->bytes[i], series::Encoding::kXor, series::Aggregate::kRaw});
        frame->series.push_back(
            {part.labels, static_cast<uint32_t>(i), static_cast<uint32_t>(i + 1)});
      }
      pages_->push_back(page);
      frame->pages.emplace_back(page, std::string_view());
      return true;
    }

   private:
    std::vector<std::vector<Part>> frames_;
    std::vector<std::weak_ptr<const void>>* pages_;
    size_t at_ = 0;
  };
  std::vector<std::vector<Part>> frames_;
};

std::vector<std::string> ReadAll(StoreQueryable& queryable, const series::SelectRequest& request) {
  auto set = queryable.Select(request, {});
  EXPECT_TRUE(set.ok());
  std::vector<std::string> lines;
  series::SampleColumns columns;
  while (true) {
    auto batch = (*set)->NextBatch();
    EXPECT_TRUE(batch.ok());
    if (*batch == nullptr) return lines;
    EXPECT_GT((*batch)->size(), 0u);
    for (size_t i = 0; i < (*batch)->size(); ++i) {
      EXPECT_TRUE((*batch)->Decode(i, &columns).ok());
      std::string line = (*batch)->labels(i).ToString();
      for (size_t j = 0; j < columns.times.size(); ++j)
        line += " " + std::to_string(columns.times[j]);
      lines.push_back(std::move(line));
    }
  }
}

TEST(StoreQueryable, GathersASeriesFromEntriesAndFrames) {
  const Labels a({{"l", "a"}}), b({{"l", "b"}}), c({{"l", "c"}});
  const auto store = std::make_shared<FakeStore>(
      std::vector<std::vector<Part>>{{{a, {{1, 1}}}, {a, {{2, 1}}}, {b, {{1, 1}}}},
                                     {{b, {{2, 1}}}},
                                     {{b, {{3, 1}}}, {c, {{1, 1}}}}});
  StoreQueryable queryable(store, {}, nullptr);
  EXPECT_EQ(ReadAll(queryable, {}),
            (std::vector<std::string>{"{l=\"a\"} 1 2", "{l=\"b\"} 1 2 3", "{l=\"c\"} 1"}));
}

// Memory follows what is being worked on, however long the answer is.
TEST(StoreQueryable, LetsGoOfPagesBehindIt) {
  std::vector<std::vector<Part>> frames;
  for (int i = 0; i < 20; ++i) {
    const std::string name = std::to_string(100 + i);
    frames.push_back(
        {{Labels({{"l", name + "a"}}), {{1, 1}}}, {Labels({{"l", name + "b"}}), {{1, 1}}}});
  }
  const auto store = std::make_shared<FakeStore>(frames);
  StoreQueryable queryable(store, {}, nullptr);
  auto set = queryable.Select({}, {});
  ASSERT_TRUE(set.ok());
  size_t series = 0;
  while (true) {
    auto batch = (*set)->NextBatch();
    ASSERT_TRUE(batch.ok());
    if (*batch == nullptr) break;
    series += (*batch)->size();
    const auto alive =
        std::count_if(store->pages.begin(), store->pages.end(),
                      [](const std::weak_ptr<const void>& page) { return !page.expired(); });
    EXPECT_LE(alive, 2);
  }
  EXPECT_EQ(series, 40u);
}

TEST(StoreQueryable, AsksForWhatTheFunctionNeeds) {
  const auto store = std::make_shared<FakeStore>(std::vector<std::vector<Part>>{});
  QuerierOptions options;
  options.replica_labels = {"replica"};
  options.max_source_resolution_ms = 3'600'000;
  StoreQueryable queryable(store, options, nullptr);
  series::SelectRequest request;
  request.hints.function = "rate";
  request.hints.range_ms = 300'000;
  ReadAll(queryable, request);
  EXPECT_EQ(store->asked.aggregates, std::vector<series::Aggregate>{series::Aggregate::kCounter});
  EXPECT_EQ(store->asked.max_resolution_window_ms, 150'000);
  EXPECT_EQ(store->asked.without_replica_labels, std::vector<std::string>{"replica"});
  request.hints.function = "max_over_time";
  ReadAll(queryable, request);
  EXPECT_EQ(store->asked.max_resolution_window_ms, 3'600'000);

  options.deduplicate = false;
  StoreQueryable plain(store, options, nullptr);
  ReadAll(plain, request);
  EXPECT_TRUE(store->asked.without_replica_labels.empty());
}

TEST(StoreQueryable, DeduplicatesReplicas) {
  const Labels a({{"l", "a"}});
  const auto store = std::make_shared<FakeStore>(
      std::vector<std::vector<Part>>{{{a, {{0, 1}, {10000, 2}}}, {a, {{1, 1}, {10001, 2}}}}});
  QuerierOptions options;
  options.replica_labels = {"replica"};
  StoreQueryable queryable(store, options, nullptr);
  series::SelectRequest request;
  request.range = {0, 20000};
  EXPECT_EQ(ReadAll(queryable, request), std::vector<std::string>{"{l=\"a\"} 0 10000"});
}

TEST(StoreQueryable, ChargesItsBatchesToTheQuery) {
  const Labels a({{"l", "a"}});
  const auto store = std::make_shared<FakeStore>(std::vector<std::vector<Part>>{{{a, {{0, 1}}}}});
  StoreQueryable queryable(store, {}, nullptr);
  MemoryAccountant tight(8);
  series::RequestContext context;
  context.accountant = &tight;
  auto set = queryable.Select({}, context);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ((*set)->NextBatch().status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(tight.used_bytes(), 0u);
}

}  // namespace
}  // namespace aion::query
