#pragma once

// A store gateway over a bucket, for this room's tests.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "blocks/meta_fetcher.h"
#include "objstore/providers/filesystem.h"
#include "store/bucket/bucket_store.h"

namespace aion::store {

/// A directory that goes with the test.
class TestDirectory {
 public:
  explicit TestDirectory(const std::string& name)
      : path_(::testing::TempDir() + "/aion-store-" + name + "-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

/// The store and all it stands on.
struct TestStore {
  explicit TestStore(objstore::Bucket& bucket, BucketStoreOptions options = {}) {
    options.io_threads = 4;
    auto base = std::make_shared<blocks::BaseMetaFetcher>(
        bucket, blocks::MetaFetcherOptions{.concurrency = 4}, registry, telemetry::Logger());
    fetcher = std::make_unique<blocks::MetaFetcher>(
        base, std::vector<std::shared_ptr<blocks::MetaFilter>>{}, registry);
    store = std::make_unique<BucketStore>(bucket, *fetcher, std::move(options), registry,
                                          telemetry::Logger());
  }
  telemetry::Registry registry;
  std::unique_ptr<blocks::MetaFetcher> fetcher;
  std::unique_ptr<BucketStore> store;
};

/// An answer with its bytes copied out.
struct ReadChunk {
  TimestampMs min_time = 0, max_time = 0;
  int encoding = 0, aggregate = 0;
  std::string data;
  bool operator==(const ReadChunk&) const = default;
};
struct ReadSeries {
  std::string labels;
  std::vector<ReadChunk> chunks;
  bool operator==(const ReadSeries&) const = default;
};

/// Reads a stream to its end; entries of equal labels are joined. Checks the order and the frames'
/// bounds.
inline StatusOr<std::vector<ReadSeries>> ReadStream(
    StatusOr<std::unique_ptr<SeriesStream>> stream) {
  if (!stream.ok()) return stream.status();
  std::vector<ReadSeries> all;
  model::Labels last;
  SeriesFrame frame;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, (*stream)->Next(&frame));
    if (!more) return all;
    for (const FrameSeries& series : frame.series) {
      EXPECT_TRUE(model::LabelsView::Validate(series.labels.packed()).ok());
      const int order = all.empty() ? -1 : model::Compare(last, series.labels);
      EXPECT_LE(order, 0) << last.ToString() << " before " << series.labels.ToString();
      last = model::Labels(series.labels);
      if (order != 0) all.push_back({last.ToString(), {}});
      for (uint32_t i = series.chunk_begin; i < series.chunk_end; ++i) {
        const series::EncodedChunk& chunk = frame.chunks[i];
        all.back().chunks.push_back({chunk.min_time, chunk.max_time,
                                     static_cast<int>(chunk.encoding),
                                     static_cast<int>(chunk.aggregate), std::string(chunk.data)});
      }
    }
  }
}

inline model::Matcher Match(model::MatchType type, std::string name, std::string value) {
  return *model::Matcher::Create(type, std::move(name), std::move(value));
}
/// Every series.
inline std::vector<model::Matcher> MatchAnything() {
  return {Match(model::MatchType::kRegex, "__name__", ".*")};
}

}  // namespace aion::store
