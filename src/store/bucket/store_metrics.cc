#include "store/bucket/store_metrics.h"

namespace aion::store {
namespace {

using telemetry::ExponentialBuckets;

std::vector<double> LoadBuckets() { return {0.1, 0.2, 0.5, 1, 2, 5, 15, 30, 60, 90, 120, 300}; }
std::vector<double> FetchBuckets() {
  return {0.001, 0.01, 0.1, 0.3, 0.6, 1, 3, 6, 9, 20, 30, 60, 90, 120};
}
constexpr double kMiB = 1024 * 1024;
std::vector<double> ChunkBuckets() {
  return {32,         256,  512,       1024,       32 * 1024, 256 * 1024,
          512 * 1024, kMiB, 32 * kMiB, 256 * kMiB, 512 * kMiB};
}
std::vector<double> PostingsBuckets() {
  return {32,   256,       512,        1024,       32 * 1024,  256 * 1024, 512 * 1024,
          kMiB, 32 * kMiB, 128 * kMiB, 256 * kMiB, 512 * kMiB, 768 * kMiB, 1024 * kMiB};
}

constexpr std::array<std::string_view, kDataTypeCount> kDataTypes = {"postings", "series",
                                                                     "chunks"};

}  // namespace

StoreMetrics::StoreMetrics(const telemetry::Registry& r)
    : block_loads(r.AddCounter("thanos_bucket_store_block_loads_total",
                               "Total number of remote block loading attempts.")),
      block_load_failures(r.AddCounter("thanos_bucket_store_block_load_failures_total",
                                       "Total number of failed remote block loading attempts.")),
      block_drops(r.AddCounter("thanos_bucket_store_block_drops_total",
                               "Total number of local blocks that were dropped.")),
      block_drop_failures(r.AddCounter("thanos_bucket_store_block_drop_failures_total",
                                       "Total number of local blocks that failed to be dropped.")),
      blocks_loaded(
          r.AddGauge("thanos_bucket_store_blocks_loaded", "Number of currently loaded blocks.")),
      last_loaded(r.AddGauge("thanos_bucket_store_blocks_last_loaded_timestamp_seconds",
                             "Timestamp when last block got loaded.")),
      block_load_seconds(r.AddHistogram("thanos_bucket_store_block_load_duration_seconds",
                                        "The total time taken to load a block in seconds.",
                                        LoadBuckets())),
      header_build_seconds(r.AddHistogram(
          "thanos_bucket_store_indexheader_download_duration_seconds",
          "Duration of the index-header download from objstore in seconds.", LoadBuckets())),
      touched(r.AddHistogramFamily(
          "thanos_bucket_store_series_data_touched",
          "Number of items of a data type touched to fulfill a single Store API series request.",
          {"data_type", "tenant"}, ExponentialBuckets(200, 2, 15))),
      fetched(r.AddHistogramFamily(
          "thanos_bucket_store_series_data_fetched",
          "Number of items of a data type retrieved to fulfill a single Store API series request.",
          {"data_type", "tenant"}, ExponentialBuckets(200, 2, 15))),
      touched_bytes(r.AddHistogramFamily("thanos_bucket_store_series_data_size_touched_bytes",
                                         "Total size of items of a data type touched to fulfill a "
                                         "single Store API series request in Bytes.",
                                         {"data_type", "tenant"}, ExponentialBuckets(1024, 2, 15))),
      fetched_bytes(r.AddHistogramFamily("thanos_bucket_store_series_data_size_fetched_bytes",
                                         "Total size of items of a data type fetched to fulfill a "
                                         "single Store API series request in Bytes.",
                                         {"data_type", "tenant"}, ExponentialBuckets(1024, 2, 15))),
      blocks_queried(r.AddHistogramFamily(
          "thanos_bucket_store_series_blocks_queried",
          "Number of blocks in a bucket store that were touched to satisfy a query.", {"tenant"},
          ExponentialBuckets(1, 2, 10))),
      get_all_seconds(r.AddHistogramFamily(
          "thanos_bucket_store_series_get_all_duration_seconds",
          "Time it takes until all per-block prepares and loads for a query are finished.",
          {"tenant"}, FetchBuckets())),
      merge_seconds(r.AddHistogramFamily(
          "thanos_bucket_store_series_merge_duration_seconds",
          "Time it takes to merge sub-results from all queried blocks into a single result.",
          {"tenant"}, FetchBuckets())),
      result_series(
          r.AddHistogramFamily("thanos_bucket_store_series_result_series",
                               "Number of series observed in the final result of a query.",
                               {"tenant"}, ExponentialBuckets(100, 2, 15))),
      sent_chunk_bytes(r.AddHistogramFamily("thanos_bucket_store_sent_chunk_size_bytes",
                                            "Size in bytes of the chunks for the single series, "
                                            "which is adequate to the gRPC message size sent to "
                                            "querier.",
                                            {"tenant"}, ChunkBuckets())),
      postings_bytes(r.AddHistogramFamily("thanos_bucket_store_postings_size_bytes",
                                          "Size in bytes of the postings for a single series call.",
                                          {"tenant"}, PostingsBuckets())),
      queries_dropped(r.AddCounterFamily("thanos_bucket_store_queries_dropped_total",
                                         "Number of queries that were dropped due to the limit.",
                                         {"reason", "tenant"})),
      series_refetches(r.AddCounterFamily("thanos_bucket_store_series_refetches_total",
                                          "Total number of cases where configured estimated series "
                                          "bytes was not enough was to fetch series from index, "
                                          "resulting in refetch.",
                                          {"tenant"})),
      chunk_refetches(r.AddCounterFamily("thanos_bucket_store_chunk_refetches_total",
                                         "Total number of cases where configured estimated chunk "
                                         "bytes was not enough was to fetch chunks from object "
                                         "store, resulting in refetch.",
                                         {"tenant"})),
      empty_postings(r.AddCounterFamily(
          "thanos_bucket_store_empty_postings_total",
          "Total number of empty postings when fetching block series.", {"tenant"})),
      lazy_expanded_postings(
          r.AddCounter("thanos_bucket_store_lazy_expanded_postings_total",
                       "Total number of times when lazy expanded posting optimization applies.")),
      postings_fetch_seconds(r.AddHistogramFamily(
          "thanos_bucket_store_postings_fetch_duration_seconds",
          "The time it takes to fetch postings to respond to a request sent to a store gateway. It "
          "includes both the time "
          "to fetch it from the cache and from storage in case of cache misses.",
          {"tenant"}, FetchBuckets())),
      series_fetch_seconds(
          r.AddHistogramFamily("thanos_bucket_store_series_fetch_duration_seconds",
                               "The time it takes to fetch series to respond to a request sent to "
                               "a store gateway. It includes both the time to "
                               "fetch it from the cache and from storage in case of cache misses.",
                               {"tenant"}, FetchBuckets())),
      series_fetch_sum_seconds(
          r.AddHistogramFamily("thanos_bucket_store_series_fetch_duration_sum_seconds",
                               "The total time it takes to fetch series to respond to a request "
                               "sent to a store gateway across all series "
                               "batches. It includes both the time to fetch it from the cache and "
                               "from storage in case of cache misses.",
                               {"tenant"}, FetchBuckets())),
      chunks_fetch_seconds(r.AddHistogramFamily(
          "thanos_bucket_store_chunks_fetch_duration_seconds",
          "The total time spent fetching chunks within a single request for one block.", {"tenant"},
          FetchBuckets())),
      chunks_fetch_sum_seconds(r.AddHistogramFamily(
          "thanos_bucket_store_chunks_fetch_duration_sum_seconds",
          "The total absolute time spent fetching chunks within a single request for one block.",
          {"tenant"}, FetchBuckets())),
      lazy_header_loads(r.AddCounter("thanos_bucket_store_indexheader_lazy_load_total",
                                     "Total number of index-header lazy load operations.")),
      lazy_header_load_failures(
          r.AddCounter("thanos_bucket_store_indexheader_lazy_load_failed_total",
                       "Total number of failed index-header lazy load operations.")),
      lazy_header_unloads(r.AddCounter("thanos_bucket_store_indexheader_lazy_unload_total",
                                       "Total number of index-header lazy unload operations.")),
      header_load_seconds(
          r.AddHistogram("thanos_bucket_store_indexheader_load_duration_seconds",
                         "Duration of the index-header loading in seconds.",
                         {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 30, 60, 90, 120, 300})) {}

void StoreMetrics::ObserveSeries(const RequestStats& stats, std::string_view tenant) {
  for (size_t i = 0; i < kDataTypeCount; ++i) {
    const RequestStats::Data& data = stats.data[i];
    touched.With({kDataTypes[i], tenant}).Observe(static_cast<double>(data.touched));
    fetched.With({kDataTypes[i], tenant}).Observe(static_cast<double>(data.fetched));
    touched_bytes.With({kDataTypes[i], tenant}).Observe(static_cast<double>(data.touched_bytes));
    fetched_bytes.With({kDataTypes[i], tenant}).Observe(static_cast<double>(data.fetched_bytes));
  }
  const RequestStats::Data& postings = stats.data[static_cast<size_t>(DataType::kPostings)];
  postings_bytes.With({tenant}).Observe(
      static_cast<double>(postings.fetched_bytes + postings.touched_bytes));
  blocks_queried.With({tenant}).Observe(static_cast<double>(stats.blocks_queried));
  get_all_seconds.With({tenant}).Observe(stats.prepare_seconds.count());
  merge_seconds.With({tenant}).Observe(stats.merge_seconds.count());
  result_series.With({tenant}).Observe(static_cast<double>(stats.result_series));
  series_refetches.With({tenant}).Add(static_cast<double>(stats.series_refetches));
  chunk_refetches.With({tenant}).Add(static_cast<double>(stats.chunk_refetches));
  empty_postings.With({tenant}).Add(static_cast<double>(stats.empty_postings));
  series_fetch_sum_seconds.With({tenant}).Observe(stats.series_fetch_seconds);
  chunks_fetch_sum_seconds.With({tenant}).Observe(stats.chunk_fetch_seconds);
  lazy_expanded_postings.Add(static_cast<double>(stats.lazy_postings));
}

}  // namespace aion::store
