#pragma once

// The index-header: the parts of a block's index that every query needs, kept locally so that the
// index itself can stay in the bucket and be read by ranges.
//
//   be32 0xBAAAD792, u8 version 1, u8 index version, be64 end of the last postings list in the
//   index, bytes [symbols, series) of the index, bytes [postings table, end of the index), be64
//   offset of the symbols here, be64 offset of the postings table here, be32 CRC32C of these 16
//   bytes
//
// The reader views the header's bytes (a mapped file, or memory) and keeps beside them every n-th
// row of the postings table and the places of the symbols. Immutable and thread-safe. Hostile bytes
// give kDataLoss.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/cancel.h"
#include "base/env.h"
#include "base/status.h"
#include "base/ulid.h"
#include "objstore/bucket.h"
#include "tsdb/index/format.h"
#include "tsdb/index/symbols.h"

namespace aion::blocks {

inline constexpr uint32_t kIndexHeaderMagic = 0xBAAAD792;
/// Largest piece of the index fetched at once while a header is built.
inline constexpr uint64_t kIndexHeaderPieceBytes = 16 << 20;

/// Where a postings list lies in the index file: from its length field to behind its CRC. The end
/// is an upper bound.
struct PostingsRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool operator==(const PostingsRange&) const = default;
};

struct IndexHeaderOptions {
  /// Every n-th value of a label name stays in memory
  /// (`--store.index-header-posting-offsets-in-mem-sampling`).
  uint32_t postings_sample_every = 32;
  /// Every n-th symbol's place; 1 costs 4 bytes a symbol and makes a lookup one step.
  uint32_t symbol_sample_every = 1;
};

class IndexHeader {
 public:
  /// Reads and verifies `bytes` (magic, version, CRCs). kDataLoss when they are not a sound header.
  static StatusOr<std::shared_ptr<const IndexHeader>> Open(Buffer bytes,
                                                           const IndexHeaderOptions& options);

  tsdb::IndexVersion index_version() const { return index_version_; }
  const tsdb::SymbolTable& symbols() const { return symbols_; }
  /// Every writer sorts its symbols; where one did not, references say nothing of the order of
  /// names.
  bool symbols_sorted() const { return symbols_sorted_; }
  /// The table of contents of the index.
  const tsdb::Toc& toc() const { return toc_; }
  /// Bytes of all series entries of the index; 0 when the table of contents does not tell.
  uint64_t SeriesSectionBytes() const;
  /// Bytes of memory held beside the header's own.
  size_t memory_bytes() const;
  size_t size_bytes() const { return bytes_.size(); }

  /// Ascending, without the empty name of the all-postings list.
  std::vector<std::string_view> LabelNames() const;
  /// Calls `row` for the values of `name` that are not under `from`, ascending, until it returns
  /// false. kDataLoss on malformed rows.
  using ValueRow = std::function<bool(std::string_view value, const PostingsRange& range)>;
  Status ForEachValue(std::string_view name, std::string_view from, const ValueRow& row) const;
  /// The list of one label pair (the empty pair is the list of all series); nullopt when there is
  /// none.
  StatusOr<std::optional<PostingsRange>> FindPostings(std::string_view name,
                                                      std::string_view value) const;
  size_t ValueCount(std::string_view name) const;

 private:
  struct Sample {
    std::string_view value;
    size_t entry_offset = 0;
  };
  struct Name {
    std::string_view name;
    std::vector<Sample> samples;  // First and every n-th value.
    size_t value_count = 0;
    uint64_t postings_end = 0;  // Of the last value's list.
    // Version 1 tables need not be sorted: all rows, by value.
    std::vector<std::pair<std::string_view, PostingsRange>> rows;
  };

  IndexHeader() = default;
  Status Init(const IndexHeaderOptions& options);
  Status LoadNames(uint32_t sample_every);
  Status LoadUnsortedNames();
  const Name* FindName(std::string_view name) const;

  Buffer bytes_;
  tsdb::IndexVersion index_version_ = tsdb::IndexVersion::kV2;
  uint64_t last_postings_end_ = 0;
  tsdb::Toc toc_;
  tsdb::SymbolTable symbols_;
  bool symbols_sorted_ = true;
  std::string_view table_;   // Contents of the postings offset table.
  std::vector<Name> names_;  // By name.
};

/// Builds the header of `block` from ranged reads of its index, a bounded piece at a time, giving
/// its bytes to `write`. kNotFound when the block has no index, kDataLoss when the index is
/// malformed.
Status BuildIndexHeader(objstore::Bucket& bucket, const Ulid& block,
                        const std::function<Status(std::string_view)>& write,
                        const CancelToken& cancel);

struct IndexHeaderCache {
  /// `<data-dir>`: headers are kept in `<directory>/<ulid>/index-header`. Empty: built in memory
  /// each time.
  std::string directory;
  Env* env = nullptr;  ///< Null: Env::Posix().
  /// Told how long each build took; may be unset.
  std::function<void(double seconds)> on_built;
};

/// Opens the cached header; builds it, atomically, when it is missing or does not verify.
StatusOr<std::shared_ptr<const IndexHeader>> OpenIndexHeader(objstore::Bucket& bucket,
                                                             const Ulid& block,
                                                             const IndexHeaderCache& cache,
                                                             const IndexHeaderOptions& options,
                                                             const CancelToken& cancel);

}  // namespace aion::blocks
