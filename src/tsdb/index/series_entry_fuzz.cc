// One series entry: what decodes is written again to an entry that decodes to the same.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tsdb/index/series_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::tsdb;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const StatusOr<std::string_view> body = SeriesEntryBody(bytes, CrcCheck::kSkip);
  if (!body.ok()) return 0;
  SeriesEntry entry;
  (void)DecodeSeriesEntry(*body, model::QueryRange{-1000, 1000}, &entry);
  (void)DecodeSeriesLabels(*body, &entry);
  if (!DecodeSeriesEntry(*body, model::QueryRange{}, &entry).ok()) return 0;
  // Times wrap the same way in both directions, so that even hostile ones come back.
  std::string written;
  AppendSeriesEntry(entry.labels, entry.chunks, &written);
  const StatusOr<std::string_view> again = SeriesEntryBody(written);
  CHECK(again.ok());
  SeriesEntry decoded;
  CHECK(DecodeSeriesEntry(*again, model::QueryRange{}, &decoded).ok());
  CHECK(decoded.labels == entry.labels && decoded.chunks == entry.chunks);
  return 0;
}
