#include "store/bucket/expand_postings.h"

#include <algorithm>

#include "base/bytes.h"
#include "store/bucket/postings_plan.h"
#include "store/bucket/range_reader.h"

namespace aion::store {
namespace {

using blocks::IndexHeader;
using blocks::PostingsRange;
using model::Matcher;

std::string ListKey(const PostingsRange& range) {
  std::string key;
  PutBe64(&key, range.begin);
  return key;
}

class ListReader {
 public:
  ListReader(const LoadedBlock& block, const BlockRequest& request)
      : block_(block), request_(request) {}

  Status ReadAll(std::vector<PostingsList>* lists) {
    std::vector<PostingsList*> missing;
    for (PostingsList& list : *lists) {
      if (list.range.end < list.range.begin + 12) list.range.end = list.range.begin + 12;
      list.bytes = request_.cache->Get<Buffer>(IndexCacheItem::kPostings, block_.name(),
                                               ListKey(list.range), request_.tenant);
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
  Status Parse(PostingsList* list, tsdb::CrcCheck crc_check) {
    auto view = tsdb::ParsePostings(list->bytes->view(), crc_check);
    if (!view.ok()) return Damaged(view.status(), *list);
    list->view = *view;
    return OkStatus();
  }

  Status Damaged(const Status& status, const PostingsList& list) const {
    const StatusCode code =
        status.code() == StatusCode::kOutOfRange ? StatusCode::kDataLoss : status.code();
    return Status(code, block_.index_object() + ": " + std::string(status.message()) + ": offset " +
                            std::to_string(list.range.begin));
  }

  Status Fetch(std::vector<PostingsList*> missing) {
    std::sort(missing.begin(), missing.end(), [](const PostingsList* a, const PostingsList* b) {
      return a->range.begin < b->range.begin;
    });
    std::vector<ByteRange> wanted;
    wanted.reserve(missing.size());
    for (const PostingsList* list : missing) wanted.push_back({list->range.begin, list->range.end});
    const std::vector<CoalescedRange> reads = Coalesce(wanted);
    return runtime::ParallelTry(request_.io, reads.size(), [&](size_t i) -> Status {
      const CoalescedRange& read = reads[i];
      RETURN_IF_ERROR(request_.limits->bytes.Reserve(
          read.bytes.end - read.bytes.begin, "exceeded bytes limit while fetching postings"));
      ASSIGN_OR_RETURN(const Buffer page, ReadRange(block_.bucket(), block_.index_object(),
                                                    read.bytes, request_.cancel));
      for (size_t j = read.first; j < read.last; ++j) {
        const uint64_t offset = missing[j]->range.begin - read.bytes.begin;
        RETURN_IF_ERROR(Take(missing[j], offset <= page.size()
                                             ? page.Slice(offset, page.size() - offset)
                                             : Buffer()));
      }
      return OkStatus();
    });
  }

  /// Cuts the list out of what was read; the range's end is only a bound, which a damaged table may
  /// have wrong.
  Status Take(PostingsList* list, const Buffer& bytes) {
    auto view = tsdb::ParsePostings(bytes.view());
    Buffer whole = bytes;
    if (!view.ok() && view.status().code() == StatusCode::kOutOfRange && bytes.size() >= 4) {
      const uint64_t size = uint64_t{ByteCursor(bytes.view()).Be32()} + 8;
      RETURN_IF_ERROR(
          request_.limits->bytes.Reserve(size, "exceeded bytes limit while fetching postings"));
      ASSIGN_OR_RETURN(whole,
                       ReadRange(block_.bucket(), block_.index_object(),
                                 {list->range.begin, list->range.begin + size}, request_.cancel));
      view = tsdb::ParsePostings(whole.view());
    }
    if (!view.ok()) return Damaged(view.status(), *list);
    const uint64_t size = view->bytes().size() + 12;
    request_.stats->Touch(DataType::kPostings, 1, size);
    request_.stats->Fetch(DataType::kPostings, 1, size);
    // The cache keeps its own copy, so that one small list does not keep a whole page.
    auto kept = std::make_shared<const Buffer>(std::string(whole.view().substr(0, size)));
    request_.cache->Insert(IndexCacheItem::kPostings, block_.name(), ListKey(list->range), kept,
                           size);
    list->bytes = std::move(kept);
    return Parse(list, tsdb::CrcCheck::kSkip);
  }

  const LoadedBlock& block_;
  const BlockRequest& request_;
};

StatusOr<tsdb::Postings> Union(const PostingsGroup& group, const std::vector<PostingsList>& lists) {
  std::vector<tsdb::Postings> decoded(group.lists.size());
  for (size_t i = 0; i < group.lists.size(); ++i) {
    RETURN_IF_ERROR(tsdb::DecodePostings(lists[group.lists[i]].view, &decoded[i]));
  }
  return tsdb::Merge(std::move(decoded));
}

StatusOr<tsdb::Postings> Combine(std::vector<PostingsGroup> groups,
                                 const std::vector<PostingsList>& lists) {
  // The fewest bytes first: it bounds all that follows.
  std::stable_sort(groups.begin(), groups.end(),
                   [](const PostingsGroup& a, const PostingsGroup& b) {
                     return a.keeps != b.keeps ? a.keeps : a.bytes < b.bytes;
                   });
  ASSIGN_OR_RETURN(tsdb::Postings postings, Union(groups.front(), lists));
  for (size_t i = 1; i < groups.size() && !postings.empty(); ++i) {
    const PostingsGroup& group = groups[i];
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

StatusOr<ExpandedPostings> Expand(const LoadedBlock& block, const IndexHeader& header,
                                  const std::vector<Matcher>& matchers,
                                  const std::vector<std::string>& removed_labels,
                                  const BlockRequest& request) {
  ASSIGN_OR_RETURN(PostingsPlan plan, PlanPostings(block.meta(), header, matchers, removed_labels));
  if (!plan.possible) return ExpandedPostings{};
  RETURN_IF_ERROR(ListReader(block, request).ReadAll(&plan.lists));
  ASSIGN_OR_RETURN(tsdb::Postings postings, Combine(std::move(plan.groups), plan.lists));
  return ExpandedPostings{std::move(postings), std::move(plan.left)};
}

}  // namespace

StatusOr<std::shared_ptr<const ExpandedPostings>> ExpandPostings(
    const LoadedBlock& block, const IndexHeader& header, const std::vector<Matcher>& matchers,
    const std::vector<std::string>& removed_labels, const BlockRequest& request) {
  const FetchTimer timer(request.postings_seconds, nullptr);
  std::string key = MatchersKey(matchers);
  for (const std::string& name : removed_labels) key.append("\n").append(name);
  auto postings = request.cache->Get<ExpandedPostings>(IndexCacheItem::kExpandedPostings,
                                                       block.name(), key, request.tenant);
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
  request.cache->Insert(IndexCacheItem::kExpandedPostings, block.name(), key, postings,
                        postings->postings.size() * 4);
  return postings;
}

}  // namespace aion::store
