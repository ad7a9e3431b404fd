#include <algorithm>
#include <map>

#include "fleet/merge.h"

namespace aion::fleet {
namespace {

uint64_t Sum(uint64_t a, uint64_t b) { return a + b; }
uint64_t Larger(uint64_t a, uint64_t b) { return std::max(a, b); }

void MergeList(const std::vector<Statistic>& from, uint64_t (*merge)(uint64_t, uint64_t),
               std::vector<Statistic>* into) {
  std::map<std::string, uint64_t> values;
  for (const Statistic& statistic : *into) values.emplace(statistic.name, statistic.value);
  for (const Statistic& statistic : from) {
    const auto [known, added] = values.try_emplace(statistic.name, statistic.value);
    if (!added) known->second = merge(known->second, statistic.value);
  }
  into->clear();
  for (const auto& [name, value] : values) into->push_back(Statistic{name, value});
  // Names of equal values stay ascending.
  std::stable_sort(into->begin(), into->end(),
                   [](const Statistic& a, const Statistic& b) { return a.value > b.value; });
}

}  // namespace

void MergeTsdbStatistics(const TsdbStatistics& from, TsdbStatistics* into) {
  into->head.series_count += from.head.series_count;
  into->head.label_pair_count += from.head.label_pair_count;
  into->head.chunk_count += from.head.chunk_count;
  if (into->head.min_time <= 0 || from.head.min_time < into->head.min_time)
    into->head.min_time = from.head.min_time;
  into->head.max_time = std::max(into->head.max_time, from.head.max_time);
  MergeList(from.series_count_by_metric_name, Sum, &into->series_count_by_metric_name);
  // The same values exist at several databases: a sum would count them twice.
  MergeList(from.label_value_count_by_label_name, Larger, &into->label_value_count_by_label_name);
  MergeList(from.memory_bytes_by_label_name, Sum, &into->memory_bytes_by_label_name);
  MergeList(from.series_count_by_label_value_pair, Sum, &into->series_count_by_label_value_pair);
}

TsdbStatistics SumOfTenants(const TsdbStatusResponse& response) {
  TsdbStatistics sum;
  for (const auto& [tenant, statistics] : response.by_tenant) MergeTsdbStatistics(statistics, &sum);
  return sum;
}

void MergeMetadata(MetadataResponse from, int32_t limit, MetadataResponse* into) {
  into->warnings.Merge(from.warnings);
  if (limit == 0) return;
  for (auto& [metric, metas] : from.metadata) {
    auto known = into->metadata.find(metric);
    if (known == into->metadata.end()) {
      if (limit > 0 && into->metadata.size() >= static_cast<size_t>(limit)) continue;
      into->metadata.emplace(metric, std::move(metas));
      continue;
    }
    for (MetricMeta& meta : metas) {
      if (std::find(known->second.begin(), known->second.end(), meta) == known->second.end()) {
        known->second.push_back(std::move(meta));
      }
    }
  }
}

}  // namespace aion::fleet
