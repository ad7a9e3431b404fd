#include "tsdb/index/symbols.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/bytes.h"

namespace aion::tsdb {
namespace {

/// The symbol at `*place`, which moves behind it; false when the bytes end or the length is
/// malformed.
bool ReadSymbol(std::string_view entries, size_t* place, std::string_view* symbol) {
  if (*place >= entries.size()) return false;
  const auto first = static_cast<uint8_t>(entries[*place]);
  if (first < 0x80 && *place + 1 + first <= entries.size()) [[likely]] {
    *symbol = entries.substr(*place + 1, first);
    *place += size_t{1} + first;
    return true;
  }
  ByteCursor cursor(entries.substr(*place));
  *symbol = cursor.UvarintBytes();
  *place += cursor.offset();
  return cursor.ok();
}

}  // namespace

StatusOr<SymbolTable> SymbolTable::Create(std::string_view section, const Options& options) {
  ASSIGN_OR_RETURN(const std::string_view contents,
                   ReadSection(section, "index symbols", options.crc_check));
  ByteCursor cursor(contents);
  SymbolTable table;
  table.count_ = cursor.Be32();
  if (!cursor.ok()) return DataLossError("index symbols: no count");
  table.version_ = options.version;
  table.sample_every_ = std::max<uint32_t>(1, options.sample_every);
  table.entries_ = contents.substr(4);
  table.entries_offset_ = options.section_offset + 8;
  // A symbol takes a byte at least: a count beyond that is a lie, and must not size the
  // reservation.
  if (table.count_ > table.entries_.size()) {
    return DataLossError(fmt::format("index symbols: {} symbols claimed in {} bytes", table.count_,
                                     contents.size()));
  }
  table.places_.reserve(table.count_ / table.sample_every_ + 1);
  size_t place = 0;
  std::string_view symbol;
  for (uint32_t i = 0; i < table.count_; ++i) {
    if (i % table.sample_every_ == 0) table.places_.push_back(static_cast<uint32_t>(place));
    if (!ReadSymbol(table.entries_, &place, &symbol)) {
      return DataLossError(
          fmt::format("index symbols: malformed symbol {} of {}", i, table.count_));
    }
  }
  table.entries_ = table.entries_.substr(0, place);
  return table;
}

bool SymbolTable::Lookup(uint32_t ref, std::string_view* symbol) const {
  if (version_ == IndexVersion::kV1) {
    if (ref < entries_offset_) return false;
    size_t place = ref - entries_offset_;
    return ReadSymbol(entries_, &place, symbol);
  }
  if (ref >= count_) return false;
  size_t place = places_[ref / sample_every_];
  for (uint32_t skip = ref % sample_every_; skip > 0; --skip) {
    if (!ReadSymbol(entries_, &place, symbol)) return false;
  }
  return ReadSymbol(entries_, &place, symbol);
}

StatusOr<std::string_view> SymbolTable::Lookup(uint32_t ref) const {
  std::string_view symbol;
  if (Lookup(ref, &symbol)) return symbol;
  return DataLossError(fmt::format("index symbols: unknown symbol reference {}", ref));
}

StatusOr<uint32_t> SymbolTable::Find(std::string_view wanted) const {
  const auto symbol_at = [this](uint32_t place_index) {
    size_t place = places_[place_index];
    std::string_view symbol;
    ReadSymbol(entries_, &place, &symbol);
    return symbol;
  };
  // The last sampled symbol that is not above `wanted`, then a walk of at most sample_every_
  // symbols.
  uint32_t low = 0;
  auto high = static_cast<uint32_t>(places_.size());
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (symbol_at(middle) <= wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low > 0) {
    size_t place = places_[low - 1];
    uint32_t number = (low - 1) * sample_every_;
    std::string_view symbol;
    for (size_t begin = place; ReadSymbol(entries_, &place, &symbol) && symbol <= wanted;
         begin = place, ++number) {
      if (symbol == wanted) {
        return version_ == IndexVersion::kV1 ? static_cast<uint32_t>(entries_offset_ + begin)
                                             : number;
      }
    }
  }
  return NotFoundError(fmt::format("index symbols: no symbol \"{}\"", wanted));
}

bool SymbolTable::Cursor::Next() {
  size_t place = 0;
  if (!ReadSymbol(entries_, &place, &symbol_)) return false;
  entries_.remove_prefix(place);
  return true;
}

}  // namespace aion::tsdb
