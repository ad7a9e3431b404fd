#pragma once

// LabelJoiner: the labels of a block's index entries as the store gives them, with the block's
// external labels joined in and replica labels left out.
//
// What has to be known of a label name is looked up once and kept, so that a series costs a symbol
// lookup and a copy a label. Views the index-header and the strings given; not thread-safe.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "blocks/index_header.h"
#include "model/labels.h"
#include "tsdb/index/series_entry.h"

namespace aion::store {

class LabelJoiner {
 public:
  /// `removed` is sorted. External labels win over the entries'. Everything given outlives the
  /// joiner.
  LabelJoiner(const blocks::IndexHeader& header, model::LabelsView external,
              const std::vector<std::string>& removed);

  /// Appends the packed labels of an entry to `out`. kDataLoss on unknown symbols or a name twice.
  Status Append(const std::vector<tsdb::LabelRefs>& labels, std::string* out);

 private:
  /// What is known of a label name, by its symbol.
  struct Name {
    uint32_t ref = UINT32_MAX;
    uint32_t external_before = 0;  // External labels with smaller names.
    bool left_out = false;         // Removed, or overridden by an external label.
    std::string_view text;
  };
  static constexpr size_t kNamesCached = 256;

  const Name* FindName(uint32_t ref);
  Status AppendUnsorted(const std::vector<tsdb::LabelRefs>& labels, std::string* out);
  bool IsRemoved(std::string_view name) const;

  const tsdb::SymbolTable& symbols_;
  const bool symbols_sorted_;
  const std::vector<std::string>& removed_;
  std::vector<model::LabelView> external_;
  std::array<Name, kNamesCached> names_;
};

}  // namespace aion::store
