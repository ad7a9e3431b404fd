#pragma once

// SymbolSet: the symbols an index writer was given, found by text. Holds them in the form of the
// symbols section and 12 to 20 bytes a symbol beside. Internal to IndexWriter. Not thread-safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aion::tsdb::internal {

class SymbolSet {
 public:
  static constexpr uint32_t kNotFound = 0xffffffff;

  /// Requires: `symbol` is above the last one, BuildTable was not called.
  void Append(std::string_view symbol);
  size_t size() const { return places_.size(); }
  /// Lives until the next Append.
  std::string_view operator[](size_t number) const;
  /// The entries of the symbols section: size and bytes of each symbol.
  const std::string& entries() const { return entries_; }

  /// Makes Find possible.
  void BuildTable();
  /// The symbol's number, or kNotFound.
  uint32_t Find(std::string_view symbol) const;

 private:
  std::string entries_;
  std::vector<uint64_t> places_;  // Of each symbol's size field in entries_.
  std::vector<uint32_t> table_;   // Open addressing by hash; kNotFound is a free slot.
};

}  // namespace aion::tsdb::internal
