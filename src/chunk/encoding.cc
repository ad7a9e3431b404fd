#include "chunk/encoding.h"

#include <fmt/core.h>

#include "chunk/aggregate.h"
#include "chunk/histogram.h"
#include "chunk/xor.h"

namespace aion::chunk {

std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kNone:
      return "none";
    case Encoding::kXor:
      return "XOR";
    case Encoding::kHistogram:
      return "histogram";
    case Encoding::kFloatHistogram:
      return "floathistogram";
    case Encoding::kXor2:
      return "XOR2";
    case Encoding::kHistogramSt:
      return "histogramST";
    case Encoding::kFloatHistogramSt:
      return "floathistogramST";
    case Encoding::kAggregate:
      return "aggregate";
  }
  return "<unknown>";
}

bool IsFloatEncoding(Encoding encoding) {
  return encoding == Encoding::kXor || encoding == Encoding::kXor2;
}

bool IsHistogramEncoding(Encoding encoding) {
  return encoding == Encoding::kHistogram || encoding == Encoding::kFloatHistogram ||
         encoding == Encoding::kHistogramSt || encoding == Encoding::kFloatHistogramSt;
}

Status UnsupportedEncoding(Encoding encoding) {
  return UnimplementedError(
      fmt::format("unsupported chunk encoding {}", static_cast<int>(encoding)));
}

StatusOr<size_t> SampleCount(Encoding encoding, std::string_view data) {
  if (IsFloatEncoding(encoding)) return XorCount(data);
  if (IsHistogramEncoding(encoding)) return HistogramCount(encoding, data);
  if (encoding != Encoding::kAggregate) return UnsupportedEncoding(encoding);
  ASSIGN_OR_RETURN(const AggregateSlots slots, SplitAggregate(data));
  const AggregatePart& count = slots[static_cast<size_t>(AggregateSlot::kCount)];
  if (!count.present()) return size_t{0};
  if (count.encoding == Encoding::kAggregate)
    return DataLossError("aggregate chunk: aggregate inside an aggregate");
  return SampleCount(count.encoding, count.data);
}

}  // namespace aion::chunk
