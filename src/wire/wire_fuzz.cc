// Feeds bytes to every decoder of the room; the first byte chooses. Whatever decodes must encode
// and decode again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/labels.h"
#include "wire/hints.h"
#include "wire/json.h"
#include "wire/query_messages.h"
#include "wire/remote_read.h"
#include "wire/series_response.h"
#include "wire/store_messages.h"

namespace aion::wire {
namespace {

template <typename Message>
void RoundTrip(std::string_view bytes) {
  Message message, again;
  if (!Decode(bytes, &message).ok()) return;
  if (!Decode(Encode(message), &again).ok()) std::abort();
}

void Series(std::string_view bytes) {
  SeriesResponse response;
  if (!DecodeSeriesResponse(bytes, &response).ok()) return;
  for (const WireSeries& series : response.series) {
    const std::string_view packed(response.packed_labels);
    if (!model::LabelsView::Validate(
             packed.substr(series.labels_begin, series.labels_end - series.labels_begin))
             .ok()) {
      std::abort();
    }
  }
}

void Frames(std::string_view bytes) {
  ChunkedFrameReader reader(1 << 20);
  Buffer message;
  while (!bytes.empty()) {
    reader.Add(bytes.substr(0, 13));
    bytes.remove_prefix(std::min<size_t>(13, bytes.size()));
    while (true) {
      const auto more = reader.Next(&message);
      if (!more.ok()) return;
      if (!*more) break;
    }
  }
}

}  // namespace
}  // namespace aion::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion::wire;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 11) {
    case 0:
      RoundTrip<SeriesRequest>(bytes);
      break;
    case 1:
      RoundTrip<LabelNamesRequest>(bytes);
      break;
    case 2:
      RoundTrip<LabelValuesRequest>(bytes);
      break;
    case 3:
      RoundTrip<LabelsResponse>(bytes);
      break;
    case 4:
      Series(bytes);
      break;
    case 5:
      RoundTrip<QueryRequest>(bytes);
      break;
    case 6:
      RoundTrip<QueryRangeRequest>(bytes);
      break;
    case 7:
      RoundTrip<QueryResponse>(bytes);
      break;
    case 8:
      RoundTrip<ReadRequest>(bytes);
      RoundTrip<ReadResponse>(bytes);
      break;
    case 9:
      RoundTrip<ChunkedReadResponse>(bytes);
      Frames(bytes);
      break;
    default:
      static_cast<void>(ParseJson(bytes));
      static_cast<void>(DecodeRequestHints(HintsOf::kSeries, bytes));
      static_cast<void>(DecodeResponseHints(HintsOf::kSeries, bytes));
  }
  return 0;
}
