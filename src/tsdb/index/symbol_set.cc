#include "tsdb/index/symbol_set.h"

#include <bit>

#include "base/bytes.h"
#include "base/hash.h"

namespace aion::tsdb::internal {

void SymbolSet::Append(std::string_view symbol) {
  places_.push_back(entries_.size());
  PutUvarintBytes(&entries_, symbol);
}

std::string_view SymbolSet::operator[](size_t number) const {
  return ByteCursor(std::string_view(entries_).substr(places_[number])).UvarintBytes();
}

void SymbolSet::BuildTable() {
  table_.assign(std::bit_ceil(places_.size() * 3 / 2 + 1), kNotFound);
  const size_t mask = table_.size() - 1;
  for (uint32_t number = 0; number < places_.size(); ++number) {
    size_t slot = XxHash64((*this)[number]) & mask;
    while (table_[slot] != kNotFound) slot = (slot + 1) & mask;
    table_[slot] = number;
  }
}

uint32_t SymbolSet::Find(std::string_view symbol) const {
  const size_t mask = table_.size() - 1;
  for (size_t slot = XxHash64(symbol) & mask;; slot = (slot + 1) & mask) {
    const uint32_t number = table_[slot];
    if (number == kNotFound || (*this)[number] == symbol) return number;
  }
}

}  // namespace aion::tsdb::internal
