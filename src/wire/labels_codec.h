#pragma once

// Labels on the wire: `repeated Label {name 1, value 2}` from and to the packed form of
// model::Labels, and matchers.
//
// Peers send labels sorted and unique; the decoder checks it while it packs and sorts when a peer
// does not. Empty values are dropped, of a repeated name the last stays. Pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "wire/protobuf.h"

namespace aion::wire {

/// Packs the Label messages of one series as they come, straight into an arena.
class LabelPacker {
 public:
  /// Appends to `arena`, which holds earlier series.
  explicit LabelPacker(std::string* arena) : arena_(arena), begin_(arena->size()) {}
  /// One Label message; false when malformed.
  bool Add(std::string_view message);
  /// Ends the series; the packed labels are arena[begin(), size()).
  void Finish();
  size_t begin() const { return begin_; }

 private:
  std::string* const arena_;
  const size_t begin_;
  std::string_view previous_;  // Views the message's bytes.
  bool sorted_ = true;
};

/// A LabelSet or ZLabelSet: {repeated Label labels = 1}.
StatusOr<model::Labels> DecodeLabelSet(std::string_view bytes);
void EncodeLabelSet(ProtoWriter* writer, uint32_t field, model::LabelsView labels);
/// The Label messages alone, each as `field`.
void EncodeLabels(ProtoWriter* writer, uint32_t field, model::LabelsView labels);

/// thanos.LabelMatcher and prometheus.LabelMatcher, which agree. kInvalidArgument for an unknown
/// type or a bad regex.
Status DecodeMatcher(std::string_view bytes, std::vector<model::Matcher>* out);
void EncodeMatchers(ProtoWriter* writer, uint32_t field,
                    const std::vector<model::Matcher>& matchers);

}  // namespace aion::wire
