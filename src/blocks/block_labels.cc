#include "blocks/block_labels.h"

#include <fmt/core.h>

namespace aion::blocks {

model::Labels ExternalLabels(const tsdb::BlockMeta& meta) {
  model::LabelsBuilder builder;
  if (meta.thanos) {
    for (const auto& [name, value] : meta.thanos->labels) builder.Set(name, value);
  }
  return builder.Build();
}

int64_t ResolutionMs(const tsdb::BlockMeta& meta) {
  return meta.thanos ? meta.thanos->resolution_ms : 0;
}

std::string GroupKey(const tsdb::BlockMeta& meta) {
  return fmt::format("{}@{}", ResolutionMs(meta), ExternalLabels(meta).Hash());
}

}  // namespace aion::blocks
