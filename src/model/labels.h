#pragma once

// Labels: the identity of a series, as one packed, sorted byte string.
//
//   packed := { uvarint(name size) name uvarint(value size) value }*      names ascending, unique,
//   values not empty
//
// LabelsView views packed bytes owned by someone else (a page of a store frame, an arena); Labels
// owns them. Equality and hashing are over the bytes; order is Prometheus' `labels.Compare`: pair
// by pair, names before values, a prefix sorts first. Values are immutable; change goes through
// LabelsBuilder. Packed bytes from outside must pass `LabelsView::Validate` once; every other
// function trusts them. Thread-safe for reads.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace aion::model {

inline constexpr std::string_view kMetricName = "__name__";

struct LabelView {
  std::string_view name;
  std::string_view value;
  bool operator==(const LabelView&) const = default;
};

class Labels;

class LabelsView {
 public:
  LabelsView() = default;
  /// Requires: `packed` is valid (from Labels, LabelsBuilder or checked by Validate).
  explicit LabelsView(std::string_view packed) : packed_(packed) {}

  class Iterator {
   public:
    explicit Iterator(const char* at) : at_(at) {}
    LabelView operator*() const {
      const char* at = at_;
      LabelView label;
      label.name = ReadString(&at);
      label.value = ReadString(&at);
      return label;
    }
    Iterator& operator++() {
      ReadString(&at_);
      ReadString(&at_);
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const char* at_;
  };

  Iterator begin() const { return Iterator(packed_.data()); }
  Iterator end() const { return Iterator(packed_.data() + packed_.size()); }
  bool empty() const { return packed_.empty(); }
  /// Number of labels; walks them.
  size_t Count() const;
  /// The value, or an empty view when there is no such label.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const { return !Get(name).empty(); }
  std::string_view packed() const { return packed_; }
  uint64_t Hash() const;
  /// {a="b", c="d"}: Prometheus' String(), values quoted as Go does.
  std::string ToString() const;
  /// Prometheus' display form: name{a="b"}.
  std::string ToMetricString() const;

  bool operator==(const LabelsView& other) const { return packed_ == other.packed_; }

  /// OK when `packed` has the form drawn above.
  static Status Validate(std::string_view packed);

 private:
  static std::string_view ReadString(const char** at) {
    auto size = static_cast<uint32_t>(static_cast<uint8_t>(*(*at)++));
    if (size >= 0x80) [[unlikely]] {
      size &= 0x7f;
      for (unsigned shift = 7;; shift += 7) {
        const auto byte = static_cast<uint8_t>(*(*at)++);
        size |= static_cast<uint32_t>(byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
    }
    const std::string_view text(*at, size);
    *at += size;
    return text;
  }

  std::string_view packed_;
};

/// Negative, zero or positive: the order of every series stream.
int Compare(LabelsView a, LabelsView b);

class Labels {
 public:
  Labels() = default;
  explicit Labels(LabelsView view) : packed_(view.packed()) {}
  /// Sorts; drops empty values; of a repeated name the last one stays.
  Labels(std::initializer_list<LabelView> labels);
  static Labels FromPairs(std::vector<std::pair<std::string, std::string>> pairs);
  /// Requires: valid packed bytes.
  static Labels FromPacked(std::string packed) {
    Labels labels;
    labels.packed_ = std::move(packed);
    return labels;
  }

  LabelsView view() const { return LabelsView(packed_); }
  operator LabelsView() const {
    return view();
  }  // NOLINT: a Labels is usable wherever its view is.
  LabelsView::Iterator begin() const { return view().begin(); }
  LabelsView::Iterator end() const { return view().end(); }
  bool empty() const { return packed_.empty(); }
  std::string_view Get(std::string_view name) const { return view().Get(name); }
  bool Has(std::string_view name) const { return view().Has(name); }
  uint64_t Hash() const { return view().Hash(); }
  std::string ToString() const { return view().ToString(); }
  const std::string& packed() const { return packed_; }

  bool operator==(const Labels& other) const { return packed_ == other.packed_; }
  bool operator<(const Labels& other) const { return Compare(view(), other.view()) < 0; }

 private:
  std::string packed_;
};

/// Builds Labels from a base and changes to it. Reusable through Reset. Views given to it must live
/// until Build.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(LabelsView base) { Reset(base); }
  void Reset(LabelsView base = LabelsView());
  /// An empty value deletes.
  void Set(std::string_view name, std::string_view value);
  void Delete(std::string_view name) { Set(name, {}); }
  /// Keeps only the named labels.
  void Keep(const std::vector<std::string>& names);
  std::string_view Get(std::string_view name) const;
  Labels Build() const;
  /// Appends the packed form to `out`: for arenas.
  void AppendPacked(std::string* out) const;
  const std::vector<LabelView>& labels() const { return labels_; }

 private:
  std::vector<LabelView> labels_;  // Sorted by name.
};

/// Appends one pair in packed form. The caller keeps the order.
void AppendPackedLabel(std::string* out, std::string_view name, std::string_view value);

/// Prometheus' stableHash over selected labels, as query sharding uses it: XXH64 of name 0xff value
/// 0xff.
uint64_t HashForLabels(LabelsView labels, const std::vector<std::string>& sorted_names);
uint64_t HashWithoutLabels(LabelsView labels, const std::vector<std::string>& sorted_names);

struct LabelsHash {
  using is_transparent = void;
  size_t operator()(LabelsView labels) const { return labels.Hash(); }
  size_t operator()(const Labels& labels) const { return labels.Hash(); }
};
struct LabelsEqual {
  using is_transparent = void;
  bool operator()(LabelsView a, LabelsView b) const { return a == b; }
};

/// Names as UTF-8 (Prometheus 3) and in the legacy form [a-zA-Z_][a-zA-Z0-9_]*; metric names may
/// hold ':' too.
bool IsValidLabelName(std::string_view name);
bool IsLegacyLabelName(std::string_view name);
bool IsLegacyMetricName(std::string_view name);

}  // namespace aion::model
