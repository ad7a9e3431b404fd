// A whole index through the reader: labels, postings, series, matchers. Checksums are not verified
// and the TOC gets a fitting one, so that damage reaches the decoders.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "tsdb/index/index_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::tsdb;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)IndexReader::Open(bytes);
  if (size < kTocSize) return 0;
  std::string patched(bytes.substr(0, size - kCrcSize));
  PutBe32(&patched,
          Crc32c(std::string_view(patched).substr(patched.size() - (kTocSize - kCrcSize))));
  const StatusOr<IndexReader> index = IndexReader::Open(patched, CrcCheck::kSkip);
  if (!index.ok()) return 0;
  SeriesEntry entry;
  std::string packed;
  std::vector<model::Matcher> matchers = {model::Matcher::NotEqual("a", "b")};
  for (const std::string_view name : index->LabelNames()) {
    for (const IndexReader::LabelValue& value : index->LabelValues(name)) {
      (void)index->PostingsAt(value.postings_offset);
      matchers.assign({model::Matcher::Equal(std::string(name), std::string(value.value)),
                       model::Matcher::NotEqual("a", "b")});
    }
  }
  const StatusOr<Postings> selected = index->Select(matchers);
  const StatusOr<PostingsView> all = index->AllPostings();
  if (!all.ok()) return 0;
  for (size_t i = 0; i < all->size(); ++i) {
    if (!index->Series((*all)[i], model::QueryRange{}, &entry).ok()) continue;
    packed.clear();
    (void)AppendPackedLabels(entry.labels, index->symbols(), &packed);
  }
  return 0;
}
