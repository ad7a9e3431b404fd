// Matchers to postings. Every matcher becomes a set to intersect with or a set to subtract:
//
//   accepts ""?   postings
//   no            ∩ (∪ postings of the values it accepts)
//   yes           − (∪ postings of the values it refuses): what is left has an accepted value,
//                 or no such label
//
// Intersections run from the smallest set on, galloping through the larger ones where they lie; the
// list of all series is read only when there is nothing to intersect.

#include <algorithm>
#include <optional>

#include "tsdb/index/index_reader.h"

namespace aion::tsdb {
namespace {

using model::Matcher;
using model::MatchType;

}  // namespace

StatusOr<Postings> IndexReader::MatchingPostings(const Matcher& matcher, bool wanted) const {
  const std::span<const LabelValue> values = LabelValues(matcher.name());
  std::vector<Postings> lists;
  const auto add = [&](const LabelValue& value) -> Status {
    ASSIGN_OR_RETURN(const PostingsView view, PostingsAt(value.postings_offset));
    return DecodePostings(view, &lists.emplace_back());
  };
  const bool positive = matcher.type() == MatchType::kEqual || matcher.type() == MatchType::kRegex;
  // Literal alternatives are looked up; every other pattern is tried on each value.
  if (matcher.regex() != nullptr && positive == wanted && !matcher.regex()->set_matches().empty()) {
    for (const std::string& literal : matcher.regex()->set_matches()) {
      const auto found =
          std::lower_bound(values.begin(), values.end(), literal,
                           [](const LabelValue& a, std::string_view b) { return a.value < b; });
      if (found != values.end() && found->value == literal) RETURN_IF_ERROR(add(*found));
    }
    return Merge(std::move(lists));
  }
  for (const LabelValue& value : values) {
    if (matcher.Matches(value.value) == wanted) RETURN_IF_ERROR(add(value));
  }
  return Merge(std::move(lists));
}

StatusOr<Postings> IndexReader::Select(std::span<const Matcher> matchers) const {
  std::vector<PostingsView> literal_sets;  // Of name="value": intersected where they lie.
  std::vector<Postings> sets;
  std::vector<Postings> subtracted;
  for (const Matcher& matcher : matchers) {
    if (matcher.MatchesEmpty()) {
      ASSIGN_OR_RETURN(Postings refused, MatchingPostings(matcher, false));
      if (!refused.empty()) subtracted.push_back(std::move(refused));
    } else if (matcher.type() == MatchType::kEqual) {
      ASSIGN_OR_RETURN(const PostingsView postings, LabelPostings(matcher.name(), matcher.value()));
      if (postings.empty()) return Postings();
      literal_sets.push_back(postings);
    } else {
      ASSIGN_OR_RETURN(Postings accepted, MatchingPostings(matcher, true));
      if (accepted.empty()) return Postings();
      sets.push_back(std::move(accepted));
    }
  }
  if (literal_sets.empty() && sets.empty()) {
    ASSIGN_OR_RETURN(const PostingsView all, AllPostings());
    literal_sets.push_back(all);
  }
  const auto by_size = [](const auto& a, const auto& b) { return a.size() < b.size(); };
  std::sort(literal_sets.begin(), literal_sets.end(), by_size);
  std::sort(sets.begin(), sets.end(), by_size);

  Postings result;
  size_t next_literal = 0;
  size_t next_set = 0;
  if (sets.empty() || (!literal_sets.empty() && literal_sets[0].size() < sets[0].size())) {
    RETURN_IF_ERROR(DecodePostings(literal_sets[next_literal++], &result));
  } else {
    result = std::move(sets[next_set++]);
  }
  for (; next_set < sets.size(); ++next_set) result = Intersect(result, sets[next_set]);
  for (; next_literal < literal_sets.size(); ++next_literal)
    IntersectInPlace(&result, literal_sets[next_literal]);
  for (const Postings& refused : subtracted) SubtractInPlace(&result, refused);
  return result;
}

}  // namespace aion::tsdb
