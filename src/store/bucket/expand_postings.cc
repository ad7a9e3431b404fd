#include "store/bucket/expand_postings.h"

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "store/bucket/range_reader.h"

namespace aion::store {
namespace {

using blocks::IndexHeader;
using blocks::PostingsRange;
using model::Matcher;

/// One postings list a request needs, and its bytes once read.
struct List {
  PostingsRange range;
  std::shared_ptr<const Buffer> bytes;  // From the length field on.
  tsdb::PostingsView view;
};

struct Group {
  bool keeps = true;  // Else its series are taken away.
  std::vector<size_t> lists;
  uint64_t bytes = 0;
};

/// Collects the lists of all groups.
class ListSet {
 public:
  explicit ListSet(const IndexHeader& header) : header_(header) {}

  Status AddValue(std::string_view name, std::string_view value, Group* group) {
    ASSIGN_OR_RETURN(const auto range, header_.FindPostings(name, value));
    if (range) Add(*range, group);
    return OkStatus();
  }

  /// Lists of the values from `prefix` on that begin with it and satisfy `wanted`.
  template <typename Wanted>
  Status AddValues(std::string_view name, std::string_view prefix, const Wanted& wanted, Group* group) {
    return header_.ForEachValue(name, prefix, [&](std::string_view value, const PostingsRange& range) {
      if (!value.starts_with(prefix)) return false;
      if (wanted(value)) Add(range, group);
      return true;
    });
  }

  std::vector<List>& lists() { return lists_; }
  /// Forgets the group added last.
  void Drop(const Group& group) { lists_.resize(lists_.size() - group.lists.size()); }

 private:
  void Add(const PostingsRange& range, Group* group) {
    group->lists.push_back(lists_.size());
    group->bytes += range.end > range.begin ? range.end - range.begin : 0;
    lists_.push_back({range, nullptr, {}});
  }

  const IndexHeader& header_;
  std::vector<List> lists_;
};

/// Values the matcher is about, where these are few and known: the ones it matches, or the ones it does not.
std::span<const std::string> KnownValues(const Matcher& matcher) {
  if (matcher.regex() != nullptr) return matcher.regex()->set_matches();
  return {&matcher.value(), 1};
}

/// The lists of the values the matcher matches, or, for a group that takes away, does not match.
Status AddLists(const Matcher& matcher, ListSet* set, Group* group) {
  const bool negative = matcher.type() == model::MatchType::kNotEqual || matcher.type() == model::MatchType::kNotRegex;
  // Known values are what a positive matcher keeps and what a negative one takes away.
  const bool by_known_values = group->keeps != negative;
  if (by_known_values) {
    const std::span<const std::string> known = KnownValues(matcher);
    for (const std::string& value : known) RETURN_IF_ERROR(set->AddValue(matcher.name(), value, group));
    if (!known.empty()) return OkStatus();
  }
  const std::string_view prefix =
      by_known_values && matcher.regex() != nullptr ? std::string_view(matcher.regex()->prefix()) : std::string_view();
  const bool wanted = group->keeps;
  return set->AddValues(
      matcher.name(), prefix, [&](std::string_view value) { return matcher.Matches(value) == wanted; }, group);
}

bool MatchesEverything(const Matcher& matcher) {
  return matcher.type() == model::MatchType::kRegex && matcher.value() == ".*";
}

std::string ListKey(const PostingsRange& range) {
  std::string key;
  PutBe64(&key, range.begin);
  return key;
}

class ListReader {
 public:
  ListReader(const LoadedBlock& block, const BlockRequest& request) : block_(block), request_(request) {}

  Status ReadAll(std::vector<List>* lists) {
    std::vector<List*> missing;
    for (List& list : *lists) {
      if (list.range.end < list.range.begin + 12) list.range.end = list.range.begin + 12;
      list.bytes = request_.cache->Get<Buffer>(IndexCacheItem::kPostings, block_.name(), ListKey(list.range),
                                               request_.tenant);
      if (list.bytes == nullptr) {
        missing.push_back(&list);
        continue;
      }
      request_.stats->Touch(DataType::kPostings, 1, list.bytes->size());
      RETURN_IF_ERROR(request_.limits->bytes.Reserve(
          list.bytes->size(), "exceeded bytes limit while loading postings from index cache"));
      RETURN_IF_ERROR(Parse(&list, tsdb::CrcCheck::kSkip));
    }
    return Fetch(std::move(missing));
  }

