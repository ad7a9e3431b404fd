#include "tsdb/index/postings.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "base/hash.h"

namespace aion::tsdb {
namespace {

/// First index in [from, size) whose reference is not below `wanted`: doubling steps, then a binary
/// search among them. `at` is the list as a function of the index.
template <typename At>
size_t Gallop(size_t from, size_t size, uint32_t wanted, const At& at) {
  size_t step = 1;
  size_t low = from;
  while (low < size && at(low) < wanted) {
    from = low + 1;
    low += step;
    step *= 2;
  }
  size_t high = std::min(low, size);
  while (from < high) {
    const size_t middle = from + (high - from) / 2;
    if (at(middle) < wanted) {
      from = middle + 1;
    } else {
      high = middle;
    }
  }
  return from;
}

/// Keeps in `out[0, …)` what both have and returns how many: `out` may be `a`'s own memory.
template <typename AtA, typename AtB>
size_t IntersectInto(size_t a_size, const AtA& a, size_t b_size, const AtB& b, uint32_t* out) {
  size_t i = 0;
  size_t j = 0;
  size_t kept = 0;
  while (i < a_size && j < b_size) {
    const uint32_t left = a(i);
    const uint32_t right = b(j);
    if (left == right) {
      out[kept++] = left;
      ++i;
      ++j;
    } else if (left < right) {
      i = Gallop(i + 1, a_size, right, a);
    } else {
      j = Gallop(j + 1, b_size, left, b);
    }
  }
  return kept;
}

}  // namespace

StatusOr<PostingsView> ParsePostings(std::string_view bytes, CrcCheck crc_check) {
  ASSIGN_OR_RETURN(const std::string_view contents, ReadSection(bytes, "postings list", crc_check));
  ByteCursor cursor(contents);
  const uint32_t count = cursor.Be32();
  if (!cursor.ok() || cursor.remaining() != uint64_t{count} * 4) {
    return DataLossError(
        fmt::format("postings list: {} references claimed in {} bytes", count, contents.size()));
  }
  return PostingsView(contents.substr(4));
}

Status DecodePostings(PostingsView list, Postings* out) {
  out->resize(list.size());
  uint32_t* references = out->data();
  const size_t size = list.size();
  for (size_t i = 0; i < size; ++i) references[i] = list[i];
  bool ascends = true;
  for (size_t i = 1; i < size; ++i) ascends &= references[i - 1] < references[i];
  if (ascends) return OkStatus();
  out->clear();
  return DataLossError("postings list: references do not ascend");
}

void AppendPostings(std::span<const uint32_t> references, std::string* out) {
  PutBe32(out, static_cast<uint32_t>(references.size() * 4 + 4));
  const size_t begin = out->size();
  PutBe32(out, static_cast<uint32_t>(references.size()));
  for (const uint32_t reference : references) PutBe32(out, reference);
  PutBe32(out, Crc32c(std::string_view(*out).substr(begin)));
}

Postings Intersect(std::span<const uint32_t> a, std::span<const uint32_t> b) {
  Postings out(std::min(a.size(), b.size()));
  out.resize(IntersectInto(
      a.size(), [a](size_t i) { return a[i]; }, b.size(), [b](size_t i) { return b[i]; },
      out.data()));
  return out;
}

void IntersectInPlace(Postings* a, PostingsView list) {
  uint32_t* references = a->data();
  a->resize(IntersectInto(
      a->size(), [references](size_t i) { return references[i]; }, list.size(),
      [list](size_t i) { return list[i]; }, references));
}

Postings Merge(std::vector<Postings> lists) {
  std::erase_if(lists, [](const Postings& list) { return list.empty(); });
  if (lists.empty()) return {};
  while (lists.size() > 1) {
    const size_t half = (lists.size() + 1) / 2;
    for (size_t i = 0; half + i < lists.size(); ++i) {
      Postings merged;
      merged.reserve(lists[i].size() + lists[half + i].size());
      std::set_union(lists[i].begin(), lists[i].end(), lists[half + i].begin(),
                     lists[half + i].end(), std::back_inserter(merged));
      lists[i] = std::move(merged);
    }
    lists.resize(half);
  }
  return std::move(lists.front());
}

void SubtractInPlace(Postings* a, std::span<const uint32_t> b) {
  size_t kept = 0;
  size_t j = 0;
  const auto at = [b](size_t i) { return b[i]; };
  for (const uint32_t reference : *a) {
    j = Gallop(j, b.size(), reference, at);
    if (j == b.size() || b[j] != reference) (*a)[kept++] = reference;
  }
  a->resize(kept);
}

PostingsTableCursor::PostingsTableCursor(std::string_view contents) : contents_(contents) {
  ByteCursor cursor(contents);
  count_ = cursor.Be32();
  if (!cursor.ok()) {
    status_ = DataLossError("postings offset table: no count");
    return;
  }
  rows_left_ = count_;
  offset_ = cursor.offset();
}

PostingsTableCursor::PostingsTableCursor(std::string_view contents, size_t entry_offset)
    : PostingsTableCursor(contents) {
  offset_ = std::min(entry_offset, contents.size());
}

bool PostingsTableCursor::Next(PostingsTableEntry* entry) {
  if (rows_left_ == 0 || offset_ >= contents_.size()) {
    return false;
  }
  ByteCursor cursor(contents_.substr(offset_));
  const uint64_t key_count = cursor.Uvarint();
  entry->entry_offset = offset_;
  entry->name = cursor.UvarintBytes();
  entry->value = cursor.UvarintBytes();
  entry->postings_offset = cursor.Uvarint();
  if (!cursor.ok() || key_count != 2) {
    status_ =
        DataLossError(fmt::format("postings offset table: malformed row: offset {}", offset_));
    rows_left_ = 0;
    return false;
  }
  offset_ += cursor.offset();
  --rows_left_;
  return true;
}

}  // namespace aion::tsdb
