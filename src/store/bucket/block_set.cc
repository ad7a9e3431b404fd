#include "store/bucket/block_set.h"

#include <algorithm>

#include "store/contract/selection.h"

namespace aion::store {
namespace {

constexpr std::string_view kBlockIdLabel = "__block_id";

/// Block matchers see the external labels and the block's id.
bool BlockMatches(const LoadedBlock& block, const std::vector<model::Matcher>& matchers) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const model::Matcher& matcher) {
    return matcher.Matches(matcher.name() == kBlockIdLabel
                               ? std::string_view(block.name())
                               : block.external_labels().Get(matcher.name()));
  });
}

bool ByTime(const BlockPtr& a, const BlockPtr& b) {
  if (a->meta().min_time != b->meta().min_time) return a->meta().min_time < b->meta().min_time;
  return a->id() < b->id();
}

}  // namespace

BlockSet::BlockSet(const std::map<Ulid, BlockPtr>& blocks) : size_(blocks.size()) {
  std::map<model::Labels, std::map<int64_t, std::vector<BlockPtr>, std::greater<>>> sorted;
  for (const auto& [id, block] : blocks)
    sorted[block->external_labels()][block->resolution_ms()].push_back(block);
  for (auto& [labels, resolutions] : sorted) {
    Group& group = groups_.emplace_back(Group{labels, {}});
    for (auto& [resolution_ms, list] : resolutions) {
      std::sort(list.begin(), list.end(), ByTime);
      group.resolutions.push_back({resolution_ms, std::move(list)});
    }
  }
}

void BlockSet::Fill(const Group& group, size_t resolution, const model::QueryRange& range,
                    std::vector<BlockPtr>* out) {
  if (resolution >= group.resolutions.size() || range.min > range.max) return;
  TimestampMs start = range.min;
  for (const BlockPtr& block : group.resolutions[resolution].blocks) {
    const tsdb::BlockMeta& meta = block->meta();
    if (meta.max_time <= range.min) continue;
    if (meta.min_time > range.max) break;
    if (meta.min_time > start) Fill(group, resolution + 1, {start, meta.min_time - 1}, out);
    out->push_back(block);
    start = std::max(start, meta.max_time);
  }
  Fill(group, resolution + 1, {start, range.max}, out);
}

std::vector<SelectedBlock> BlockSet::Select(const model::QueryRange& range,
                                            const std::vector<model::Matcher>& matchers,
                                            const std::vector<model::Matcher>& block_matchers,
                                            int64_t resolution_max_ms) const {
  std::vector<SelectedBlock> selected;
  for (const Group& group : groups_) {
    const auto left = StripExternalMatchers(matchers, group.labels);
    if (!left) continue;
    size_t resolution = 0;
    while (resolution < group.resolutions.size() &&
           group.resolutions[resolution].resolution_ms > resolution_max_ms) {
      ++resolution;
    }
    std::vector<BlockPtr> blocks;
    Fill(group, resolution, range, &blocks);
    for (BlockPtr& block : blocks) {
      if (BlockMatches(*block, block_matchers)) selected.push_back({std::move(block), *left});
    }
  }
  return selected;
}

std::vector<SelectedBlock> BlockSet::SelectAll(
    const model::QueryRange& range, const std::vector<model::Matcher>& matchers,
    const std::vector<model::Matcher>& block_matchers) const {
  std::vector<SelectedBlock> selected;
  for (const Group& group : groups_) {
    const auto left = StripExternalMatchers(matchers, group.labels);
    if (!left) continue;
    for (const Resolution& resolution : group.resolutions) {
      for (const BlockPtr& block : resolution.blocks) {
        if (range.Overlaps(block->meta().range()) && BlockMatches(*block, block_matchers)) {
          selected.push_back({block, *left});
        }
      }
    }
  }
  return selected;
}

std::vector<model::Labels> BlockSet::LabelSets() const {
  std::vector<model::Labels> sets;
  sets.reserve(groups_.size());
  for (const Group& group : groups_) sets.push_back(group.labels);
  return sets;
}

std::vector<TsdbInfo> BlockSet::TsdbInfos() const {
  std::vector<TsdbInfo> infos;
  for (const Group& group : groups_) {
    std::vector<BlockPtr> blocks;
    for (const Resolution& resolution : group.resolutions) {
      blocks.insert(blocks.end(), resolution.blocks.begin(), resolution.blocks.end());
    }
    std::sort(blocks.begin(), blocks.end(), ByTime);
    const size_t first = infos.size();
    for (const BlockPtr& block : blocks) {
      const tsdb::BlockMeta& meta = block->meta();
      if (infos.size() > first && meta.min_time <= infos.back().max_time) {
        infos.back().max_time = std::max(infos.back().max_time, meta.max_time);
      } else {
        infos.push_back({group.labels, meta.min_time, meta.max_time});
      }
    }
  }
  return infos;
}

model::QueryRange BlockSet::TimeRange() const {
  model::QueryRange range{kTimestampMax, kTimestampMin};
  for (const Group& group : groups_) {
    for (const Resolution& resolution : group.resolutions) {
      for (const BlockPtr& block : resolution.blocks) {
        range.min = std::min(range.min, block->meta().min_time);
        range.max = std::max(range.max, block->meta().max_time);
      }
    }
  }
  return range;
}

}  // namespace aion::store