 private:
  Status Parse(List* list, tsdb::CrcCheck crc_check) {
    auto view = tsdb::ParsePostings(list->bytes->view(), crc_check);
    if (!view.ok()) return Damaged(view.status(), *list);
    list->view = *view;
    return OkStatus();
  }

  Status Damaged(const Status& status, const List& list) const {
    const StatusCode code = status.code() == StatusCode::kOutOfRange ? StatusCode::kDataLoss : status.code();
    return Status(code, block_.index_object() + ": " + std::string(status.message()) + ": offset " +
                            std::to_string(list.range.begin));
  }

  Status Fetch(std::vector<List*> missing) {
    std::sort(missing.begin(), missing.end(), [](const List* a, const List* b) { return a->range.begin < b->range.begin; });
    std::vector<ByteRange> wanted;
    wanted.reserve(missing.size());
    for (const List* list : missing) wanted.push_back({list->range.begin, list->range.end});
    const std::vector<CoalescedRange> reads = Coalesce(wanted);
    return runtime::ParallelTry(request_.io, reads.size(), [&](size_t i) -> Status {
      const CoalescedRange& read = reads[i];
      RETURN_IF_ERROR(request_.limits->bytes.Reserve(read.bytes.end - read.bytes.begin,
                                                     "exceeded bytes limit while fetching postings"));
      ASSIGN_OR_RETURN(const Buffer page,
                       ReadRange(block_.bucket(), block_.index_object(), read.bytes, request_.cancel));
      for (size_t j = read.first; j < read.last; ++j) {
        const uint64_t offset = missing[j]->range.begin - read.bytes.begin;
        RETURN_IF_ERROR(Take(missing[j], offset <= page.size() ? page.Slice(offset, page.size() - offset) : Buffer()));
      }
      return OkStatus();
    });
  }

  /// Cuts the list out of what was read; the range's end is only a bound, which a damaged table may have wrong.
  Status Take(List* list, const Buffer& bytes) {
    auto view = tsdb::ParsePostings(bytes.view());
    Buffer whole = bytes;
    if (!view.ok() && view.status().code() == StatusCode::kOutOfRange && bytes.size() >= 4) {
      const uint64_t size = uint64_t{ByteCursor(bytes.view()).Be32()} + 8;
      RETURN_IF_ERROR(request_.limits->bytes.Reserve(size, "exceeded bytes limit while fetching postings"));
      ASSIGN_OR_RETURN(whole, ReadRange(block_.bucket(), block_.index_object(),
                                        {list->range.begin, list->range.begin + size}, request_.cancel));
      view = tsdb::ParsePostings(whole.view());
    }
    if (!view.ok()) return Damaged(view.status(), *list);
    const uint64_t size = view->bytes().size() + 12;
    request_.stats->Touch(DataType::kPostings, 1, size);
    request_.stats->Fetch(DataType::kPostings, 1, size);
    // The cache keeps its own copy, so that one small list does not keep a whole page.
    auto kept = std::make_shared<const Buffer>(std::string(whole.view().substr(0, size)));
    request_.cache->Insert(IndexCacheItem::kPostings, block_.name(), ListKey(list->range), kept, size);
    list->bytes = std::move(kept);
    return Parse(list, tsdb::CrcCheck::kSkip);
  }

  const LoadedBlock& block_;
  const BlockRequest& request_;
};

StatusOr<tsdb::Postings> Union(const Group& group, const std::vector<List>& lists) {
  std::vector<tsdb::Postings> decoded(group.lists.size());
  for (size_t i = 0; i < group.lists.size(); ++i) {
    RETURN_IF_ERROR(tsdb::DecodePostings(lists[group.lists[i]].view, &decoded[i]));
  }
  return tsdb::Merge(std::move(decoded));
}

StatusOr<tsdb::Postings> Combine(std::vector<Group> groups, const std::vector<List>& lists) {
  // The fewest bytes first: it bounds all that follows.
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
    return a.keeps != b.keeps ? a.keeps : a.bytes < b.bytes;
  });
  ASSIGN_OR_RETURN(tsdb::Postings postings, Union(groups.front(), lists));
  for (size_t i = 1; i < groups.size() && !postings.empty(); ++i) {
    const Group& group = groups[i];
    if (group.keeps && group.lists.size() == 1) {
      tsdb::IntersectInPlace(&postings, lists[group.lists[0]].view);
      continue;
    }
    ASSIGN_OR_RETURN(const tsdb::Postings other, Union(group, lists));
    if (group.keeps) {
      postings = tsdb::Intersect(postings, other);
    } else {
      tsdb::SubtractInPlace(&postings, other);
    }
  }
  return postings;
}

