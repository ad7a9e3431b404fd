#include "store/bucket/expand_postings.h"

#include <algorithm>

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

 private:
  void Add(const PostingsRange& range, Group* group) {
    group->lists.push_back(lists_.size());
    group->bytes += range.end > range.begin ? range.end - range.begin : 0;
    lists_.push_back({range, nullptr, {}});
  }

  const IndexHeader& header_;
  std::vector<List> lists_;
};

Status AddKept(const Matcher& matcher, ListSet* set, Group* group) {
  if (matcher.type() == model::MatchType::kEqual) return set->AddValue(matcher.name(), matcher.value(), group);
  const bool is_regex = matcher.type() == model::MatchType::kRegex;
  if (is_regex && !matcher.regex()->set_matches().empty()) {
    for (const std::string& value : matcher.regex()->set_matches()) {
      RETURN_IF_ERROR(set->AddValue(matcher.name(), value, group));
    }
    return OkStatus();
  }
  const std::string_view prefix = is_regex ? std::string_view(matcher.regex()->prefix()) : std::string_view();
  return set->AddValues(matcher.name(), prefix, [&](std::string_view value) { return matcher.Matches(value); }, group);
}

Status AddTakenAway(const Matcher& matcher, ListSet* set, Group* group) {
  if (matcher.type() == model::MatchType::kNotEqual) return set->AddValue(matcher.name(), matcher.value(), group);
  const bool is_not_regex = matcher.type() == model::MatchType::kNotRegex;
  if (is_not_regex && !matcher.regex()->set_matches().empty()) {
    for (const std::string& value : matcher.regex()->set_matches()) {
      RETURN_IF_ERROR(set->AddValue(matcher.name(), value, group));
    }
    return OkStatus();
  }
  const std::string_view prefix = is_not_regex ? std::string_view(matcher.regex()->prefix()) : std::string_view();
  return set->AddValues(matcher.name(), prefix, [&](std::string_view value) { return !matcher.Matches(value); }, group);
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

StatusOr<tsdb::Postings> Expand(const LoadedBlock& block, const IndexHeader& header,
                                const std::vector<Matcher>& matchers, const BlockRequest& request) {
  ListSet set(header);
  std::vector<Group> groups;
  for (const Matcher& matcher : matchers) {
    if (MatchesEverything(matcher)) continue;
    Group group;
    group.keeps = !matcher.MatchesEmpty();
    RETURN_IF_ERROR(group.keeps ? AddKept(matcher, &set, &group) : AddTakenAway(matcher, &set, &group));
    if (group.keeps && group.lists.empty()) return tsdb::Postings();
    if (!group.lists.empty()) groups.push_back(std::move(group));
  }
  if (std::none_of(groups.begin(), groups.end(), [](const Group& group) { return group.keeps; })) {
    Group all;
    RETURN_IF_ERROR(set.AddValue("", "", &all));
    if (all.lists.empty()) return tsdb::Postings();
    groups.push_back(std::move(all));
  }
  RETURN_IF_ERROR(ListReader(block, request).ReadAll(&set.lists()));
  return Combine(std::move(groups), set.lists());
}

}  // namespace

StatusOr<std::shared_ptr<const tsdb::Postings>> ExpandPostings(const LoadedBlock& block,
                                                               const blocks::IndexHeader& header,
                                                               const std::vector<model::Matcher>& matchers,
                                                               const BlockRequest& request) {
  const std::string key = MatchersKey(matchers);
  auto postings = request.cache->Get<tsdb::Postings>(IndexCacheItem::kExpandedPostings, block.name(), key,
                                                     request.tenant);
  if (postings != nullptr) {
    RETURN_IF_ERROR(request.limits->bytes.Reserve(
        postings->size() * 4, "exceeded bytes limit while loading expanded postings from index cache"));
    request.stats->Touch(DataType::kPostings, 1, postings->size() * 4);
    return postings;
  }
  auto expanded = Expand(block, header, matchers, request);
  if (!expanded.ok()) return expanded.status();
  postings = std::make_shared<const tsdb::Postings>(*std::move(expanded));
  request.cache->Insert(IndexCacheItem::kExpandedPostings, block.name(), key, postings, postings->size() * 4);
  return postings;
}

}  // namespace aion::store
