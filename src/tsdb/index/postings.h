#pragma once

// Postings: sorted lists of series references, as they lie in an index and as sets.
//
//   list := be32 length { be32 count { be32 reference }* } be32 CRC32C
//           references ascend strictly
//
// PostingsView reads a list where it lies (a mapped file, a fetched range, a cache) without
// decoding it; the set operations work on plain ascending vectors of references. A reference is
// what the index holds: SeriesOffset() turns it into a place. Pure functions; hostile bytes give
// kDataLoss.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tsdb/index/format.h"

namespace aion::tsdb {

/// Ascending, without repeats.
using Postings = std::vector<uint32_t>;

/// A postings list in index bytes, which must outlive it.
class PostingsView {
 public:
  PostingsView() = default;
  /// Requires: size of `references` is a multiple of 4.
  explicit PostingsView(std::string_view references) : references_(references) {}

  size_t size() const { return references_.size() / 4; }
  bool empty() const { return references_.empty(); }
  uint32_t operator[](size_t index) const {
    uint32_t value;
    __builtin_memcpy(&value, references_.data() + index * 4, 4);
    return __builtin_bswap32(value);
  }
  /// The big-endian references.
  std::string_view bytes() const { return references_; }

 private:
  std::string_view references_;
};

/// The list that begins at `bytes[0]`, which may go on behind it. kOutOfRange when `bytes` ends too
/// early, kDataLoss on a CRC that does not fit or a count that is not the length's. Does not look
/// whether the references ascend.
StatusOr<PostingsView> ParsePostings(std::string_view bytes,
                                     CrcCheck crc_check = CrcCheck::kVerify);

/// Replaces `out` by the references of `list`. kDataLoss when they do not ascend. 4 bytes read and
/// written a reference.
Status DecodePostings(PostingsView list, Postings* out);

/// Appends a list in the form drawn above.
void AppendPostings(std::span<const uint32_t> references, std::string* out);

/// References in both. Gallops through the longer one: O(short × log(long / short)).
Postings Intersect(std::span<const uint32_t> a, std::span<const uint32_t> b);
/// The same in place, without decoding `list`; correct only for a list that ascends.
void IntersectInPlace(Postings* a, PostingsView list);
/// References in any of the lists. Pairwise merges: O(total × log(lists)).
Postings Merge(std::vector<Postings> lists);
/// References of `a` that are not in `b`, in place.
void SubtractInPlace(Postings* a, std::span<const uint32_t> b);

/// One row of the postings offset table.
struct PostingsTableEntry {
  std::string_view name;
  std::string_view value;
  uint64_t postings_offset = 0;  ///< Of the list in the index file.
  size_t entry_offset = 0;       ///< Of this row in the table's contents.
};

/// Walks `be32 count { 2, name, value, uvarint offset }*`: the contents of the postings offset
/// table as ReadSection gives them. Rows come in the file's order, by name and value; views live as
/// long as the bytes.
class PostingsTableCursor {
 public:
  explicit PostingsTableCursor(std::string_view contents);
  /// Continues in the middle of a table: from row offset `entry_offset`, to the end of the
  /// contents.
  PostingsTableCursor(std::string_view contents, size_t entry_offset);

  /// False at the end and on malformed bytes; status() tells which.
  bool Next(PostingsTableEntry* entry);
  const Status& status() const { return status_; }
  /// Rows claimed by the table.
  uint32_t count() const { return count_; }

 private:
  std::string_view contents_;
  size_t offset_ = 0;
  uint32_t count_ = 0;
  uint32_t rows_left_ = 0;
  Status status_;
};

}  // namespace aion::tsdb
