// Any bytes as an index-header: it opens and every lookup ends, or it is refused.
#include <cstdint>

#include "blocks/index_header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;  // NOLINT
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const uint32_t sample_every : {1u, 3u}) {
    const auto header = blocks::IndexHeader::Open(
        Buffer(bytes),
        {.postings_sample_every = sample_every, .symbol_sample_every = sample_every});
    if (!header.ok()) continue;
    for (const std::string_view name : (*header)->LabelNames()) {
      (void)(*header)->ForEachValue(name, {},
                                    [&](std::string_view value, const blocks::PostingsRange&) {
                                      (void)(*header)->FindPostings(name, value);
                                      return true;
                                    });
    }
    (void)(*header)->FindPostings("", "");
    (void)(*header)->symbols().Lookup(0);
  }
  return 0;
}
