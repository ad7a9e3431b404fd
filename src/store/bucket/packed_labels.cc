#include "store/bucket/packed_labels.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace aion::store {
namespace {

/// First byte that differs, or the smaller size.
size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    uint64_t x, y;
    std::memcpy(&x, a.data() + at, 8);
    std::memcpy(&y, b.data() + at, 8);
    if (x != y) return at + static_cast<size_t>(__builtin_ctzll(x ^ y)) / 8;
  }
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

}  // namespace

int ComparePackedLabels(std::string_view a, std::string_view b) {
  const size_t differs = CommonPrefix(a, b);
  if (differs == a.size() || differs == b.size()) {
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
  }
  // The string that holds the first difference decides, by its bytes: its length says nothing of
  // the order. Up to there both are the same, so `a` alone is walked.
  size_t begin = 0;
  while (true) {
    ByteCursor cursor(a.substr(begin));
    const uint64_t size = cursor.Uvarint();
    const size_t end = begin + cursor.offset() + size;
    if (end > differs) break;
    begin = end;
  }
  return ByteCursor(a.substr(begin))
      .UvarintBytes()
      .compare(ByteCursor(b.substr(begin)).UvarintBytes());
}

}  // namespace aion::store
