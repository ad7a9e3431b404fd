#pragma once

// Relabelling: Prometheus' rules that rewrite, keep or drop a label set, with all actions.
//
// Rules come from YAML (`source_labels`, `separator`, `regex`, `modulus`, `target_label`,
// `replacement`, `action`) and are validated with upstream's texts. A rule is immutable and
// thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/labels.h"

namespace aion::model {

enum class RelabelAction : uint8_t {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

/// "replace" and so on.
std::string_view RelabelActionText(RelabelAction action);

struct RelabelOptions {
  RelabelAction action = RelabelAction::kReplace;
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::string regex = "(.*)";  ///< Anchored at both ends.
  uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
};

class RelabelRule {
 public:
  /// kInvalidArgument for options that do not fit the action or a regex that does not compile.
  static StatusOr<RelabelRule> Create(RelabelOptions options);

  RelabelAction action() const { return options_.action; }
  const RelabelOptions& options() const { return options_; }
  /// Applies the rule; false when the label set is dropped. Values made on the way are kept in
  /// `arena`, which must outlive `labels`.
  bool Apply(LabelsBuilder* labels, std::vector<std::unique_ptr<std::string>>* arena) const;

 private:
  class Regex;
  explicit RelabelRule(RelabelOptions options) : options_(std::move(options)) {}
  void Replace(LabelsBuilder* labels, std::string value,
               std::vector<std::unique_ptr<std::string>>* arena) const;
  void MapLabels(LabelsBuilder* labels, std::vector<std::unique_ptr<std::string>>* arena) const;

  RelabelOptions options_;
  std::shared_ptr<const Regex> regex_;
};

/// The rules in order; nullopt when one drops the label set.
std::optional<Labels> Relabel(LabelsView labels, const std::vector<RelabelRule>& rules);

/// A YAML list of rules; empty text gives none. With `supported` any other action is refused:
/// `unsupported relabel action: replace`.
StatusOr<std::vector<RelabelRule>> ParseRelabelRules(
    std::string_view yaml, const std::vector<RelabelAction>& supported = {});

}  // namespace aion::model
