#include "store/bucket/postings_plan.h"

#include <algorithm>
#include <span>

namespace aion::store {
namespace {

using blocks::IndexHeader;
using blocks::PostingsRange;
using model::Matcher;

/// Collects the lists of all groups.
class PostingsListSet {
 public:
  explicit PostingsListSet(const IndexHeader& header) : header_(header) {}

  Status AddValue(std::string_view name, std::string_view value, PostingsGroup* group) {
    ASSIGN_OR_RETURN(const auto range, header_.FindPostings(name, value));
    if (range) Add(*range, group);
    return OkStatus();
  }

  /// Lists of the values from `prefix` on that begin with it and satisfy `wanted`.
  template <typename Wanted>
  Status AddValues(std::string_view name, std::string_view prefix, const Wanted& wanted,
                   PostingsGroup* group) {
    return header_.ForEachValue(name, prefix,
                                [&](std::string_view value, const PostingsRange& range) {
                                  if (!value.starts_with(prefix)) return false;
                                  if (wanted(value)) Add(range, group);
                                  return true;
                                });
  }

  std::vector<PostingsList>& lists() { return lists_; }
  /// Forgets the group added last.
  void Drop(const PostingsGroup& group) { lists_.resize(lists_.size() - group.lists.size()); }

 private:
  void Add(const PostingsRange& range, PostingsGroup* group) {
    group->lists.push_back(lists_.size());
    group->bytes += range.end > range.begin ? range.end - range.begin : 0;
    lists_.push_back({range, nullptr, {}});
  }

  const IndexHeader& header_;
  std::vector<PostingsList> lists_;
};

/// Values the matcher is about, where these are few and known: the ones it matches, or the ones it
/// does not.
std::span<const std::string> KnownValues(const Matcher& matcher) {
  if (matcher.regex() != nullptr) return matcher.regex()->set_matches();
  return {&matcher.value(), 1};
}

/// The lists of the values the matcher matches, or, for a group that takes away, does not match.
Status AddLists(const Matcher& matcher, PostingsListSet* set, PostingsGroup* group) {
  const bool negative = matcher.type() == model::MatchType::kNotEqual ||
                        matcher.type() == model::MatchType::kNotRegex;
  // Known values are what a positive matcher keeps and what a negative one takes away.
  const bool by_known_values = group->keeps != negative;
  if (by_known_values) {
    const std::span<const std::string> known = KnownValues(matcher);
    for (const std::string& value : known)
      RETURN_IF_ERROR(set->AddValue(matcher.name(), value, group));
    if (!known.empty()) return OkStatus();
  }
  const std::string_view prefix = by_known_values && matcher.regex() != nullptr
                                      ? std::string_view(matcher.regex()->prefix())
                                      : std::string_view();
  const bool wanted = group->keeps;
  return set->AddValues(
      matcher.name(), prefix,
      [&](std::string_view value) { return matcher.Matches(value) == wanted; }, group);
}

bool MatchesEverything(const Matcher& matcher) {
  return matcher.type() == model::MatchType::kRegex && matcher.value() == ".*";
}

/// Plans the groups of a request, cheap ones first, and leaves out those that cost more than they
/// save.
class PostingsPlanner {
 public:
  PostingsPlanner(const tsdb::BlockMeta& meta, const IndexHeader& header,
                  const std::vector<std::string>& removed_labels)
      : header_(header), removed_labels_(removed_labels), set_(header) {
    const uint64_t series = meta.stats.series, bytes = header.SeriesSectionBytes();
    entry_bytes_ = series == 0 || bytes == 0 ? kEntryBytesGuess : bytes / series;
  }

  /// False when no series can match.
  StatusOr<bool> Plan(const std::vector<Matcher>& matchers) {
    for (const bool by_known_values : {true, false}) {
      for (const Matcher& matcher : matchers) {
        if (MatchesEverything(matcher) || HasKnownValues(matcher) != by_known_values) continue;
        ASSIGN_OR_RETURN(const bool possible, Add(matcher));
        if (!possible) return false;
      }
    }
    if (keeps_) return true;
    PostingsGroup all;
    RETURN_IF_ERROR(set_.AddValue("", "", &all));
    if (all.lists.empty()) return false;
    groups_.push_back(std::move(all));
    return true;
  }

  std::vector<PostingsList>& lists() { return set_.lists(); }
  std::vector<PostingsGroup>& groups() { return groups_; }
  std::vector<Matcher>& left() { return left_; }

 private:
  static constexpr uint64_t kEntryBytesGuess = 256;
  static constexpr uint64_t kReferenceBytes = 4;
  static constexpr uint64_t kListBytesMin = 16;
  static constexpr uint64_t kAlwaysReadBytes = 64 << 10;

  /// A positive matcher with known values: its lists are found without a walk over the label's
  /// values.
  static bool HasKnownValues(const Matcher& matcher) {
    const bool positive =
        matcher.type() == model::MatchType::kEqual || matcher.type() == model::MatchType::kRegex;
    return positive && !matcher.MatchesEmpty() && !KnownValues(matcher).empty();
  }

  StatusOr<bool> Add(const Matcher& matcher) {
    PostingsGroup group;
    group.keeps = !matcher.MatchesEmpty();
    const bool may_wait = keeps_ && !std::binary_search(removed_labels_.begin(),
                                                        removed_labels_.end(), matcher.name());
    if (may_wait && !HasKnownValues(matcher) &&
        header_.ValueCount(matcher.name()) * kListBytesMin > Budget()) {
      // Not negative by known values: those are few lists whatever the label has.
      if (group.keeps || KnownValues(matcher).empty()) {
        left_.push_back(matcher);
        return true;
      }
    }
    RETURN_IF_ERROR(AddLists(matcher, &set_, &group));
    if (group.lists.empty()) return !group.keeps;
    if (may_wait && group.bytes > Budget()) {
      set_.Drop(group);
      left_.push_back(matcher);
      return true;
    }
    if (group.keeps) {
      cheapest_bytes_ = keeps_ ? std::min(cheapest_bytes_, group.bytes) : group.bytes;
      keeps_ = true;
    }
    groups_.push_back(std::move(group));
    return true;
  }

  /// Bytes of the entries of all series that the cheapest group leaves.
  uint64_t Budget() const {
    return std::max(kAlwaysReadBytes, cheapest_bytes_ / kReferenceBytes * entry_bytes_);
  }

  const IndexHeader& header_;
  const std::vector<std::string>& removed_labels_;
  PostingsListSet set_;
  std::vector<PostingsGroup> groups_;
  std::vector<Matcher> left_;
  uint64_t entry_bytes_ = 0;
  bool keeps_ = false;
  uint64_t cheapest_bytes_ = 0;  // Of the groups that keep.
};

}  // namespace

StatusOr<PostingsPlan> PlanPostings(const tsdb::BlockMeta& meta, const IndexHeader& header,
                                    const std::vector<Matcher>& matchers,
                                    const std::vector<std::string>& removed_labels) {
  PostingsPlanner planner(meta, header, removed_labels);
  ASSIGN_OR_RETURN(const bool possible, planner.Plan(matchers));
  if (!possible) return PostingsPlan{.possible = false};
  return PostingsPlan{true, std::move(planner.lists()), std::move(planner.groups()),
                      std::move(planner.left())};
}

}  // namespace aion::store
