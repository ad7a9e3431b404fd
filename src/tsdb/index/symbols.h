#pragma once

// SymbolTable: the strings of an index, looked up by the reference a series entry holds.
//
//   section := be32 length { be32 count { uvarint size, bytes }* } be32 CRC32C
//
// In version 2 a reference is the symbol's number, in version 1 its byte offset in the index file.
// The table views the section's bytes and keeps the place of every `sample_every`-th symbol: 1
// makes a lookup one step and costs 4 bytes a symbol (local blocks), 32 is what an index-header
// affords. Immutable and thread-safe.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tsdb/index/format.h"

namespace aion::tsdb {

class SymbolTable {
 public:
  struct Options {
    IndexVersion version = IndexVersion::kV2;
    /// Where the section begins in the index file: what version 1 references are relative to.
    uint64_t section_offset = kIndexHeaderSize;
    uint32_t sample_every = 32;
    CrcCheck crc_check = CrcCheck::kVerify;
  };

  SymbolTable() = default;
  /// `section` begins at the length field and must outlive the table. Walks all symbols once.
  static StatusOr<SymbolTable> Create(std::string_view section, const Options& options);

  uint32_t count() const { return count_; }
  /// Bytes held beside the section.
  size_t memory_bytes() const { return places_.capacity() * sizeof(uint32_t); }

  /// kDataLoss when no symbol has this reference.
  StatusOr<std::string_view> Lookup(uint32_t ref) const;
  /// The same without a Status: false when no symbol has this reference. For the loops over series.
  bool Lookup(uint32_t ref, std::string_view* symbol) const;
  /// The reference of `symbol`; kNotFound when it is not there. Symbols of version 1 and 2 are
  /// sorted.
  StatusOr<uint32_t> Find(std::string_view symbol) const;

  /// Walks the symbols in file order: `for (SymbolTable::Cursor c = table.Begin(); c.Next();)
  /// use(c.symbol());`
  class Cursor {
   public:
    explicit Cursor(std::string_view entries) : entries_(entries) {}
    bool Next();
    std::string_view symbol() const { return symbol_; }

   private:
    std::string_view entries_;
    std::string_view symbol_;
  };
  Cursor Begin() const { return Cursor(entries_); }

 private:
  std::string_view entries_;      // Behind the count, without CRC.
  std::vector<uint32_t> places_;  // Offset in entries_ of each sample_every-th symbol.
  uint64_t entries_offset_ = 0;   // Of entries_ in the index file.
  uint32_t count_ = 0;
  uint32_t sample_every_ = 32;
  IndexVersion version_ = IndexVersion::kV2;
};

}  // namespace aion::tsdb