/// Plans the groups of a request, cheap ones first, and leaves out those that cost more than they save.
class GroupPlanner {
 public:
  GroupPlanner(const LoadedBlock& block, const IndexHeader& header, const std::vector<std::string>& removed_labels)
      : header_(header), removed_labels_(removed_labels), set_(header) {
    const uint64_t series = block.meta().stats.series, bytes = header.SeriesSectionBytes();
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
    Group all;
    RETURN_IF_ERROR(set_.AddValue("", "", &all));
    if (all.lists.empty()) return false;
    groups_.push_back(std::move(all));
    return true;
  }

  std::vector<List>& lists() { return set_.lists(); }
  std::vector<Group>& groups() { return groups_; }
  std::vector<Matcher>& left() { return left_; }

 private:
  static constexpr uint64_t kEntryBytesGuess = 256;
  static constexpr uint64_t kReferenceBytes = 4;
  static constexpr uint64_t kListBytesMin = 16;
  static constexpr uint64_t kAlwaysReadBytes = 64 << 10;

  /// A positive matcher with known values: its lists are found without a walk over the label's values.
  static bool HasKnownValues(const Matcher& matcher) {
    const bool positive = matcher.type() == model::MatchType::kEqual || matcher.type() == model::MatchType::kRegex;
    return positive && !matcher.MatchesEmpty() && !KnownValues(matcher).empty();
  }

  StatusOr<bool> Add(const Matcher& matcher) {
    Group group;
    group.keeps = !matcher.MatchesEmpty();
    const bool may_wait = keeps_ && !std::binary_search(removed_labels_.begin(), removed_labels_.end(), matcher.name());
    if (may_wait && !HasKnownValues(matcher) && header_.ValueCount(matcher.name()) * kListBytesMin > Budget()) {
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
  ListSet set_;
  std::vector<Group> groups_;
  std::vector<Matcher> left_;
  uint64_t entry_bytes_ = 0;
  bool keeps_ = false;
  uint64_t cheapest_bytes_ = 0;  // Of the groups that keep.
};

StatusOr<ExpandedPostings> Expand(const LoadedBlock& block, const IndexHeader& header,
                                  const std::vector<Matcher>& matchers, const std::vector<std::string>& removed_labels,
                                  const BlockRequest& request) {
  GroupPlanner planner(block, header, removed_labels);
  ASSIGN_OR_RETURN(const bool possible, planner.Plan(matchers));
  if (!possible) return ExpandedPostings{};
  RETURN_IF_ERROR(ListReader(block, request).ReadAll(&planner.lists()));
  ASSIGN_OR_RETURN(tsdb::Postings postings, Combine(std::move(planner.groups()), planner.lists()));
  return ExpandedPostings{std::move(postings), std::move(planner.left())};
}

}  // namespace

StatusOr<std::shared_ptr<const ExpandedPostings>> ExpandPostings(const LoadedBlock& block, const IndexHeader& header,
                                                                 const std::vector<Matcher>& matchers,
                                                                 const std::vector<std::string>& removed_labels,
                                                                 const BlockRequest& request) {
  const FetchTimer timer(request.postings_seconds, nullptr);
  std::string key = MatchersKey(matchers);
  for (const std::string& name : removed_labels) key.append("\n").append(name);
  auto postings = request.cache->Get<ExpandedPostings>(IndexCacheItem::kExpandedPostings, block.name(), key,
                                                       request.tenant);
  if (postings != nullptr) {
    const uint64_t bytes = postings->postings.size() * 4;
    RETURN_IF_ERROR(request.limits->bytes.Reserve(
        bytes, "exceeded bytes limit while loading expanded postings from index cache"));
    request.stats->Touch(DataType::kPostings, 1, bytes);
    return postings;
  }
  auto expanded = Expand(block, header, matchers, removed_labels, request);
  if (!expanded.ok()) return expanded.status();
  if (!expanded->left.empty()) request.stats->lazy_postings.fetch_add(1, std::memory_order_relaxed);
  postings = std::make_shared<const ExpandedPostings>(*std::move(expanded));
  request.cache->Insert(IndexCacheItem::kExpandedPostings, block.name(), key, postings, postings->postings.size() * 4);
  return postings;
}

}  // namespace aion::store
